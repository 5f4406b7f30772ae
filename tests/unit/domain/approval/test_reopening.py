"""What is approved changes after it has come to an end."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from tests.unit.domain.approval.approved_orders import a_line, a_stand
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DORA,
    ERIC,
    HOUR,
    OPTIONS,
    PRICE,
    Story,
    a_plan,
    a_step,
    dearer,
    in_another_fabric,
    person,
    two_departments,
    voices,
)

from herald.adapters.dynamodb_items import packed
from herald.adapters.exact_json import dumps
from herald.domain.approval.approval import Result, State
from herald.domain.approval.document import approval_document
from herald.domain.approval.policy import Chain, Shown, Timeout
from herald.domain.approval.stand import Stand
from herald.domain.approval.turn import TELLINGS_KEPT, Policy


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


def test_a_rejection_stands_though_its_step_asked_the_one_whose_request_it_is_now() -> None:
    story = Story(a_plan(a_step(ADA, inputs=OPTIONS, ladder=((BEN,),))))
    story.wait_until_due()
    story.change(requester=BEN)
    story.reject(ADA, "No such fabric")
    assert story.state is State.REJECTED

    assert story.change(dearer()) is Result.UNCHANGED


# -- what is told of it ----------------------------------------------------------------------------------------------


def test_what_approvers_alone_see_is_not_told_to_requester_and_watchers_when_it_changes() -> None:
    margin = Stand(a_stand().order, (("Margin", Decimal("0.31")),))
    story = Story(a_plan(a_step(ADA), stand=margin, watchers=(DORA,)))
    story.approve(ADA)

    story.change(replace(margin, shown=(("Margin", Decimal("0.12")),)))

    told = [one for one in story.tellings if one.kind == "void" and one.to != "ticket"]
    assert {one.to for one in told} == {"requester", "watchers"}
    assert [row["field"] for one in told for row in one.details["differences"]] == []


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        ("order.attributes.margin", "margin"),
        ('to_number(order.attributes."Gross margin")', "Gross margin"),
        ("order.lines[0].attributes.cost", "cost"),
        ("sum(order.lines[].attributes.cost)", "cost"),
    ],
)
def test_an_attribute_that_approvers_alone_see_is_not_told_to_requester_and_watchers(shown: str, hidden: str) -> None:
    policy = Policy(Chain("order", "Order approval", (), show=(Shown("Margin", shown),)))
    story = Story(a_plan(a_step(ADA), watchers=(DORA,), policy=policy))
    story.approve(ADA)

    known = {"Fabric": "Slate", hidden: 12}
    story.change(a_stand(a_line(attributes=known), attributes=known))

    for one in story.tellings[1:]:
        assert {(row["line"], row["field"]) for row in one.details["differences"]} == {
            ("Chair", "Fabric"),
            ("", "Fabric"),
        }


def test_of_many_differences_the_first_20_are_told_and_how_many_there_are_beside_them() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="board", stage=2), stand=_of_500_lines(0), watchers=(DORA,)))
    story.approve(ADA)
    story.approve(BEN)

    story.change(_of_500_lines(1))

    assert story.told[1:] == [("void", "Ben"), ("void", "requester"), ("void", "watchers")]
    for one in story.tellings[1:]:
        # The total, and two prices of each line.
        assert (len(one.details["differences"]), one.details["more"]) == (20, 981)


def test_an_order_of_500_lines_can_change_its_prices_twelve_times() -> None:
    steps = (
        a_step(ADA, inputs=PRICE),
        a_step(BEN, id="finance", stage=2),
        a_step(CLEO, id="engineering", stage=2),
        a_step(DORA, id="compliance", stage=2),
        a_step(ERIC, id="leadership", stage=3),
    )
    story = Story(a_plan(*steps, stand=_of_500_lines(0), watchers=(person("wanda"),)))
    for change in range(1, 13):
        for who in (ADA, BEN, CLEO, DORA, ERIC):
            story.approve(who)
        assert story.state is State.APPROVED
        story.change(_of_500_lines(change))
    packed(dumps(approval_document(story.approval)), "the approval after 12 changes")
    assert story.approval.round == 13
    assert len([one for one in story.approval.heard if one.tellings]) <= TELLINGS_KEPT + 1


def _of_500_lines(change: int) -> Stand:
    """The stand of 500 chairs, each at another price after each change."""
    chance = Random(change)  # noqa: S311 - no secret depends on it
    prices = [Decimal(chance.randint(10_000, 999_999)) / 100 for _ in range(500)]
    lines = [
        a_line(
            sku=f"CH-{number}", name=f"Chair {number}", configurationId=f"5eed0009-0000-4000-8000-{number:012}",
            unitPrice=price, lineTotal=2 * price,
        )
        for number, price in enumerate(prices)
    ]  # fmt: skip
    return a_stand(*lines, total=2 * sum(prices, Decimal(0)))
