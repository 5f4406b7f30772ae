"""Ends that nobody who was asked brings about: the requester takes it back, an administrator decides."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, LYON, PAUL, Approving, text_of

from herald.domain.approval.approval import By, Result, State
from herald.usecases.approvals import approval_events as kinds

MARCUS, ROSA = "marcus.hale@example.com", "rosa.delgado@example.com"
LENA, TILDA, INES, LUC = (
    "lena.vogt@example.com", "tilda.berg@example.com", "ines.falk@example.com", "luc.perrin@example.com",
)  # fmt: skip
SUBJECT = f"order/{LYON}"
OVERRIDE: dict[str, Any] = {"verdict": "approve", "name": "Ada Admin", "reason": "the customer is at the door"}


def requester_asked(people: Approving) -> str:
    """The requester's own page, whose link comes with a question."""
    people.order(LYON)
    people.press(people.link(INES), "question", text="Which oak?")
    return people.link(LENA)


def outcomes(people: Approving) -> set[str]:
    return {address for kind, address in people.told() if kind == "outcome"}


def test_the_requester_takes_it_back_and_everybody_asked_is_told(people: Approving) -> None:
    token = requester_asked(people)
    answer = people.press(token, "recall", reason="We found a cheaper one")
    assert answer["statusCode"] == 422
    assert people.approval(SUBJECT).state is State.OPEN

    open_page = people.link(LUC)
    once = people.once(open_page)
    assert people.recall(LENA, "We found a cheaper one")["statusCode"] == 200
    approval = people.approval(SUBJECT)
    assert approval.end is not None
    assert (approval.state, approval.end.by) == (State.RECALLED, By.REQUESTER)
    assert approval.end.reason == "We found a cheaper one"
    assert {INES, LUC, LENA, TILDA} <= outcomes(people)
    assert "We found a cheaper one" in people.messages(LUC)[-1]
    assert people.noted(LYON)["state"] == "recalled"
    assert people.house.threekit.orders[LYON]["status"] == "New"

    late = people.press_again(open_page, once, "approve", sure="yes")
    assert late["statusCode"] == 409
    assert "<form" not in people.open(open_page)
    assert people.approval(SUBJECT).state is State.RECALLED


def test_it_is_taken_back_once_and_not_after_the_end(people: Approving) -> None:
    token = requester_asked(people)
    first, second = people.once(token), people.once(token)
    assert people.press_again(token, first, "recall", sure="yes")["statusCode"] == 200
    assert people.press_again(token, first, "recall", sure="yes")["statusCode"] == 200
    assert people.press_again(token, second, "recall", sure="yes")["statusCode"] == 409
    assert [one.result for one in people.approval(SUBJECT).heard if one.kind == "recalled"] == [
        Result.DONE, Result.CLOSED,
    ]  # fmt: skip
    assert people.told().count(("outcome", INES)) == 1


def test_the_page_of_an_approver_takes_nothing_back(people: Approving) -> None:
    token = requester_asked(people)
    approver = people.link(INES)
    assert people.press(approver, "recall", sure="yes")["statusCode"] == 400
    assert people.press(token, "approve", sure="yes")["statusCode"] == 400
    assert people.approval(SUBJECT).state is State.OPEN
    assert people.approval(SUBJECT).answers == ()


def test_what_was_taken_back_is_asked_again_when_it_is_another_order(people: Approving) -> None:
    requester_asked(people)
    people.recall(LENA)
    people.tell_again(LYON)
    assert people.approval(SUBJECT).state is State.RECALLED
    people.change_cart(LYON, price=50)
    people.tell_again(LYON)
    assert people.approval(SUBJECT).state is State.OPEN
    assert people.approve(INES)["statusCode"] == 200
    assert people.noted(LYON)["state"] == "approved"


@pytest.mark.parametrize(("verdict", "state"), [("approve", State.APPROVED), ("reject", State.REJECTED)])
def test_an_administrator_decides_for_everybody_and_everybody_hears_whose_word_it_is(
    people: Approving, verdict: str, state: State
) -> None:
    people.order(HOTEL)
    people.approve(DANA)
    event_id = people.operate(kinds.OVERRIDDEN, **{**OVERRIDE, "verdict": verdict})
    approval = people.approval()
    assert approval.end is not None
    assert (approval.state, approval.end.by, approval.end.name) == (state, By.ADMINISTRATOR, "Ada Admin")
    assert {ENGINEERING, FINANCE, MARCUS, ROSA} <= outcomes(people)
    for person in (ENGINEERING, FINANCE, MARCUS):
        assert "Ada Admin" in people.messages(person)[-1]
        assert "the customer is at the door" in people.messages(person)[-1]
    assert people.messages(PAUL) == [text for text in people.messages(PAUL) if "approvals/" not in text]
    assert (people.noted()["state"], people.noted()["by"]) == (str(state), "administrator")
    assert {"event.relayed", "event.decided", "delivery.submitted", "writeback.noted"} <= set(
        people.house.actions(event_id)
    )
    assert people.house.trace(event_id).broken_at is None


def test_a_recall_can_be_followed_in_the_audit_too(people: Approving) -> None:
    requester_asked(people)
    people.recall(LENA)
    event_id = next(one.event_id for one in people.approval(SUBJECT).heard if one.kind == "recalled")
    assert {"event.relayed", "event.decided", "delivery.submitted", "writeback.noted"} <= set(
        people.house.actions(event_id)
    )
    assert people.house.trace(event_id).broken_at is None


def test_nothing_is_overridden_without_a_reason_after_the_end_or_when_it_is_another_order(people: Approving) -> None:
    people.order(LYON)
    people.operate(kinds.OVERRIDDEN, SUBJECT, **{**OVERRIDE, "reason": " "})
    people.operate(kinds.OVERRIDDEN, SUBJECT, **OVERRIDE, about="another-fingerprint")
    assert people.approval(SUBJECT).state is State.OPEN
    people.approve(INES)
    people.operate(kinds.OVERRIDDEN, SUBJECT, **{**OVERRIDE, "verdict": "reject"})
    people.operate(kinds.RECALLED, SUBJECT, name="Ada Admin", reason="too late")
    approval = people.approval(SUBJECT)
    assert (approval.state, approval.end.by if approval.end else None) == (State.APPROVED, By.PEOPLE)
    results = [one.result for one in approval.heard if one.kind in ("overridden", "recalled")]
    assert results == [Result.REASON_MISSING, Result.CHANGED, Result.CLOSED, Result.CLOSED]
    assert people.told().count(("outcome", LENA)) == 1


def test_what_was_parked_is_decided_by_an_administrator(people: Approving) -> None:
    people.order(LYON)
    people.house.wait(timedelta(days=60))
    assert people.approval(SUBJECT).state is State.PARKED
    people.operate(kinds.OVERRIDDEN, SUBJECT, **OVERRIDE)
    assert people.approval(SUBJECT).state is State.APPROVED
    assert people.noted(LYON)["state"] == "approved"
    assert people.told().count(("outcome", LENA)) == 2
    assert "approved" in text_of(people.messages(LENA)[-1]).lower()
