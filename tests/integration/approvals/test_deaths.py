"""The process dies between every two steps of an approval. Afterwards everything is as if it had not."""

from collections import Counter
from typing import Any

import pytest
from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, PAUL, Approving
from tests.integration.house import APPROVAL_KEY, KilledError

from herald.adapters.receipt_signature import public_key, verifies
from herald.domain.approval.approval import State
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.follow import A_MOMENT

POINTS = [
    "evaluate.decided", "evaluate.saved", "approval.timed", "approval.listed", "approval.receipted", "evaluate.opened",
    "evaluate.enqueued", "evaluate.audited", "dispatch.claimed", "dispatch.submitted", "dispatch.recorded",
    "writeback.put", "writeback.audited",
]  # fmt: skip
ON_THE_PAGE = ["page.recorded", "page.applied"]


def decide_all(people: Approving) -> None:
    people.order(HOTEL)
    for person in (DANA, ENGINEERING, FINANCE, PAUL):
        people.approve(person)


def outcome(people: Approving) -> dict[str, Any]:
    """What has to be the same, whatever died on the way."""
    people.house.clock.now += 2 * A_MOMENT
    approval = people.approval()
    receipt = approval_shelves.receipts(people.house.state).get(approval_shelves.receipt_key(approval))
    told = Counter(destination for submit in people.house.opentext.submits for destination in submit.destinations)
    assert receipt is not None
    assert verifies(receipt, public_key(APPROVAL_KEY))
    return {
        "state": approval.state, "answers": [(one.step, one.verdict, one.counted) for one in approval.answers],
        "tickets": [(one.step, one.person.name, one.closed) for one in approval.tickets], "told": told,
        "noted": {name: value for name, value in people.noted().items() if name != "at"},
        "under way": approval_shelves.under_way(people.house.state).get(approval.id),
        "parked": [name for name in people.house.dead_letters if people.house.parked(name)],
        "arrivals": {submit.arrivals for submit in people.house.opentext.submits},
    }  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """How it ends if nothing dies, kept from the first test."""
    return {}


def test_undisturbed(people: Approving, undisturbed: dict[str, Any]) -> None:
    decide_all(people)
    undisturbed.update(outcome(people))
    assert undisturbed["state"] is State.APPROVED
    assert undisturbed["arrivals"] == {1}


def test_killed_once_at_every_point(people: Approving, undisturbed: dict[str, Any]) -> None:
    """At each point once, so at the first event that comes to it."""
    people.house.die_at = set(POINTS)
    decide_all(people)
    assert set(people.house.deaths) == set(POINTS)
    assert outcome(people) == (undisturbed or outcome(people))


@pytest.mark.parametrize("point", ["evaluate.decided", "approval.timed", "approval.receipted", "writeback.put"])
def test_killed_at_the_last_word(people: Approving, undisturbed: dict[str, Any], point: str) -> None:
    people.order(HOTEL)
    for person in (DANA, ENGINEERING, FINANCE):
        people.approve(person)
    people.house.die_at = {point}
    people.approve(PAUL)
    assert people.house.deaths == ([point] if point != "approval.timed" else [])
    people.house.die_at = set()
    assert outcome(people) == (undisturbed or outcome(people))


@pytest.mark.parametrize("point", ON_THE_PAGE)
def test_killed_while_somebody_presses(people: Approving, undisturbed: dict[str, Any], point: str) -> None:
    people.order(HOTEL)
    token = people.link(DANA)
    once = people.once(token)
    people.house.die_at = {point}
    with pytest.raises(KilledError):
        people.submit(token, once, "approve", sure="yes")
    again = people.submit(token, once, "approve", sure="yes")
    assert again["statusCode"] == 200
    people.house.settle()
    for person in (ENGINEERING, FINANCE, PAUL):
        people.approve(person)
    assert outcome(people) == (undisturbed or outcome(people))


def test_what_was_pressed_counts_even_if_nobody_presses_again(people: Approving) -> None:
    people.order(HOTEL)
    token = people.link(DANA)
    once = people.once(token)
    people.house.die_at = {"page.recorded"}
    with pytest.raises(KilledError):
        people.submit(token, once, "approve", sure="yes")
    people.house.settle()
    assert [one.step for one in people.approval().answers] == ["desk"]
    assert people.messages(ENGINEERING)


def test_every_event_twice_changes_nothing(people: Approving, undisturbed: dict[str, Any]) -> None:
    people.order(HOTEL)
    for person in (DANA, ENGINEERING, FINANCE, PAUL):
        people.approve(person)
    for heard in people.approval().heard:
        event = people.house.inbox.load(heard.event_id)
        assert event is not None
        body = {"detail": {"event_id": event.id}}
        people.house.put_again("Evaluation", body)
    people.house.settle()
    assert outcome(people) == (undisturbed or outcome(people))
