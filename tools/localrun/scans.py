"""Scans of the simulated catalogue in the running house, and what each is expected to bring about."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from herald.adapters.sqs import SqsScanQueue
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.messages import SOURCE
from herald.domain.catalog.run import Run, Stage
from herald.domain.event import Identity
from herald.usecases.scan import scan_shelves
from herald_cli.ports_of_stack import state_store
from herald_cli.scan_ask import ask_for_scan
from localrun.running_house import RunningHouse
from localrun.scenarios import EVENTS, Scenario, told_of

PATIENCE = timedelta(seconds=120)
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Message:
    """A message that a scan has to tell: its type, its key, and what comes of it."""

    kind: str
    key: str
    expected: Scenario

    def event_id(self, run: str) -> str:
        """Return the id its event has in a scan."""
        return Identity.of_object_version(SOURCE, self.kind, self.key, run).event_id


@dataclass(frozen=True, slots=True)
class ScanScenario:
    """A scan: what happens before it, and what it brings about."""

    title: str
    changes: Sequence[Mapping[str, str]]
    issues: frozenset[str]
    messages: tuple[Message, ...]


def read_scans(path: Path = EVENTS / "scans.yaml") -> list[ScanScenario]:
    """Return the scans in the order in which they are made."""
    return [
        ScanScenario(
            entry["title"], entry["change"], frozenset(entry["issues"]),
            tuple(_message(told, entry["title"], path) for told in entry["expect"]),
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


def make_scan(house: RunningHouse, scenario: ScanScenario) -> Run:
    """Change the catalogue, scan it, and return the finished run. Raises ``TimeoutError``."""
    for change in scenario.changes:
        _change(house, change)
    ask = str(uuid.uuid4())
    queue = SqsScanQueue(house.stack.client("sqs"), house.connection.output("ScanQueueUrl"))
    ask_for_scan(queue, ask, (), dry=False)
    runs, end = scan_shelves.scan_runs(state_store(house.connection)), datetime.now(UTC) + PATIENCE
    while datetime.now(UTC) < end:
        found = next((run for run in runs.all().values() if run.ask == ask and run.stage is Stage.FINISHED), None)
        if found is not None:
            return found
        time.sleep(LOOK_EVERY_SECONDS)
    raise TimeoutError(f"the scan did not finish within {PATIENCE}: {scenario.title}")


def wrong_issues(house: RunningHouse, scenario: ScanScenario) -> list[str]:
    """Return how the open issues differ from what is expected."""
    issues = scan_shelves.issues(state_store(house.connection)).all().values()
    open_ = {issue.seen.check for issue in issues if issue.state is IssueState.OPEN}
    return [f"issues: {check} is not as expected" for check in sorted(open_ ^ scenario.issues)]


def _message(told: Mapping[str, Any], title: str, path: Path) -> Message:
    key = told["key"]
    named = key if isinstance(key, str) else issue_id(key["check"], key["cause"])
    shown = key if isinstance(key, str) else key["check"]
    return Message(told["event"], named, told_of(f"{title}: {told['event']} to {shown}", path, told))


def _change(house: RunningHouse, change: Mapping[str, str]) -> None:
    [(how, what)] = change.items()
    if how == "break":
        house.threekit.break_catalog(what)
        return
    item = next(
        key for key, asset in house.threekit.assets.items() if asset["name"] == what and asset["type"] == "item"
    )
    alter: Mapping[str, Callable[[str], Any]] = {
        "publish": house.threekit.publish_item, "unpublish": house.threekit.unpublish_item,
        "delete": house.threekit.delete_item,
    }  # fmt: skip
    alter[how](item)
