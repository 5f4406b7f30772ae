"""What time does while people are silent: reminders, and the ladder."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import NOW
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DAY,
    DORA,
    ERIC,
    HOUR,
    OFFICE,
    Story,
    a_plan,
    a_step,
    person,
    reminders,
    until_the_end,
)

from herald.domain.approval.approval import Result, State
from herald.domain.approval.policy import ALL, Timeout

# -- reminders -------------------------------------------------------------------------------------------------------


def test_reminders_come_at_their_times_and_the_last_one_says_so() -> None:
    story = Story(a_plan(a_step(reminders=(2 * HOUR, 6 * HOUR))))
    assert story.approval.next_due == NOW + 2 * HOUR

    story.wait_until_due()
    assert (reminders(story), story.approval.next_due) == ([(1, False)], NOW + 6 * HOUR)

    story.wait_until_due()
    assert (reminders(story), story.approval.next_due) == ([(2, True)], NOW + 8 * HOUR)


def test_nothing_is_done_before_its_time() -> None:
    story = Story(a_plan(a_step(reminders=(2 * HOUR,))))
    before = story.approval

    assert story.wait(2 * HOUR - timedelta(seconds=1)) is Result.UNCHANGED
    assert (story.told, story.approval.tickets, story.approval.steps) == ([], before.tickets, before.steps)


def test_of_reminders_that_are_late_together_one_is_sent() -> None:
    story = Story(a_plan(a_step(reminders=(HOUR, 2 * HOUR, 3 * HOUR))))

    story.wait(5 * HOUR)

    assert reminders(story) == [(3, True)]


def test_reminders_that_would_come_after_the_deadline_are_none() -> None:
    story = Story(a_plan(a_step(reminders=(2 * HOUR, 4 * HOUR), ladder=((BEN,),))))

    story.wait(8 * HOUR)

    # Ben has four hours.
    assert story.ticket(BEN).reminders == (story.now + 2 * HOUR,)


def test_whoever_answered_is_reminded_no_more() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL, reminders=(2 * HOUR,))))
    story.approve(ADA)

    story.wait_until_due()

    assert story.told == [("reminder", "Ben")]


def test_whoever_it_was_handed_to_is_reminded_in_place_of_who_handed_it_on() -> None:
    story = Story(a_plan(a_step(ADA, reminders=(2 * HOUR,))))
    story.delegate(ADA, BEN)

    story.wait_until_due()

    assert story.told == [("reminder", "Ben")]


def test_an_operator_reminds_one_or_all_who_may_answer() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2)))
    story.approve(ADA)

    story.remind(2)
    assert (story.told, reminders(story)) == ([("reminder", "Ben")], [(1, False)])
    story.remind()
    assert (story.told, reminders(story)) == ([("reminder", "Ben"), ("reminder", "Cleo")], [(2, False), (1, False)])
    assert story.remind(1) is Result.CLOSED

    story.recall()
    assert (story.remind(), story.told) == (Result.CLOSED, [])


# -- the ladder ------------------------------------------------------------------------------------------------------


def test_the_next_rung_is_asked_beside_those_who_were_silent() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN,), (CLEO,)))))

    story.wait_until_due()
    assert (story.now, story.asked, story.told) == (
        NOW + 8 * HOUR,
        [("desk", "Ada"), ("desk", "Ben")],
        [("escalated", "Ben")],
    )

    story.wait_until_due()
    assert (story.now, story.asked[-1]) == (NOW + 12 * HOUR, ("desk", "Cleo"))

    # Late is not too late.
    story.approve(ADA)
    assert story.state is State.APPROVED


def test_the_ladder_is_climbed_as_often_as_it_says_and_reminds_those_who_stand_there() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN,), (CLEO,)), repeat=1)))

    assert until_the_end(story) == [
        [("escalated", "Ben")],
        [("escalated", "Cleo")],
        [("reminder", "Ben")],
        [("reminder", "Cleo")],
        [("outcome", "requester"), ("outcome", "Ada"), ("outcome", "Ben"), ("outcome", "Cleo")],
    ]
    assert [one.reminded for one in story.approval.tickets] == [0, 1, 1]


def test_whoever_is_urged_again_has_the_time_of_that_rung() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((ADA,),))))

    story.wait_until_due()

    assert (reminders(story), story.ticket(ADA).due) == ([(1, True)], story.now + 4 * HOUR)


def test_whoever_handed_a_question_on_is_not_told_of_a_change_when_the_ladder_comes_to_them() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((ADA, CLEO),))))
    story.delegate(ADA, BEN)

    story.wait(9 * HOUR)

    assert story.approval.round == 1
    assert story.told == [("escalated", "Ada"), ("escalated", "Cleo")]


def test_a_rung_without_people_is_passed_over() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((), (ADA,), (BEN,)))))

    story.wait_until_due()
    assert story.told == [("reminder", "Ada")]

    story.wait_until_due()
    assert story.told == [("escalated", "Ben")]


def test_whoever_said_no_is_not_asked_again_by_the_ladder() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2, ladder=((ADA, DORA),))))
    story.reject(ADA)

    story.wait_until_due()

    assert story.told == [("escalated", "Dora")]


def test_each_step_climbs_its_own_ladder() -> None:
    story = Story(
        a_plan(a_step(ADA, ladder=((BEN,),)), a_step(CLEO, id="finance", deadline=20 * HOUR, ladder=((DORA,),)))
    )

    story.wait_until_due()

    assert story.told == [("escalated", "Ben")]


def test_after_a_long_outage_the_ladder_is_climbed_rung_by_rung_all_the_same() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN,), (CLEO,)), timeout=Timeout.REJECT)))

    story.wait(30 * DAY)

    assert (story.state, story.told) == (State.OPEN, [("escalated", "Ben")])
    assert story.approval.next_due == story.now + 4 * HOUR


# -- working time ----------------------------------------------------------------------------------------------------


def test_time_is_the_working_time_of_whoever_is_asked() -> None:
    at_work = person("ada", calendar="office")
    story = Story(a_plan(a_step(at_work, reminders=(2 * HOUR,)), calendars={"office": OFFICE}))

    # From 9:30 on Monday, of a day of eight hours.
    assert story.ticket(at_work).due == datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    assert story.approval.next_due == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("whose", ["person", "chain"])
def test_who_works_always_does_so_whatever_the_default_is(whose: str) -> None:
    theirs, of_the_chain = ("always", "office") if whose == "person" else (None, "always")
    plan = a_plan(a_step(person("ada", calendar=theirs)), calendars={"office": OFFICE})
    chain = replace(plan.policy.chain, calendar=of_the_chain)
    saturday = datetime(2026, 3, 7, 12, tzinfo=UTC)

    story = Story(replace(plan, policy=replace(plan.policy, chain=chain, default_calendar="office")), now=saturday)

    assert story.ticket(1).due == saturday + 8 * HOUR


def test_the_ladder_goes_on_when_the_last_of_those_who_were_asked_had_their_time() -> None:
    at_work = person("ada", calendar="office")
    story = Story(a_plan(a_step(at_work, BEN, ladder=((ERIC,),)), calendars={"office": OFFICE}))

    story.wait_until_due()

    assert (story.now, story.told) == (datetime(2026, 3, 3, 9, 30, tzinfo=UTC), [("escalated", "Eric")])
