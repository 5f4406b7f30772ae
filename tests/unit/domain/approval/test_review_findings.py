"""What a second look at approvals found."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.unit.domain.approval.approved_orders import a_line, a_stand
from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    DAY,
    DORA,
    HOUR,
    PRICE,
    Story,
    a_plan,
    a_step,
    person,
)

from herald.adapters.dynamodb_items import packed
from herald.adapters.exact_json import dumps
from herald.domain.approval.approval import State
from herald.domain.approval.document import approval_document
from herald.domain.approval.policy import ALL, Timeout
from herald.domain.approval.stand import Stand
from herald.usecases.approvals.approval_values import end_values


def test_two_entries_of_one_person_do_not_park_what_all_have_to_approve() -> None:
    at_work = person("ada", phone="+4915100000001")
    at_home = person("ada.home", phone="+4915100000001")
    story = Story(a_plan(a_step(at_work, at_home, BEN, quorum=ALL)))

    assert story.state is State.OPEN
    story.approve(at_work)
    story.approve(BEN)
    assert story.state is State.APPROVED


def test_what_approvers_alone_see_is_not_told_to_requester_and_watchers_when_it_changes() -> None:
    margin = Stand(a_stand().order, (("Margin", Decimal("0.31")),))
    story = Story(a_plan(a_step(ADA), stand=margin, watchers=(DORA,)))
    story.approve(ADA)

    story.change(replace(margin, shown=(("Margin", Decimal("0.12")),)))

    told = [one for one in story.tellings if one.kind == "void" and one.to != "ticket"]
    assert {one.to for one in told} == {"requester", "watchers"}
    assert [row["field"] for one in told for row in one.details["differences"]] == []


def test_the_comment_of_an_approval_is_not_told_as_the_reason_of_another_end() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="board", stage=2, timeout=Timeout.REJECT)))
    story.say(ADA, "approve", "Looks good to me")

    story.wait(9 * HOUR)

    assert (story.state, story.by) == (State.REJECTED, "deadline")
    assert "text" not in end_values(story.approval)


def test_whoever_handed_a_question_on_is_not_told_of_a_change_when_the_ladder_comes_to_them() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((ADA, CLEO),))))
    story.delegate(ADA, BEN)

    story.wait(9 * HOUR)

    assert story.approval.round == 1
    assert ("changed", "Ada") not in story.told


def test_an_order_of_500_lines_can_change_twenty_times() -> None:
    def lines(price: int) -> list[dict[str, object]]:
        return [
            a_line(
                sku=f"CH-{number}", name=f"Chair {number}", configurationId=f"5eed0009-0000-4000-8000-{number:012}",
                unitPrice=Decimal(f"{price + number * 7 % 91}.{number % 89 + 10}"),
                lineTotal=Decimal(f"{2 * (price + number * 13 % 97)}.{number % 83 + 10}"),
                attributes={"Fabric": f"Sand {number % 17}", "Wood": f"Oak {number % 11}", "Finish": f"F{number % 7}"},
            )
            for number in range(500)
        ]  # fmt: skip

    steps = (a_step(ADA, BEN, quorum=ALL, inputs=PRICE), a_step(CLEO, id="finance"))
    story = Story(a_plan(*steps, stand=a_stand(*lines(100)), watchers=(DORA,)))
    for price in range(101, 121):
        for number in (ADA, BEN, CLEO):
            story.approve(number)
        story.wait(timedelta(minutes=1))
        story.change(a_stand(*lines(price), total=Decimal(price)))
        packed(dumps(approval_document(story.approval)), f"the approval after {price - 100} changes")
    assert story.approval.round == 21


def test_a_reminder_that_came_while_somebody_looked_into_it_comes_when_their_word_expires() -> None:
    story = Story(a_plan(a_step(ADA, deadline=24 * HOUR, reminders=(4 * HOUR,), acknowledge=4 * HOUR)))
    story.wait(3 * HOUR)
    story.acknowledge(ADA)
    story.wait(HOUR)
    assert story.told == []

    story.wait(4 * HOUR)

    assert story.told == [("reminder", "Ada")]
    assert story.now < story.ticket(ADA).asked_at + DAY
