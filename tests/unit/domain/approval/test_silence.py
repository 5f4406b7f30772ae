"""How silence ends, and how long it may last: it never approves."""

from datetime import timedelta

import pytest
from tests.builders import NOW
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DAY,
    DORA,
    HOUR,
    Story,
    a_plan,
    a_step,
    person,
    reminders,
    until_the_end,
)

from herald.domain.approval.answering import MOST_ACKNOWLEDGEMENTS
from herald.domain.approval.approval import Result, State
from herald.domain.approval.policy import Timeout
from herald.domain.notification import Recipient


@pytest.mark.parametrize(("timeout", "end"), [(Timeout.PARK, State.PARKED), (Timeout.REJECT, State.REJECTED)])
def test_the_policy_says_how_silence_ends(timeout: Timeout, end: State) -> None:
    story = Story(a_plan(a_step(ADA, timeout=timeout, ladder=((BEN,),)), watchers=(DORA,)))

    until_the_end(story)

    assert (story.state, story.by, story.approval.next_due) == (end, "deadline", None)
    assert story.told[:2] == [("outcome", "requester"), ("outcome", "watchers")]


@pytest.mark.parametrize("last_rung", [(), (person("nobody", email=None),)])
def test_a_last_rung_that_nobody_stands_on_leaves_the_end_to_the_policy(last_rung: tuple[Recipient, ...]) -> None:
    story = Story(a_plan(a_step(ADA, timeout=Timeout.REJECT, ladder=(last_rung,))))

    story.wait_until_due()

    assert (story.state, story.by) == (State.REJECTED, "deadline")


def test_escalation_asks_the_last_resort_and_parks_when_they_are_silent_too() -> None:
    story = Story(a_plan(a_step(ADA, timeout=Timeout.ESCALATE, ladder=((BEN,),)), last_resort=(CLEO, DORA)))

    told = until_the_end(story)

    assert told[:2] == [[("escalated", "Ben")], [("escalated", "Cleo"), ("escalated", "Dora")]]
    assert (story.now, story.state, story.by) == (NOW + 20 * HOUR, State.PARKED, "deadline")


def test_the_last_resort_decides_like_anybody() -> None:
    story = Story(a_plan(a_step(ADA, timeout=Timeout.ESCALATE), last_resort=(CLEO,)))
    story.wait_until_due()

    story.approve(CLEO)

    assert (story.state, story.by) == (State.APPROVED, "people")


def test_without_a_last_resort_silence_is_parked() -> None:
    story = Story(a_plan(a_step(ADA, timeout=Timeout.ESCALATE)))

    story.wait_until_due()

    assert (story.state, story.by) == (State.PARKED, "deadline")


def test_time_does_nothing_to_what_has_ended() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(HOUR,))))
    story.approve(ADA)

    assert (story.wait(30 * DAY), story.told, story.state) == (Result.UNCHANGED, [], State.APPROVED)


# -- who looks into it -----------------------------------------------------------------------------------------------


def test_the_ladder_waits_for_whoever_looks_into_it_and_not_for_ever() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN,),), acknowledge=6 * HOUR)))
    story.wait(5 * HOUR)
    story.acknowledge(ADA)

    story.wait_until_due()
    assert (story.now, story.told, story.approval.next_due) == (NOW + 8 * HOUR, [], NOW + 11 * HOUR)

    story.wait_until_due()
    assert story.told == [("escalated", "Ben")]


def test_whoever_looks_into_it_is_not_reminded_meanwhile() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(HOUR, 3 * HOUR), acknowledge=2 * HOUR)))
    story.acknowledge(ADA)

    story.wait_until_due()
    assert (reminders(story), story.now) == ([], NOW + HOUR)

    story.wait_until_due()
    assert (reminders(story), story.now) == ([(1, False)], NOW + 2 * HOUR)

    story.wait_until_due()
    assert reminders(story) == [(2, True)]


def test_a_reminder_that_came_while_somebody_looked_into_it_comes_when_their_word_expires() -> None:
    story = Story(a_plan(a_step(ADA, deadline=24 * HOUR, reminders=(4 * HOUR,), acknowledge=4 * HOUR)))
    story.wait(3 * HOUR)
    story.acknowledge(ADA)
    story.wait(HOUR)
    assert story.told == []

    story.wait(4 * HOUR)

    assert story.told == [("reminder", "Ada")]
    assert story.now < story.ticket(ADA).asked_at + DAY


def test_reminders_that_come_by_the_time_that_somebodys_word_expires_are_one() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(HOUR, 2 * HOUR, 5 * HOUR), acknowledge=3 * HOUR)))
    story.acknowledge(ADA)

    assert [(story.wait_until_due(), reminders(story), story.now)[1:] for _ in range(3)] == [
        ([], NOW + HOUR), ([(2, False)], NOW + 3 * HOUR), ([(3, True)], NOW + 5 * HOUR),
    ]  # fmt: skip


def test_a_reminder_whose_time_comes_with_the_end_of_the_ladder_is_none() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(7 * HOUR,), acknowledge=4 * HOUR)))
    story.wait(6 * HOUR)
    story.acknowledge(ADA)

    told = until_the_end(story)

    assert told == [[], [], [("outcome", "requester"), ("outcome", "Ada")]]
    assert story.now == NOW + 10 * HOUR


def test_whoever_the_ladder_urges_is_not_reminded_at_the_same_time() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(7 * HOUR,), acknowledge=4 * HOUR, ladder=((ADA,),))))
    story.wait(6 * HOUR)
    story.acknowledge(ADA)

    assert until_the_end(story)[2] == [("reminder", "Ada")]


def test_a_word_that_expires_before_the_deadline_puts_nothing_off() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN,),), acknowledge=HOUR)))
    story.acknowledge(ADA)

    story.wait(8 * HOUR)

    assert story.told == [("escalated", "Ben")]


def test_nobody_holds_a_question_up_for_ever() -> None:
    story = Story(a_plan(a_step(ADA, acknowledge=HOUR)))
    story.wait(8 * HOUR - timedelta(minutes=1))

    while story.acknowledge(ADA) is Result.DONE:
        story.wait(timedelta(minutes=59))
    until_the_end(story)

    assert story.now <= NOW + 8 * HOUR + MOST_ACKNOWLEDGEMENTS * HOUR
    assert story.state is State.PARKED
