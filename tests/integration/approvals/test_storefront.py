"""The storefront submits a configuration, signed, for which there is no order in Threekit yet."""

import json
from decimal import Decimal
from typing import Any

from tests.integration.approvals.approving import Approving, text_of
from tests.integration.house_resources import SIGNING_KEY
from tests.integration.paths import ROOT

from herald.domain.approval.approval import Approval, Result, State
from herald.domain.standard_webhooks import read_key, sign
from herald.usecases.approvals import approval_shelves

SAMPLE: dict[str, Any] = json.loads((ROOT / "events" / "configuration_submitted.json").read_text(encoding="utf-8"))
SUBJECT = SAMPLE["subject"]
INES, INES_PHONE, COMPLIANCE, LENA = (
    "ines.falk@example.com", "+493023125101", "compliance@example.com", "lena.vogt@example.com",
)  # fmt: skip
MORNING, NOON, EVENING = "2025-10-03T09:02:41Z", "2025-10-03T14:00:00+02:00", "2025-10-03T18:00:00.5Z"


def submit(people: Approving, sender_id: str, time: str = MORNING, price: float = 1952.2) -> str:
    """Let the storefront submit the sample as it is at a time; return the event's id."""
    (line,) = SAMPLE["data"]["lines"]
    body = {
        **SAMPLE,
        "id": sender_id,
        "time": time,
        "data": {**SAMPLE["data"], "lines": [{**line, "unitPrice": price}]},
    }
    raw, stamp = json.dumps(body).encode(), str(int(people.house.clock().timestamp()))
    signature = sign(read_key(SIGNING_KEY), sender_id.encode(), stamp.encode(), raw).decode("ascii")
    headers = {"webhook-id": sender_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    answer = people.house.tell(raw, "storefront", **{"content-type": "application/cloudevents+json", **headers})
    assert answer["statusCode"] == 202, answer
    people.house.settle()
    return str(answer["json"]["id"])


def approval(people: Approving) -> Approval:
    return people.approval(SUBJECT)


def price_of(found: Approval) -> Decimal:
    price: Decimal = found.stand.lines[0]["unitPrice"]
    return price


def test_it_is_approved_like_an_order_and_nothing_is_noted_in_threekit(people: Approving) -> None:
    submit(people, "cfg-1")
    assert "1,952.20" in text_of(people.open(people.link(INES))).replace("1.952,20", "1,952.20")
    people.approve(INES)
    assert people.approve(COMPLIANCE)["statusCode"] == 200
    assert approval(people).state is State.APPROVED
    assert ("outcome", LENA) in people.told()
    key = approval_shelves.receipt_key(approval(people))
    assert (approval_shelves.receipts(people.house.state).get(key) or {})["subject"] == SUBJECT
    assert not [seen for seen in people.house.threekit.requests if seen.request.method == "PUT"]
    assert not [name for name in people.house.dead_letters if people.house.parked(name)]


def test_it_is_decided_by_sms_without_asking_threekit(people: Approving) -> None:
    submit(people, "cfg-1")
    people.house.threekit.faults.next("GET /api/orders/*", times=50, status=500)
    people.text(INES_PHONE, f"APPROVE {people.code(INES)}")
    assert approval(people).steps[0].state == "approved"


def test_another_price_voids_what_was_said_about_the_old_one(people: Approving) -> None:
    submit(people, "cfg-1")
    people.approve(INES)
    submit(people, "cfg-2", NOON, price=2100)
    found = approval(people)
    assert (found.round, found.state, price_of(found)) == (2, State.OPEN, Decimal(2100))
    assert [(one.step, one.void) for one in found.answers] == [("desk", True)]
    people.approve(INES)
    people.approve(COMPLIANCE)
    assert approval(people).state is State.APPROVED


def test_what_is_submitted_again_as_it_is_asks_nobody_again(people: Approving) -> None:
    submit(people, "cfg-1")
    told = people.told()
    submit(people, "cfg-2", NOON)
    assert people.told() == told
    assert approval(people).round == 1


def test_one_that_arrives_late_changes_nothing(people: Approving) -> None:
    submit(people, "cfg-2", NOON, price=2100)
    told = people.told()
    late = submit(people, "cfg-1", MORNING)
    assert price_of(approval(people)) == Decimal(2100)
    assert people.told() == told
    assert "event.decided" in people.house.actions(late)


def test_one_that_arrives_late_changes_nothing_though_the_newest_said_nothing_new(people: Approving) -> None:
    submit(people, "cfg-1", MORNING)
    submit(people, "cfg-3", EVENING)
    submit(people, "cfg-2", NOON, price=2100)
    assert price_of(approval(people)) == Decimal("1952.20")
    assert approval(people).round == 1
    people.approve(INES)
    people.approve(COMPLIANCE)
    assert approval(people).state is State.APPROVED


def test_a_late_one_opens_nothing_again(people: Approving) -> None:
    submit(people, "cfg-2", NOON)
    people.reject(INES, "no permit")
    submit(people, "cfg-1", MORNING, price=2100)
    assert approval(people).state is State.REJECTED
    submit(people, "cfg-3", EVENING, price=1500)
    assert approval(people).state is State.OPEN
    assert [one.result for one in approval(people).heard if one.kind == "submitted"] == [Result.DONE, Result.CHANGED]
