"""What is approved changes after it has come to an end."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.domain.approval.approved_orders import a_line, a_stand
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    HOUR,
    OPTIONS,
    PRICE,
    Story,
    a_plan,
    a_step,
    dearer,
    in_another_fabric,
    two_departments,
    voices,
)

from herald.domain.approval.approval import Result, State
from herald.domain.approval.policy import Timeout


def test_what_was_approved_is_asked_again_when_it_changes() -> None:
    story = two_departments()
    for who in (ADA, BEN, CLEO):
        story.approve(who)
    approved = story.approval

    story.change(dearer())

    assert (story.state, story.approval.end, story.asked) == (State.OPEN, None, [("finance", "Ada")])
    assert voices(story) == [("Ada", "void"), ("Ben", "carried"), ("Cleo", "void")]
    assert story.told == [("changed", "Ada"), ("void", "Cleo"), ("void", "requester"), ("void", "watchers")]
    assert approved.fingerprint != story.approval.fingerprint


def test_a_change_that_no_step_looks_at_is_approved_by_what_was_said_before() -> None:
    story = Story(a_plan(a_step(ADA, inputs=PRICE)))
    story.approve(ADA)

    story.change(in_another_fabric())

    assert (story.state, story.by, story.approval.round) == (State.APPROVED, "people", 2)
    assert voices(story) == [("Ada", "carried")]


def test_a_rejection_stands_while_nothing_changes_that_it_was_about() -> None:
    story = Story(a_plan(a_step(ADA, inputs=OPTIONS), a_step(BEN, id="finance", inputs=PRICE)))
    story.reject(ADA, "No such fabric")
    rejected = story.approval

    assert story.change(dearer()) is Result.UNCHANGED
    assert replace(story.approval, heard=()) == replace(rejected, heard=())

    assert story.change(in_another_fabric()) is Result.CHANGED
    assert (story.state, story.asked) == (State.OPEN, [("desk", "Ada"), ("finance", "Ben")])


def test_what_was_said_before_a_change_that_a_rejection_outlived_is_void_when_it_opens_again() -> None:
    story = Story(a_plan(a_step(ADA, inputs=PRICE), a_step(BEN, id="engineering", inputs=OPTIONS)))
    story.approve(ADA)
    story.reject(BEN, "No such fabric")
    story.change(dearer())

    both = a_stand(a_line(unitPrice=Decimal("150.00"), attributes={"Fabric": "Slate"}), total=Decimal("300.00"))
    story.change(both)

    assert voices(story) == [("Ada", "void"), ("Ben", "void")]
    assert story.asked == [("desk", "Ada"), ("engineering", "Ben")]


def test_the_same_again_does_not_open_what_has_ended() -> None:
    for end in (Story.recall, lambda story: story.override("approve"), lambda story: story.wait(8 * HOUR)):
        story = Story(a_plan(a_step()))
        end(story)
        ended = story.approval

        assert story.change() is Result.UNCHANGED
        assert replace(story.approval, heard=()) == replace(ended, heard=())


@pytest.mark.parametrize("end", ["recall", "approve", "reject", "park", "deadline"])
def test_whatever_the_end_was_a_change_asks_again_those_who_had_not_answered(end: str) -> None:
    timeout = Timeout.REJECT if end == "deadline" else Timeout.PARK
    story = Story(
        a_plan(
            a_step(ADA, inputs=PRICE),
            a_step(BEN, id="engineering", inputs=OPTIONS, ladder=((CLEO,),), timeout=timeout),
        )
    )
    story.approve(ADA)
    if end == "recall":
        story.recall()
    elif end in ("approve", "reject"):
        story.override(end)
    else:
        story.wait(8 * HOUR)
        story.wait(4 * HOUR)
    assert story.state is not State.OPEN

    story.change(a_stand(a_line(quantity=3)))

    # Nothing they look at is another one; Ada's word stands, and the ladder is climbed from its foot.
    assert (story.asked, voices(story)) == ([("engineering", "Ben")], [("Ada", "carried")])
    assert story.approval.steps[1].climbed == 0


def test_a_new_round_runs_by_the_policy_of_today() -> None:
    story = Story(a_plan(a_step(ADA, inputs=OPTIONS, ladder=((BEN,),))))
    story.recall()

    longer = a_step(ADA, inputs=OPTIONS, ladder=((BEN,), (CLEO,)))
    story.change(dearer(), steps=(longer,), config_version="v2")
    for _ in range(3):
        story.wait_until_due()

    assert [one.person.name for one in story.approval.tickets] == ["Ada", "Ada", "Ben", "Cleo"]
    assert (story.state, story.approval.config_version) == (State.PARKED, "v2")
