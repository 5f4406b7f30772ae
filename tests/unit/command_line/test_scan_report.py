"""``herald scan report``: the stored report as a table or byte for byte."""

import json
from decimal import Decimal

import pytest
from tests.unit.command_line.a_stack import Stack
from tests.unit.command_line.scans import a_run, an_issue, finished, keep_report, set_watch

from herald.domain.catalog.issue import Blast, IssueState, Turn
from herald.domain.notification import Severity
from herald_cli.ports_of_stack import state_store
from herald_cli.scan_ports import files

RUN = finished(a_run())
ISSUES = (
    an_issue(id="iss_low", severity=Severity.LOW, message="[a] picture is missing", turn=Turn.STILL_OPEN),
    an_issue(id="iss_rich", blast=Blast(1, 0, 0, (), {"USD": Decimal(9000), "EUR": Decimal(5)}, Decimal(8105))),
    an_issue(id="iss_known", acknowledged_by="dana", turn=Turn.STILL_OPEN),
    an_issue(id="iss_muted", state=IssueState.MUTED, turn=Turn.MUTED, severity=Severity.CRITICAL),
)
SUMMARY = {
    "run": RUN.id, "before": {}, "errors": {"price_missing": "KeyError at item-1"},
    "board": {
        "web/DACH/de-DE": {"items": 200, "score": 87.3, "ready": 50, "before": 85.0},
        "web/AMER/en-US": {"items": 0, "score": 0, "ready": 0, "before": None},
    },
}  # fmt: skip


@pytest.fixture
def reported(stack: Stack) -> Stack:
    """A stack whose last scan left reports."""
    set_watch(state_store(stack.connection), None, RUN)
    bucket = files(stack.connection)
    keep_report(bucket, RUN, ISSUES)
    keep_report(bucket, RUN, ISSUES[:1], "chairs")
    bucket.put(f"reports/{RUN.id}/summary.json", json.dumps(SUMMARY).encode())
    return stack


def test_the_worst_come_first_with_what_they_touch(reported: Stack) -> None:
    ended = reported.run("scan", "report")
    assert ended.exit_code == 0, ended.output
    ids = ("iss_muted", "iss_known", "iss_rich", "iss_low")
    # Without a rate for dollars only the euros count, as a scan counts.
    assert sorted(ids, key=ended.stdout.index) == list(ids)
    for told in ("1,234.50 EUR", "9,000 USD", "known by dana", "muted", "opened", "[a] picture", "for everybody: 4"):
        assert told in ended.stdout


def test_the_board_and_checks_that_failed(reported: Stack) -> None:
    lines = [" ".join(line.split()) for line in reported.run("scan", "report").stdout.splitlines()]
    assert "web/DACH/de-DE 200 50 (25 %) 87.3 B +2.3" in lines
    assert "web/AMER/en-US 0 - 0.0 E new" in lines
    assert "! price_missing could not be asked everywhere: KeyError at item-1" in lines


def test_only_the_first_of_many(reported: Stack) -> None:
    ended = reported.run("scan", "report", "--top", "1")
    assert ("iss_muted" in ended.stdout, "iss_low" in ended.stdout) == (True, False)
    assert "and 3 more: --top 4, or --format csv" in ended.stdout


@pytest.mark.parametrize("form", ["csv", "json"])
def test_csv_and_json_are_what_is_stored(reported: Stack, form: str) -> None:
    for steward in ("all", "chairs"):
        ended = reported.run("scan", "report", "--format", form, "--steward", steward)
        assert ended.stdout_bytes == files(reported.connection).get(f"reports/{RUN.id}/{steward}.{form}")


def test_a_steward_who_has_none_is_told_who_has(reported: Stack) -> None:
    ended = reported.run("scan", "report", "--steward", "tables")
    assert ended.exit_code == 1
    assert "no report for tables; there is one for all, chairs" in ended.stderr


def test_a_scan_that_left_none(reported: Stack) -> None:
    ended = reported.run("scan", "report", "--run", "scan_0")
    assert ended.exit_code == 1
    assert "scan_0 left no report" in ended.stderr
    assert "herald scan status" in ended.stderr


def test_before_the_first_scan(stack: Stack) -> None:
    ended = stack.run("scan", "report")
    assert ended.exit_code == 1
    assert "herald scan run" in ended.stderr


def test_without_issues_and_without_a_board(stack: Stack) -> None:
    keep_report(files(stack.connection), RUN, [])
    ended = stack.run("scan", "report", "--run", RUN.id)
    assert ended.exit_code == 0
    assert "0 issues open" in ended.stdout
