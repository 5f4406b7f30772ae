"""``herald scan issue`` and ``acknowledge``."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import NOW
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.scans import ITEM, an_issue, keep_issue

from herald.domain.catalog.issue import Issue, IssueState
from herald.usecases.scan import scan_shelves
from herald_cli.ports_of_stack import state_store


def today(days: int = 0) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def kept(stack: Stack, identity: str = "iss_1") -> Issue:
    issue = scan_shelves.issues(state_store(stack.connection)).get(identity)
    assert issue is not None
    return issue


@pytest.fixture
def found(stack: Stack) -> Stack:
    """A stack with an open issue."""
    keep_issue(state_store(stack.connection), an_issue())
    return stack


class TestIssue:
    def test_all_that_is_known_is_shown(self, found: Stack) -> None:
        ended = found.run("scan", "issue", "iss_1")
        assert ended.exit_code == 0, ended.output
        said = " ".join(ended.stdout.split())
        for told in (
            "high an option that was deleted is chosen", "cause asset/wood-1",
            "2026-03-02 09:30 UTC by scan_1 (opened)",
            "2 items, 5 saved configurations, 1 open orders", "1,234.50 EUR", f"Sofa ({ITEM}) and 1 more",
            f"- item: {ITEM}, attribute: Wood",
        ):  # fmt: skip
            assert told in said

    def test_its_history_too(self, found: Stack) -> None:
        issue = an_issue(state=IssueState.MUTED, muted_by="inc_1", reopened=2, tolerated=True, resolved_at=NOW)
        evidence = tuple({"place": number} for number in range(31))
        keep_issue(state_store(found.connection), an_issue(evidence=evidence, sample=(), **changes_of(issue)))
        said = " ".join(found.run("scan", "issue", "iss_1").stdout.split())
        assert "explained by inc_1, opened again 2 times" in said
        assert "and 1 more: --json" in said

    def test_for_scripts(self, found: Stack) -> None:
        told = found.run_json("scan", "issue", "iss_1")
        assert told["blast"]["value"] == [{"currency": "EUR", "amount": "1234.50"}]
        assert told["evidence"] == [{"item": ITEM, "attribute": "Wood"}]
        assert (told["state"], told["acknowledgedBy"], told["expectedUntil"]) == ("open", "", None)

    @pytest.mark.parametrize("command", [("issue", "iss_0"), ("acknowledge", "iss_0", "--by", "dana")])
    def test_one_that_is_not_there(self, found: Stack, command: tuple[str, ...]) -> None:
        ended = found.run("scan", *command)
        assert ended.exit_code == 1
        assert "there is no issue iss_0: `herald scan report`" in ended.stderr


def changes_of(issue: Issue) -> dict[str, object]:
    return {"state": issue.state, "muted_by": issue.muted_by, "reopened": issue.reopened}


class TestAcknowledge:
    def test_until_a_day(self, found: Stack) -> None:
        ended = found.run("scan", "acknowledge", "iss_1", "--by", " dana ", "--note", "ordered", "--until", today(3))
        assert ended.exit_code == 0, ended.output
        assert f"nobody is reminded of it until {today(3)}" in ended.stdout
        issue = kept(found)
        assert (issue.acknowledged_by, issue.note, f"{issue.expected_until}") == ("dana", "ordered", today(3))
        assert issue.waits(datetime.now(UTC).date())
        assert "dana" in found.run("scan", "issue", "iss_1").stdout

    def test_for_good(self, found: Stack) -> None:
        told = found.run_json("scan", "acknowledge", "iss_1", "--by", "dana")
        assert (told["acknowledgedBy"], told["expectedUntil"]) == ("dana", None)
        assert "for good" in found.run("scan", "issue", "iss_1").stdout

    def test_today_is_not_over(self, found: Stack) -> None:
        assert found.run("scan", "acknowledge", "iss_1", "--by", "dana", "--until", today()).exit_code == 0

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (("--by", "dana", "--until", today(-1)), "is over: give a day from"),
            (("--by", "dana", "--until", "soon"), "soon"),
            (("--by", " "), "--by NAME"),
            (("--by", "dana", "--note", "x" * 1001), "too many"),
            ((), "--by"),
        ],
        ids=["past", "no-day", "nobody", "long", "no-by"],
    )
    def test_what_cannot_be_meant_is_refused(self, found: Stack, options: tuple[str, ...], says: str) -> None:
        ended = found.run("scan", "acknowledge", "iss_1", *options)
        assert ended.exit_code == 2
        assert says in ended.stderr
        assert kept(found) == an_issue()

    def test_a_resolved_one_is_refused(self, found: Stack) -> None:
        resolved = an_issue(state=IssueState.RESOLVED, resolved_at=NOW)
        keep_issue(state_store(found.connection), resolved)
        ended = found.run("scan", "acknowledge", "iss_1", "--by", "dana")
        assert ended.exit_code == 1
        assert "is resolved since 2026-03-02" in ended.stderr
        assert kept(found) == resolved
