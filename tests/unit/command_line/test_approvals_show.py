"""``herald approvals show``: one approval from its opening on."""

from dataclasses import replace

import pytest
from tests.builders import ORDER_ID
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.approvals import (
    PUBLIC_KEY,
    a_story,
    another,
    keep_approval,
    keep_receipt,
    watch_chain,
)
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, HOUR, Story, a_step, dearer

from herald.adapters.receipt_signature import verifies
from herald.domain.approval.policy import ALL, Part


@pytest.fixture
def story(stack: Stack) -> Story:
    """A story in which much has happened: questions, a hand-over, a change, a void and a carried word."""
    desk = a_step(ADA, BEN, quorum=ALL, reminders=(HOUR,), inputs=(Part.PRICE,))
    begun = a_story(
        replace(desk, reasons=(("large-order", "It is large"),)), a_step(DORA, id="looks", inputs=(Part.OPTIONS,))
    )
    begun.plan = replace(begun.plan, delegates=(CLEO,))
    begun.question(ADA, "Why Sand?")
    begun.reply("evt_2", "They like it.")
    begun.wait(HOUR)
    begun.approve(ADA, channel="sms")
    begun.approve(DORA)
    begun.delegate(BEN, CLEO, "On leave")
    begun.change(dearer(), delegates=(CLEO,))
    begun.approve(ADA)
    keep_approval(stack, begun.approval)
    return begun


def test_people_read_the_whole_story(stack: Stack, story: Story) -> None:
    ended = stack.run("approvals", "show", story.approval.id)
    assert ended.exit_code == 0, ended.output
    said = " ".join(ended.stdout.split())
    for told in (
        "Order approval of o-1 open", "total 300.00 EUR", "requester Lena", "round 2", "Cleo <cleo@example.com>",
        "Chair CH-1 Fabric: Sand 2 150.00", "price total 200.00 300.00",
        "Desk (desk) open 1 of 2, all who are asked", "large-order: It is large", "Looks (looks) approved 1 of 1",
        "Ada asked 2026-03-02 09:30: Why Sand? They like it.",
        "void: what it was about changed", "counts, carried over a change", "what it looked at changed",
    ):  # fmt: skip
        assert told in said, told


def test_scripts_get_every_word_and_what_it_is_worth(stack: Stack, story: Story) -> None:
    told = stack.run_json("approvals", "show", story.approval.id)
    assert [(one["name"], one["channel"], one["counted"], one["void"], one["carried"]) for one in told["answers"]] == [
        ("Ada", "sms", True, True, False), ("Dora", "page", True, False, True), ("Ada", "page", True, False, False),
    ]  # fmt: skip
    assert [(step["id"], step["state"], step["approvals"], step["needed"]) for step in told["steps"]] == [
        ("desk", "open", 1, 2), ("looks", "approved", 1, 1),
    ]  # fmt: skip
    assert told["steps"][0]["reasons"] == [{"rule": "large-order", "description": "It is large"}]
    assert told["questions"][0] | {"id": ""} == {
        "id": "", "ticket": 1, "from": "Ada", "text": "Why Sand?", "at": "2026-03-02T09:30:00+00:00",
        "answer": "They like it.",
    }  # fmt: skip
    assert {"part": "price", "line": "", "field": "total", "before": "200.00", "after": "300.00"} in told["changes"]
    assert (told["about"]["total"], told["about"]["lines"][0]["unitPrice"]) == ("300.00", "150.00")
    assert (told["fingerprint"], told["end"]) == (story.approval.fingerprint, None)
    assert told["nextDue"] == "2026-03-02T11:30:00+00:00"
    assert len(told["history"]) == len(story.heard)


def test_scripts_get_every_ticket_with_why_it_is_closed(stack: Stack, story: Story) -> None:
    tickets = stack.run_json("approvals", "show", story.approval.id)["tickets"]
    assert [(one["number"], one["name"], one["kind"], one["closed"], one["open"]) for one in tickets] == [
        (1, "Ada", "request", "answered", False), (2, "Ben", "request", "delegated", False),
        (3, "Dora", "request", "answered", False), (4, "Cleo", "delegated", "changed", False),
        (5, "Ada", "changed", "answered", False), (6, "Ben", "changed", None, True),
    ]  # fmt: skip
    assert tickets[3]["delegatedFrom"] == 2
    assert (tickets[0]["acknowledgements"], tickets[1]["reminded"]) == (1, 1)
    assert tickets[5]["reminders"] == ["2026-03-02T11:30:00+00:00"]


def test_the_end_says_whose_word_it_was(stack: Stack) -> None:
    over = a_story()
    over.override("reject", "The board says no")
    keep_approval(stack, over.approval)
    said = " ".join(stack.run("approvals", "show", over.approval.id).stdout.split())
    assert "rejected 2026-03-02 09:30 UTC by administrator (Root): The board says no" in said
    end = stack.run_json("approvals", "show", over.approval.id)["end"]
    assert (end["by"], end["name"], end["reason"]) == ("administrator", "Root", "The board says no")


def test_the_end_by_people_bears_the_reason_that_was_given(stack: Stack) -> None:
    over = a_story()
    over.reject(ADA, "Too dear")
    keep_approval(stack, over.approval)
    assert "UTC by people: Too dear" in " ".join(stack.run("approvals", "show", over.approval.id).stdout.split())


class TestWhichOneIsMeant:
    @pytest.mark.parametrize("given", [ORDER_ID, f"order/{ORDER_ID}", "o-1"])
    def test_it_is_found_by_what_it_is_about(self, stack: Stack, story: Story, given: str) -> None:
        assert stack.run_json("approvals", "show", given)["id"] == story.approval.id

    def test_by_a_chain_in_force_no_other_is_looked_at(self, stack: Stack, story: Story) -> None:
        watch_chain(stack, story.plan)
        keep_approval(stack, a_story(a_step(), subject=f"configuration/{ORDER_ID}").approval)
        assert stack.run_json("approvals", "show", ORDER_ID)["id"] == story.approval.id

    def test_a_reference_of_several_names_them(self, stack: Stack, story: Story) -> None:
        other = another(story, "order/other")
        keep_approval(stack, other)
        ended = stack.run("approvals", "show", "o-1")
        assert ended.exit_code == 1
        assert "give the id of one" in ended.stderr
        assert story.approval.id in ended.stderr
        assert other.id in ended.stderr

    @pytest.mark.parametrize("given", ["apr_0", "order/0", "0"])
    def test_one_that_is_not_there(self, stack: Stack, given: str) -> None:
        ended = stack.run("approvals", "show", given)
        assert ended.exit_code == 1
        assert f"there is no approval {given}: `herald approvals list --state all`" in ended.stderr


class TestReceipt:
    def test_it_is_printed_as_it_was_signed(self, stack: Stack) -> None:
        over = a_story()
        over.approve(ADA)
        keep_approval(stack, over.approval)
        kept = keep_receipt(stack, over.approval)
        printed = stack.run_json("approvals", "show", over.approval.id, "--receipt")
        assert printed == kept
        assert verifies(printed, PUBLIC_KEY)

    def test_what_is_open_has_none(self, stack: Stack, story: Story) -> None:
        ended = stack.run("approvals", "show", story.approval.id, "--receipt")
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "is open: it has a receipt when it has ended" in ended.stderr

    def test_that_of_an_earlier_end_is_not_shown_for_the_present_one(self, stack: Stack) -> None:
        late = a_story()
        late.wait(9 * HOUR)
        keep_receipt(stack, late.approval)
        late.override("approve")
        keep_approval(stack, late.approval)
        ended = stack.run("approvals", "show", late.approval.id, "--receipt")
        assert (ended.exit_code, ended.stdout) == (1, "")
        assert "is not written yet" in ended.stderr
