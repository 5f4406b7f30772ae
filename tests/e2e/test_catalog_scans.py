"""Scans by the operator's commands on the deployed stack: what the demo does not do."""

import csv
import io
import json
import re
from typing import Any

import pytest
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.catalog.run import Run
from herald.usecases.scan import scan_shelves
from herald_cli.ports_of_stack import state_store
from localrun.bring_up import ROOT
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e


def scanned(stack: WholeStack, *options: str) -> dict[str, Any]:
    """`herald scan run --wait`, to its end."""
    ended = stack.command("scan", "run", "--wait", "--local", "--json", *options)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)["run"]
    return found


def runs(stack: WholeStack) -> dict[str, Run]:
    """All runs."""
    return scan_shelves.scan_runs(state_store(stack.house.connection)).all()


def test_a_dry_run_says_what_it_would_tell_and_tells_nobody(stack: WholeStack) -> None:
    scanned(stack)
    before = len(stack.house.opentext.submits)
    stack.house.threekit.unpublish_item(ids.FABRIC_WOOL_MOSS)
    try:
        counts = scanned(stack, "--dry-run")["counts"]
        assert counts["opened"] == 1
        assert counts["findings"] > 1
        wait_until(stack.at_rest)
        assert len(stack.house.opentext.submits) == before
    finally:
        stack.house.threekit.publish_item(ids.FABRIC_WOOL_MOSS)


def test_an_issue_from_its_discovery_to_its_report_and_its_end(stack: WholeStack) -> None:
    scanned(stack)
    before = len(stack.house.opentext.submits)
    stack.house.threekit.unpublish_item(ids.FABRIC_BOUCLE_SAND)
    try:
        assert scanned(stack)["counts"]["opened"] == 1
    finally:
        stack.house.threekit.publish_item(ids.FABRIC_BOUCLE_SAND)

    def no_digest() -> str:
        return "" if reports(stack, before) else "no digest was submitted"

    wait_until(no_digest)
    answer = stack.http.get(sorted(reports(stack, before))[0], follow_redirects=True)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    (row,) = [row for row in rows if row["cause"] == f"asset/{ids.FABRIC_BOUCLE_SAND}"]
    told = stack.command("scan", "issue", row["id"], "--local", "--json")
    assert json.loads(told.stdout)["state"] == "open"
    known = stack.command("scan", "acknowledge", row["id"], "--by", "Ada", "--local")
    assert known.returncode == 0, known.stderr
    assert scanned(stack)["counts"]["resolved"] >= 1
    told = stack.command("scan", "issue", row["id"], "--local", "--json")
    assert json.loads(told.stdout)["state"] == "resolved"


def reports(stack: WholeStack, since: int) -> set[str]:
    """Links to CSV reports that were submitted since then."""
    texts = "\n".join(text for submit in stack.house.opentext.submits[since:] for text in submit.texts)
    return set(re.findall(rf"{re.escape(stack.house.connection.api_url)}/reports/[A-Za-z0-9_.-]+", texts))


def test_a_forged_link_opens_nothing(stack: WholeStack) -> None:
    answer = stack.http.get(f"{stack.house.connection.api_url}/reports/bm9uZQ.bm9uZQ")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_schedules_of_the_configuration_are_made(stack: WholeStack) -> None:
    applied = stack.command("config", "apply", "--local", "--json", "--config", str(ROOT / "config"))
    assert applied.returncode == 0, applied.stderr
    schedules = stack.client("scheduler").list_schedules(GroupName=stack.house.connection.output("ScanSchedulesName"))
    assert [one["Name"] for one in schedules["Schedules"]] == ["all"]
    again = stack.command("config", "apply", "--local", "--json", "--config", str(ROOT / "config"))
    assert again.returncode == 0, again.stderr
