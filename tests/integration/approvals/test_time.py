"""Reminders, the ladder and the end, by timers that ring once. Working hours are those of whoever is asked."""

from datetime import timedelta

from tests.integration.approvals.approving import DANA, HOTEL, HOUR, Approving

from herald.domain.approval.approval import By, State
from herald.usecases.approvals.timer import LATE_SECONDS
from simulators.threekit.seed import ids

DAY = timedelta(days=1)
ROSEWOOD = ids.ORDER_LONDON_ROSEWOOD_NEW


def test_who_is_silent_is_reminded_and_then_others_are_asked_too(people: Approving) -> None:
    people.order()
    people.house.wait(4 * DAY)
    reminders = [text for text in people.messages(DANA) if "reminder" in text.lower()]
    assert len(reminders) >= 3
    assert any("https://herald.example.com" in text for text in people.messages("paul.okafor@example.com"))


def test_silence_never_approves_and_always_comes_to_an_end(people: Approving) -> None:
    people.order()
    people.house.wait(60 * DAY)
    approval = people.approval()
    assert (approval.state, approval.end.by if approval.end else None) == (State.PARKED, By.DEADLINE)
    assert approval.answers == ()
    assert people.noted()["state"] == "parked"
    assert people.house.counts["ApprovalsParked"] == 1


def test_a_chain_may_say_that_silence_is_a_no(people: Approving) -> None:
    people.order(ROSEWOOD)
    people.approve("ines.falk@example.com")
    people.house.wait(30 * DAY)
    approval = people.approval(f"order/{ROSEWOOD}")
    assert (approval.state, approval.end.by if approval.end else None) == (State.REJECTED, By.DEADLINE)
    assert people.noted(ROSEWOOD)["state"] == "rejected"


def test_no_timer_rings_outside_working_hours(people: Approving) -> None:
    people.order()
    due = people.approval().next_due
    assert due is not None
    assert due.weekday() < 5


def test_a_timer_that_rings_twice_or_late_does_nothing_more(people: Approving) -> None:
    people.order()
    due = people.approval().next_due
    assert due is not None
    people.house.clock.now = due
    for _ in range(3):
        people.house.ring(people.approval().id, due)
    people.house.settle()
    told = len([text for text in people.messages(DANA) if "reminder" in text.lower()])
    assert told == 1
    people.approve(DANA)
    people.house.ring(people.approval().id, due + HOUR)
    people.house.settle()
    assert len([text for text in people.messages(DANA) if "reminder" in text.lower()]) == told


def test_a_timer_that_was_lost_is_made_up_for_by_the_sweep(people: Approving) -> None:
    people.order()
    for one in people.house.scheduler.list_schedules(GroupName="approvals")["Schedules"]:
        people.house.scheduler.delete_schedule(GroupName="approvals", Name=one["Name"])
    due = people.approval().next_due
    assert due is not None
    people.house.clock.now = due + timedelta(seconds=LATE_SECONDS + 1)
    people.house.sweep("approvals")
    people.house.settle()
    assert people.house.counts["ApprovalTimersLate"] == 1
    assert any("reminder" in text.lower() for text in people.messages(DANA))
    people.house.sweep("approvals")
    people.house.settle()
    assert people.house.counts["ApprovalTimersLate"] == 1


def test_who_says_they_look_into_it_is_left_alone_until_that_expires(people: Approving) -> None:
    people.order()
    people.press(people.link(DANA), "acknowledge")
    until = people.approval().tickets[0].acknowledged_until
    assert until is not None
    people.house.wait(until - people.house.clock() - timedelta(minutes=1))
    assert not any("reminder" in text.lower() for text in people.messages(DANA))
    people.house.wait(3 * DAY)
    assert any("reminder" in text.lower() for text in people.messages(DANA))


def test_reminders_of_one_hour_are_one_message(people: Approving) -> None:
    people.order(HOTEL)
    second = people.house.threekit.add_order(metadata={**people.house.threekit.orders[HOTEL]["metadata"], "note": "2"})
    people.order(second["id"])
    people.house.wait(3 * HOUR)
    waiting = [text for text in people.messages(DANA) if text.count("https://herald.example.com/approvals/") > 1]
    assert waiting
