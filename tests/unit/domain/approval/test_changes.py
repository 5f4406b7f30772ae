"""What is approved changes while people are asked."""

from dataclasses import replace
from decimal import Decimal

from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DAY,
    DORA,
    ERIC,
    HOUR,
    OPTIONS,
    PRICE,
    Story,
    a_plan,
    a_step,
    dearer,
    two_departments,
    voices,
)

from herald.domain.approval.approval import Result, State, StepState
from herald.domain.approval.changing import PlannedStep
from herald.domain.approval.policy import ALL
from herald.domain.approval.stand import Stand


def test_what_nobody_looks_at_changes_nothing() -> None:
    story = two_departments()
    story.approve(ADA)
    before = story.approval

    assert story.change(Stand({**story.plan.stand.order, "region": "APAC"})) is Result.UNCHANGED
    assert replace(story.approval, heard=()) == replace(before, heard=())


def test_only_whoever_looked_at_what_changed_is_asked_again() -> None:
    story = two_departments()
    story.approve(ADA)
    story.approve(BEN)
    assert story.asked == [("board", "Cleo")]

    story.change(dearer())

    assert voices(story) == [("Ada", "void"), ("Ben", "carried")]
    # The board is not asked before finance has spoken anew.
    assert (story.asked, story.told) == ([("finance", "Ada")], [("changed", "Ada")])
    assert story.approval.round == 2
    story.approve(ADA)
    story.approve(CLEO)
    assert story.state is State.APPROVED


def test_whoever_was_asked_and_had_not_answered_gets_a_new_ticket_and_the_old_one_decides_nothing() -> None:
    story = two_departments()
    story.change(dearer())

    assert story.asked == [("engineering", "Ben"), ("finance", "Ada")]
    assert (story.approve(1), story.reject(1)) == (Result.CHANGED, Result.CHANGED)
    assert (story.acknowledge(1), story.question(1), story.delegate(1, ERIC)) == (Result.CLOSED,) * 3
    assert story.approval.answers == ()


def test_the_button_somebody_pressed_before_a_change_decides_nothing_after_it() -> None:
    story = two_departments()
    story.approve(ADA)
    story.change(dearer())

    assert (story.approve(1), story.reject(1)) == (Result.CHANGED, Result.CHANGED)
    assert voices(story) == [("Ada", "void")]


def test_an_answer_on_its_way_while_the_price_goes_up_and_down_again_does_not_count() -> None:
    story = Story(a_plan(a_step()))
    cheap = story.plan.stand

    story.change(dearer())
    story.change(cheap)

    assert story.approve(1) is Result.CHANGED
    assert (story.state, story.approval.round) == (State.OPEN, 3)


def test_a_void_answer_stays_void_when_the_old_price_comes_back() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL)))
    cheap = story.plan.stand
    story.approve(ADA)

    story.change(dearer())
    story.change(cheap)

    assert (voices(story), story.asked) == ([("Ada", "void")], [("desk", "Ada"), ("desk", "Ben")])


def test_a_step_under_way_goes_on_where_it_was_when_others_change() -> None:
    story = Story(
        a_plan(
            a_step(ADA, id="finance", inputs=PRICE, deadline=DAY),
            a_step(BEN, id="engineering", inputs=OPTIONS, ladder=((CLEO,),)),
        )
    )
    story.wait(8 * HOUR)
    due = story.approval.steps[1].due

    story.change(dearer())

    engineering = story.approval.steps[1]
    assert (engineering.state, engineering.climbed, engineering.due) == (StepState.OPEN, 1, due)
    assert ("engineering", "Cleo") in story.asked


def test_a_step_that_is_not_asked_any_more_lets_its_people_go() -> None:
    story = two_departments()
    story.approve(ADA)

    story.change(dearer(), steps=story.plan.steps[1:])

    assert story.asked == [("engineering", "Ben")]
    assert (voices(story), story.told) == ([("Ada", "void")], [("void", "Ada")])


def test_a_new_step_is_asked_before_those_that_come_after_it() -> None:
    story = Story(a_plan(a_step(CLEO, id="board", stage=2, inputs=OPTIONS)))
    assert story.asked == [("board", "Cleo")]

    story.change(dearer(), steps=(a_step(ADA, id="finance"), *story.plan.steps))
    assert (story.asked, str(story.ticket(CLEO).closed)) == ([("finance", "Ada")], "changed")

    story.approve(ADA)
    assert story.asked == [("board", "Cleo")]


def test_what_was_said_at_a_step_that_waits_again_is_not_asked_twice() -> None:
    story = Story(a_plan(a_step(CLEO, DORA, id="board", stage=2, inputs=OPTIONS, quorum=ALL)))
    story.approve(CLEO)

    story.change(dearer(), steps=(a_step(ADA, id="finance"), *story.plan.steps))
    story.approve(ADA)

    assert story.asked == [("board", "Dora")]
    story.approve(DORA)
    assert story.state is State.APPROVED


def test_a_change_after_which_nobody_has_to_be_asked_approves_by_policy() -> None:
    story = Story(a_plan(a_step()))

    story.change(dearer(), steps=())

    assert (story.state, story.by, story.asked) == (State.APPROVED, "policy", [])


def test_another_quorum_is_another_question() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2)))
    story.approve(ADA)

    story.change(steps=(a_step(ADA, BEN, CLEO, quorum=ALL),))

    assert voices(story) == [("Ada", "void")]
    assert story.asked == [("desk", "Ada"), ("desk", "Ben"), ("desk", "Cleo")]


def test_the_message_of_what_is_void_says_what_changed() -> None:
    story = two_departments()
    story.approve(ADA)

    story.change(dearer(), steps=story.plan.steps[1:])

    [telling] = story.tellings
    fields = {(one["line"], one["field"]): (one["before"], one["after"]) for one in telling.details["differences"]}
    assert fields[("Chair", "unitPrice")] == (Decimal("100.00"), Decimal("150.00"))
    assert fields[("", "total")] == (Decimal("200.00"), Decimal("300.00"))


def test_whoever_handed_a_question_on_is_told_of_a_change_when_they_are_asked_again() -> None:
    story = Story(a_plan(a_step(ADA)))
    story.delegate(ADA, BEN)

    story.change(dearer())

    assert story.told == [("changed", "Ada")]


def step_named(story: Story, name: str) -> PlannedStep:
    return next(planned for planned in story.plan.steps if planned.step.id == name)


def test_who_is_in_an_audience_by_now_matters_only_to_steps_that_are_asked_anew() -> None:
    story = two_departments()
    others = tuple(replace(step_named(story, name), people=(ERIC,)) for name in ("finance", "engineering", "board"))

    story.change(dearer(), steps=others)

    assert story.asked == [("engineering", "Ben"), ("finance", "Eric")]
