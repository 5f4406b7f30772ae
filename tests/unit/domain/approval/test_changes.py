"""What is approved changes while people are asked, and after they have decided."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.domain.approval.approved_orders import a_line, a_stand
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DAY,
    DORA,
    ERIC,
    HOUR,
    REQUESTER,
    Story,
    a_plan,
    a_step,
    dearer,
    in_another_fabric,
    person,
)

from herald.domain.approval.approval import Result, State, StepState
from herald.domain.approval.changing import PlannedStep
from herald.domain.approval.policy import ALL, Part, Timeout
from herald.domain.approval.stand import Stand

PRICE, OPTIONS = (Part.PRICE,), (Part.OPTIONS,)


def two_departments() -> Story:
    """Finance looks at prices, engineering at options; the board at everything, when both are done."""
    return Story(
        a_plan(
            a_step(ADA, id="finance", inputs=PRICE),
            a_step(BEN, id="engineering", inputs=OPTIONS),
            a_step(CLEO, id="board", stage=2),
            watchers=(DORA,),
        )
    )


def voices(story: Story) -> list[tuple[str, str]]:
    """Who said what, and what became of it."""
    states = {(True, False, False): "counts", (True, True, False): "void", (True, False, True): "carried"}
    return [
        (one.person.name, states.get((one.counted, one.void, one.carried), "other")) for one in story.approval.answers
    ]


# -- while people are asked ------------------------------------------------------------------------------------------


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


# -- after the end ---------------------------------------------------------------------------------------------------


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


# -- whose request it is ---------------------------------------------------------------------------------------------


def test_an_approver_who_becomes_the_requester_approves_no_more() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL), a_step(CLEO, id="board", stage=2)))
    story.approve(ADA)

    story.change(requester=ADA)

    assert (story.approval.round, voices(story)) == (1, [("Ada", "void")])
    assert story.asked == [("desk", "Ben")]
    assert story.approve(ADA) in (Result.CHANGED, Result.CLOSED)
    story.approve(BEN)
    assert story.asked == [("board", "Cleo")]


def test_a_ticket_of_whoever_becomes_the_requester_is_closed() -> None:
    story = Story(a_plan(a_step(ADA, BEN)))

    story.change(dearer(), requester=ADA)

    assert story.asked == [("desk", "Ben")]
    assert story.approve(1) is Result.CHANGED


def test_whoever_it_was_handed_to_does_not_approve_once_it_is_their_request() -> None:
    story = Story(a_plan(a_step(ADA)))
    story.delegate(ADA, BEN)

    story.change(requester=BEN)

    assert story.asked == [("desk", "Ada")]


def test_the_next_rung_leaves_out_whoever_became_the_requester() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN, CLEO),))))

    story.change(requester=BEN)
    assert story.asked == [("desk", "Ada")]

    story.wait(8 * HOUR)
    assert story.asked == [("desk", "Ada"), ("desk", "Cleo")]


def test_facts_that_do_not_tell_the_requester_do_not_let_them_approve() -> None:
    story = Story(a_plan(a_step(REQUESTER, ADA)))

    story.change(dearer(), requester=None)

    assert (story.asked, story.approval.requester) == ([("desk", "Ada")], REQUESTER)


def test_the_requester_under_another_address_is_no_other_requester() -> None:
    lena = person("lena", phone="+4930123456")
    story = Story(a_plan(a_step(ADA), requester=lena))
    before = story.approval

    assert story.change(requester=replace(lena, email="lena@elsewhere.example")) is Result.UNCHANGED
    assert story.approval.tickets == before.tickets


def test_an_end_does_not_depend_on_whose_request_it_is_later() -> None:
    story = Story(a_plan(a_step(ADA)))
    story.approve(ADA)

    assert story.change(requester=ADA) is Result.UNCHANGED
    assert (story.state, story.approval.requester) == (State.APPROVED, REQUESTER)


def step_named(story: Story, name: str) -> PlannedStep:
    return next(planned for planned in story.plan.steps if planned.step.id == name)


def test_who_is_in_an_audience_by_now_matters_only_to_steps_that_are_asked_anew() -> None:
    story = two_departments()
    others = tuple(replace(step_named(story, name), people=(ERIC,)) for name in ("finance", "engineering", "board"))

    story.change(dearer(), steps=others)

    assert story.asked == [("engineering", "Ben"), ("finance", "Eric")]
