"""``herald approvals list``: what is under way, what was parked, and what waits for one person."""

from typing import Any

import pytest
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.approvals import a_story, another, keep_approval
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, HOUR, Story, a_step, person

from herald.domain.approval.policy import ALL

DIAL = person("dial", email=None, phone="+4930123456")


@pytest.fixture
def story(stack: Stack) -> Story:
    """Two chairs for 200 EUR, about which Ada and Ben are asked at once, and Cleo afterwards."""
    begun = a_story(a_step(ADA, BEN, quorum=ALL), a_step(CLEO, id="board", stage=2))
    keep_approval(stack, begun.approval)
    return begun


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def test_it_says_who_is_asked_and_about_what(stack: Stack, story: Story) -> None:
    ended = stack.run("approvals", "list")
    assert ended.exit_code == 0, ended.output
    said = " ".join(ended.stdout.split())
    for told in (story.approval.id, "Order approval", "o-1, 200.00 EUR", "Desk: 1 Ada, 2 Ben", "open"):
        assert told in said
    assert "Cleo" not in said


def test_scripts_get_the_steps_with_tickets_and_deadlines(stack: Stack, story: Story) -> None:
    (row,) = stack.run_json("approvals", "list")
    assert row["ageSeconds"] >= 0
    assert {name: row[name] for name in ("id", "reference", "total", "currency", "state", "round", "deadline")} == {
        "id": story.approval.id, "reference": "o-1", "total": "200.00", "currency": "EUR", "state": "open", "round": 1,
        "deadline": "2026-03-02T17:30:00+00:00",
    }  # fmt: skip
    (step,) = row["steps"]
    assert (step["id"], step["title"]) == ("desk", "Desk")
    assert [(one["ticket"], one["name"], one["email"], one["reminded"]) for one in step["asked"]] == [
        (1, "Ada", "ada@example.com", 0), (2, "Ben", "ben@example.com", 0)
    ]  # fmt: skip


def test_what_ended_is_shown_only_where_all_are_asked_for(stack: Stack, story: Story) -> None:
    over = a_story()
    over.reject(ADA, "Too dear")
    keep_approval(stack, another(story, "order/other"))
    keep_approval(stack, over.approval)
    assert ids(stack.run_json("approvals", "list")) == [another(story, "order/other").id]
    assert set(ids(stack.run_json("approvals", "list", "--state", "all"))) == {
        over.approval.id, another(story, "order/other").id
    }  # fmt: skip
    assert "rejected by people" in " ".join(stack.run("approvals", "list", "--state", "all").stdout.split())


def test_what_was_parked_is_found_by_an_administrator(stack: Stack) -> None:
    late = a_story()
    late.wait(9 * HOUR)
    keep_approval(stack, late.approval)
    assert stack.run_json("approvals", "list") == []
    (row,) = stack.run_json("approvals", "list", "--state", "parked")
    assert (row["id"], row["state"], row["steps"]) == (late.approval.id, "parked", [])


def test_the_next_deadline_comes_first(stack: Stack, story: Story) -> None:
    story.now -= HOUR
    earlier, later = another(story, "order/earlier"), story.approval
    keep_approval(stack, earlier)
    assert ids(stack.run_json("approvals", "list")) == [earlier.id, later.id]


def test_one_that_is_still_listed_and_has_ended_is_not_shown(stack: Stack, story: Story) -> None:
    story.recall()
    keep_approval(stack, story.approval)
    assert stack.run_json("approvals", "list") == []


@pytest.mark.parametrize(
    ("options", "says"),
    [((), "no approval is open"), (("--state", "all"), "there is no approval"), (("--approver", "x@y.zz"), "x@y.zz")],
)
def test_where_there_is_none_it_says_so(stack: Stack, options: tuple[str, ...], says: str) -> None:
    ended = stack.run("approvals", "list", *options)
    assert (ended.exit_code, says in ended.stdout) == (0, True)


class TestWhatWaitsForOnePerson:
    def test_over_all_approvals_and_of_each_only_theirs(self, stack: Stack, story: Story) -> None:
        more = another(story, "order/other")
        keep_approval(stack, more)
        keep_approval(stack, a_story(a_step(CLEO), subject="order/third").approval)
        rows = stack.run_json("approvals", "list", "--approver", "BEN@example.com")
        assert set(ids(rows)) == {story.approval.id, more.id}
        assert [[one["name"] for one in row["steps"][0]["asked"]] for row in rows] == [["Ben"], ["Ben"]]

    def test_not_what_they_have_answered(self, stack: Stack, story: Story) -> None:
        story.approve(ADA)
        keep_approval(stack, story.approval)
        assert stack.run_json("approvals", "list", "--approver", "ada@example.com") == []

    @pytest.mark.parametrize("number", ["+4930123456", "+49 30 123456"])
    def test_by_phone_however_it_is_spelt(self, stack: Stack, number: str) -> None:
        asked = a_story(a_step(person("ada", phone=DIAL.phone)), subject="order/1")
        told_only_by_phone = a_story(a_step(DIAL, channels=("sms",)), subject="order/2")
        for one in (asked, told_only_by_phone):
            keep_approval(stack, one.approval)
        rows = stack.run_json("approvals", "list", "--approver", number)
        assert set(ids(rows)) == {asked.approval.id, told_only_by_phone.approval.id}
        assert [len(row["steps"][0]["asked"]) for row in rows] == [1, 1]

    def test_nothing_that_has_ended_waits(self, stack: Stack) -> None:
        ended = stack.run("approvals", "list", "--approver", "ada@example.com", "--state", "all")
        assert ended.exit_code == 2
        assert "leave out --state or --approver" in ended.stderr
