"""Hard cases: changes that hide, readers that are slow, rules that err, links that outlive what they were for."""

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.integration.approvals.approving import (
    DANA,
    HOTEL,
    HOUR,
    LYON,
    Approving,
    text_of,
)
from tests.integration.house import Work
from tests.integration.house_resources import APPROVAL_KEY
from tests.integration.paths import ROOT
from tests.integration.test_incidents import tell

from herald.domain.approval.approval import State
from herald.domain.approval.links import sealed
from herald.domain.configuration import Configuration
from herald.domain.facts import SourceObjects, build_facts
from herald.domain.told import Told
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import changed_order, due_event
from herald.usecases.approvals.approval_notes import ApprovalNotes, ApprovalNoting
from herald.usecases.approvals.approval_values import link_of, person_seal
from herald.usecases.approvals.desk import Desk, Submission
from herald.usecases.order_reading import configuration_ids
from herald.usecases.writeback_orders import OrderNoting

MINUTE = timedelta(minutes=1)


# -- what changed is told again, or nobody can decide any more ---------------------------------------------------------


def test_a_change_that_our_own_note_hides_is_asked_about_anew(people: Approving) -> None:
    people.house.order_created(HOTEL)
    _until_a_note_is_due(people)
    people.change_cart(price=100)
    people.house.settle()

    people.approve(DANA)

    assert people.approval().round == 2
    assert people.approve(DANA)["statusCode"] == 200


def test_a_saved_configuration_that_changes_without_its_order_is_asked_about_anew(people: Approving) -> None:
    people.order()
    _change_variant(people, HOTEL)

    assert people.approve(DANA)["statusCode"] == 409

    assert people.approval().round == 2
    assert people.approve(DANA)["statusCode"] == 200


# -- who has to be asked -----------------------------------------------------------------------------------------------


def test_a_line_without_a_price_does_not_spare_an_order_those_who_look_at_its_worth(people: Approving) -> None:
    people.order()
    steps = {run.id for run in people.approval().steps}
    people.house.threekit.orders[HOTEL]["cart"][-1]["metadata"].pop("price")
    people.change(HOTEL, note="one line has no price now")
    assert {run.id for run in people.approval().steps} == steps


def test_a_rule_that_does_not_listen_to_changes_still_asks_after_one(people: Approving) -> None:
    people.apply(lambda known: {"rules": _listening_to_creation_only(known, "large-order-to-finance")})
    people.order()
    assert people.approval().step("finance") is not None
    people.change(HOTEL, internalNote="call the customer")
    assert people.approval().step("finance") is not None
    assert people.approval().round == 1


# -- links and what they may -------------------------------------------------------------------------------------------


def test_a_list_of_what_waits_gives_no_link_that_outlives_its_own(people: Approving) -> None:
    people.order(HOTEL)
    token = _person_token(people, DANA)
    people.house.clock.now += timedelta(days=14) - MINUTE
    page = people.open(token)
    found = [part.partition('"')[0].rpartition("/")[2] for part in page.split('href="')[1:]]
    approver = next(one for one in found if len(one) > 40)
    people.house.clock.now += timedelta(days=1)
    assert people.house.visit(token)["statusCode"] == 410
    assert people.house.visit(approver)["statusCode"] == 410


def test_whoever_handed_a_question_on_gets_no_receipt_with_the_price(people: Approving) -> None:
    people.order(LYON)
    address = "ines.falk@example.com"
    token = people.link(address)
    delegate = people.open(token).partition('<option value="per_')[2].partition('"')[0]
    assert people.press(token, "delegate", to=f"per_{delegate}")["statusCode"] == 200
    people.approve("luc.perrin@example.com")
    assert people.approval(f"order/{LYON}").state is State.APPROVED
    assert people.house.visit(token, tail="/receipt")["statusCode"] == 404


def test_a_link_to_what_changed_twice_shows_no_price(people: Approving) -> None:
    people.order(LYON)
    for _ in range(2):
        stale = people.link("ines.falk@example.com")
        people.change_cart(LYON, price=100)
        people.tell_again(LYON)
    total = people.approval(f"order/{LYON}").stand.order["total"]
    assert f"{total:,.0f}".replace(",", ".") not in text_of(people.open(stale))


def test_the_link_of_who_is_the_requester_no_more_takes_nothing_back(people: Approving) -> None:
    people.order(HOTEL)
    token = people.link(DANA)
    people.press(token, "question", text="Why so many?")
    before = people.approval().requester
    assert before is not None
    requester = people.link(before.email or "")
    people.change(HOTEL, requester={"name": "Somebody Else", "email": "somebody.else@example.com"})
    if people.house.visit(requester)["statusCode"] == 200:
        people.press(requester, "recall", sure="yes")
    assert people.approval().state is State.OPEN


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_time_that_came_a_moment_early_by_the_clock_of_who_applies_it_is_not_lost(people: Approving) -> None:
    people.order()
    approval = people.approval()
    due = approval.next_due
    assert due is not None
    people.house.clock.now = due - timedelta(milliseconds=200)
    people.house.inbox.record(due_event(approval.id, due, due))
    people.house.settle(HOUR)
    people.house.wait(2 * HOUR)
    people.house.sweep("approvals")
    people.house.settle(HOUR)
    assert [text for text in people.messages(DANA) if "reminder" in text.lower()]


# -- what is told ------------------------------------------------------------------------------------------------------


def test_it_is_noted_that_a_requester_without_a_usable_address_was_not_told(people: Approving) -> None:
    order = people.house.threekit.orders[LYON]
    order["metadata"]["requester"] = {"name": "By Phone", "phone": "+33142685301"}
    people.order(LYON)
    token = people.link("ines.falk@example.com")
    people.approve("ines.falk@example.com")
    heard = people.approval(f"order/{LYON}").heard[-1]
    assert token
    decision = people.house.decisions.load(heard.event_id)
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == ["no_address"]


def test_an_order_the_mapping_of_then_cannot_read_is_still_told_of_by_the_mapping_of_now(people: Approving) -> None:
    people.order()
    people.apply(lambda known: {"mapping": _reading_other_prices(known)})
    for line in people.house.threekit.orders[HOTEL]["cart"]:
        line["metadata"]["amount"] = line["metadata"]["price"]
        line["metadata"]["price"] = "on request"
    people.change(HOTEL, note="another way to say prices")
    event = people.house.trace(_latest_event(people))
    assert [skip.reason for skip in event.decision.skips] != ["mapping_failed"]  # type: ignore[union-attr]


def test_an_end_that_was_overtaken_by_a_change_has_a_receipt(people: Approving) -> None:
    people.order(LYON)
    token = people.link("ines.falk@example.com")
    people.submit(token, people.once(token), "approve", sure="yes")
    ended = people.approval(f"order/{LYON}")
    people.house.lose_stream_records()
    people.change_cart(LYON, price=100)
    people.tell_again(LYON)
    assert people.approval(f"order/{LYON}").round == 2
    people.house.put_again("Evaluation", _evaluation_body(people, ended.heard[-1].event_id))
    people.house.settle()
    assert approval_shelves.receipts(people.house.state).get(approval_shelves.receipt_key(ended)) is not None


def test_who_read_an_order_before_it_changed_does_not_bring_back_what_it_was(people: Approving) -> None:
    people.order()
    desk, clock = _desk(people), people.house.clock
    old = desk.threekit.order(HOTEL)
    people.change_cart(price=100)
    people.tell_again()
    now_asked = people.approval().stand

    configuration = people.house.configurations.active()
    event = changed_order(desk.source, {**old, "updatedAt": "2026-03-02T09:29:00Z"}, "somewhere", clock())
    objects = SourceObjects(old, desk.threekit.configurations(configuration_ids(old)))
    facts = build_facts(event, objects, configuration.mapping, clock())
    submission = Submission(event, f"order/{HOTEL}", configuration, lambda _: facts)
    desk.submitted(submission, "order", people.approval().matched)

    assert people.approval().stand == now_asked


def test_a_note_of_approved_is_not_written_once_the_approval_is_open_again(people: Approving) -> None:
    people.order(LYON)
    held, people.house.works = _without(people, "Writeback")
    people.approve("ines.falk@example.com")
    told = Told(LYON, "approval_order", people.approval(f"order/{LYON}").heard[-1].event_id)
    noting = _noting(people)
    note = noting.note(told)
    people.change_cart(LYON, price=100)
    people.tell_again(LYON)
    assert people.approval(f"order/{LYON}").state is State.OPEN

    noting.write(told, note)

    assert people.house.threekit.orders[LYON]["status"] == "New"
    people.house.works += held


def test_a_reply_about_an_order_that_is_gone_is_answered(people: Approving) -> None:
    people.order(LYON)
    code = people.code("ines.falk@example.com")
    del people.house.threekit.orders[LYON]
    people.text("+493023125101", f"REJECT {code} it is gone")
    assert people.messages("+493023125101")


def test_what_was_submitted_last_stands_though_something_older_comes_late(people: Approving) -> None:
    body = json.loads((ROOT / "events" / "configuration_submitted.json").read_text(encoding="utf-8"))
    dearer = copy.deepcopy(body["data"])
    dearer["lines"][0]["unitPrice"] = 2500.5
    subject = str(body["subject"])
    tell(people.house, {**body, "id": "a", "time": "2026-03-02T09:00:00Z"})
    first = people.approval(subject).stand
    tell(people.house, {**body, "id": "c", "time": "2026-03-02T09:20:00Z"})
    tell(people.house, {**body, "id": "b", "time": "2026-03-02T09:10:00Z", "data": dearer})
    assert people.approval(subject).stand == first


def test_an_order_that_is_gone_says_so(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    del people.house.threekit.orders[HOTEL]
    assert people.submit(token, once, "reject", reason="It is gone")["statusCode"] != 503


def _until_a_note_is_due(people: Approving) -> None:
    """Work off everything but the notes in Threekit."""
    held, people.house.works = _without(people, "Writeback")
    people.house.settle()
    people.house.works += held


def _without(people: Approving, name: str) -> tuple[list[Work], list[Work]]:
    works = people.house.works
    return [work for work in works if work.name == name], [work for work in works if work.name != name]


def _desk(people: Approving) -> Desk:
    desk: Desk = people.house.page.page.desk
    return desk


def _noting(people: Approving) -> ApprovalNoting:
    desk = _desk(people)
    notes = ApprovalNotes(desk)
    orders = OrderNoting(notes, desk.threekit, desk.inbox, desk.clock, lambda *_: None, desk.source)
    return ApprovalNoting(notes, orders)


def _change_variant(people: Approving, order_id: str) -> None:
    identity = people.house.threekit.orders[order_id]["cart"][0]["configurationId"]
    people.house.threekit.configurations[identity]["variant"]["Finish"] = "Matt"


def _listening_to_creation_only(known: Configuration, rule_id: str) -> tuple[Any, ...]:
    return tuple(
        replace(rule, events=("threekit.order.created",)) if rule.id == rule_id else rule for rule in known.rules
    )


def _reading_other_prices(known: Configuration) -> Mapping[str, Any]:
    section = known.mapping["threekit.order.*"]
    return {
        **known.mapping,
        "threekit.order.*": {**section, "line": {**section["line"], "unitPrice": "metadata.amount"}},
    }


def _latest_event(people: Approving) -> str:
    items = people.house.dynamodb.scan(TableName="InboxTable")["Items"]
    updated = [item for item in items if item["type"]["S"] == "threekit.order.updated"]
    return str(max(updated, key=lambda item: item["received_at"]["S"])["id"]["S"])


def _evaluation_body(people: Approving, event_id: str) -> Mapping[str, Any]:
    return {"detail": {"event_id": event_id}}


def _person_token(people: Approving, address: str) -> str:
    ticket = next(one for one in people.approval().open_tickets() if one.person.email == address)
    return sealed(link_of(person_seal(ticket.person, people.house.clock(), timedelta(days=14))), APPROVAL_KEY)
