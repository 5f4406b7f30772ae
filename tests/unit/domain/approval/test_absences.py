"""Who is asked to approve while somebody is absent."""

from dataclasses import replace
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
    REQUESTER,
    Story,
    a_plan,
    a_step,
    dearer,
)

from herald.domain.approval.approval import State
from herald.domain.approval.changing import Plan
from herald.domain.approval.receipt import receipt_of
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Directory, Person
from herald.domain.notification import Recipient
from herald_cli.approval_words import called


def known(*people: Recipient, delegate: Recipient | None, since: timedelta = -DAY, until: timedelta = DAY) -> Directory:
    """A directory in which the first is away and has that delegate."""
    absence = Absence(NOW + since, NOW + until, delegate.key if delegate else None)
    folk = {one.key: Person(one) for one in (*people, *([delegate] if delegate else []))}
    return {**folk, people[0].key: Person(people[0], absences=(absence,))}


def knowing(plan: Plan, people: Directory) -> Plan:
    return replace(plan, policy=replace(plan.policy, people=people))


def test_a_delegate_is_asked_in_place_of_who_is_absent_and_it_is_kept_whose() -> None:
    story = Story(knowing(a_plan(a_step(ADA)), known(ADA, delegate=BEN)))
    assert story.asked == [("desk", "Ben")]
    assert story.ticket(BEN).person.in_place_of == ("Ada",)
    story.approve(BEN)
    assert story.state is State.APPROVED
    assert receipt_of(story.approval)["decisions"][0]["inPlaceOf"] == ["Ada"]
    assert called(story.approval.answers[0].person) == "Ben (in place of Ada)"


@pytest.mark.parametrize("delegate", [None, REQUESTER])
def test_without_somebody_who_may_stand_in_whoever_is_absent_is_asked(delegate: Recipient | None) -> None:
    story = Story(knowing(a_plan(a_step(ADA)), known(ADA, delegate=delegate)))
    assert story.asked == [("desk", "Ada")]


def test_nobody_decides_in_place_of_the_requester() -> None:
    plan = a_plan(a_step(REQUESTER, ADA, ladder=((REQUESTER, CLEO),)))
    story = Story(knowing(plan, known(REQUESTER, delegate=BEN)))
    assert story.asked == [("desk", "Ada")]
    story.wait(8 * HOUR)
    assert story.asked == [("desk", "Ada"), ("desk", "Cleo")]


def test_it_is_asked_who_is_there_when_their_turn_comes_not_when_it_began() -> None:
    steps = a_step(ADA), a_step(BEN, id="board", stage=2)
    story = Story(knowing(a_plan(*steps), known(BEN, delegate=CLEO, since=2 * HOUR)))
    story.now += 3 * HOUR
    story.approve(ADA)
    assert story.asked == [("board", "Cleo")]


def test_a_rung_of_the_ladder_goes_to_the_delegate_too() -> None:
    story = Story(knowing(a_plan(a_step(ADA, ladder=((BEN,),))), known(BEN, delegate=CLEO)))
    story.wait(8 * HOUR)
    assert story.asked == [("desk", "Ada"), ("desk", "Cleo")]
    assert story.told == [("escalated", "Cleo")]


def test_a_delegate_of_two_has_one_voice_so_where_both_must_approve_the_ladder_is_asked() -> None:
    people = {**known(ADA, delegate=CLEO), **known(BEN, delegate=CLEO)}
    story = Story(knowing(a_plan(a_step(ADA, BEN, quorum="all", ladder=((DORA,),))), people))
    assert story.asked == [("desk", "Cleo"), ("desk", "Dora")]
    assert story.ticket(CLEO).person.in_place_of == ("Ada", "Ben")


def test_whose_word_stands_is_not_asked_again_through_a_delegate() -> None:
    story = Story(
        knowing(a_plan(a_step(ADA, BEN, quorum=2, ladder=((ADA, CLEO),))), known(ADA, delegate=DORA, since=HOUR))
    )
    story.approve(ADA)
    story.wait(8 * HOUR)
    assert story.asked == [("desk", "Ben"), ("desk", "Cleo")]


def test_after_a_change_who_is_back_is_asked_themselves() -> None:
    story = Story(knowing(a_plan(a_step(ADA)), known(ADA, delegate=BEN, until=HOUR)))
    story.approve(BEN)
    story.now += 2 * HOUR
    story.change(dearer())
    assert story.asked == [("desk", "Ada")]


def test_a_delegate_whom_the_steps_channels_do_not_reach_is_not_asked() -> None:
    ada = replace(ADA, phone="+493023125101")
    plan = a_plan(a_step(ada, channels=(Channel.SMS,)))
    assert Story(knowing(plan, known(ada, delegate=BEN))).asked == [("desk", "Ada")]
