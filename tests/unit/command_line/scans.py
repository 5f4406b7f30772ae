"""Scans, issues and items as the command line meets them, with a default for everything."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.builders import NOW

from herald.catalog_ports import Files
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.issue import Blast, Issue, IssueState, Seen, Turn
from herald.domain.catalog.messages import issue_facts
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.reports import as_csv, as_json
from herald.domain.catalog.run import Run, Stage, Watch
from herald.domain.catalog.state import Cellscore, ItemState
from herald.domain.notification import Severity
from herald.ports import StateStore
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.workshop import results_key, total_key
from herald.usecases.shelves import CATALOG

ITEM = "7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001"
COUNTS = {
    "assets": 9000, "items": 1200, "looked_at": 40, "findings": 7, "open": 3, "opened": 2, "resolved": 1, "changes": 5
}  # fmt: skip


def a_run(**changes: Any) -> Run:
    """A scan of everything that an operator asked for, and that has just begun to read."""
    run = Run(id="scan_1", partitions=("all",), began_at=NOW, config_version="cfg_1", asked_by="operator", ask="ask-1")
    return replace(run, **changes)


def finished(run: Run, after: timedelta = timedelta(minutes=20), **counts: int) -> Run:
    """That scan, finished so long after its beginning."""
    end = run.began_at + after
    return replace(run, stage=Stage.FINISHED, stage_at=end, finished_at=end, counts={**COUNTS, **counts})


def keep_runs(state: StateStore, *runs: Run) -> None:
    """Let these scans stand so."""
    for run in runs:
        scan_shelves.scan_runs(state).change(run.id, lambda _before, run=run: (run, None))  # type: ignore[misc]


def set_watch(state: StateStore, current: Run | None = None, last: Run | None = None) -> None:
    """Let these be the present scan and the last that finished."""
    watch = Watch(current.id if current else "", last.id if last else "", last.finished_at if last else None)
    scan_shelves.scan_watch(state).change(CATALOG, lambda _before: (watch, None))
    keep_runs(state, *(run for run in (current, last) if run))


def an_issue(**changes: Any) -> Issue:
    """A broken reference that touches two items, found by the first scan."""
    seen = {
        "check": "broken_reference", "cause": "asset/wood-1", "severity": Severity.HIGH,
        "message": "an option that was deleted is chosen", "steward": "chairs",
        "blast": Blast(2, 5, 1, ("DACH",), {"EUR": Decimal("1234.50")}, Decimal("1234.50")),
        "sample": ((ITEM, "Sofa"),), "evidence": ({"item": ITEM, "attribute": "Wood"},),
    }  # fmt: skip
    told = {name: changes.pop(name) for name in list(changes) if name in seen or name == "tolerated"}
    issue = Issue(
        id="iss_1", seen=Seen(**{**seen, **told}), state=IssueState.OPEN, opened_at=NOW, changed_at=NOW, run="scan_1",
        turn=Turn.OPENED, news=Turn.OPENED, news_run="scan_1", told=Severity.HIGH,
    )  # fmt: skip
    return replace(issue, **changes)


def keep_issue(state: StateStore, issue: Issue) -> None:
    """Let an issue stand so."""
    scan_shelves.issues(state).change(issue.id, lambda _before: (issue, None))


def an_item_state(**changes: Any) -> ItemState:
    """A published item that lacks a price and half of its German texts in one of two regions."""
    scores = {
        "web/DACH/de-DE": Cellscore(Score(65, {Requirement.PRICE: 0.0, Requirement.TRANSLATION: 0.5}), before=70),
        "web/AMER/en-US": Cellscore(Score(100, {})),
    }
    finding = Finding("price_missing", f"item/{ITEM}", "there is no price in EUR", scope="retail/EUR")
    state = ItemState(ITEM, "Sofa", "print", "content", "all", "chairs", NOW, (finding,), scores, ("AMER",), ("de-DE",))
    return replace(state, **changes)


def keep_report(
    files: Files, run: Run, issues: Sequence[Issue], steward: str = "all", plan: CatalogPlan | None = None
) -> None:
    """Write the report of a scan, as the scan does."""
    told = [
        issue_facts(issue, plan or CatalogPlan(), "")
        | {"acknowledgedBy": issue.acknowledged_by, "evidence": [dict(one) for one in issue.seen.evidence]}
        for issue in issues
    ]
    about = {"run": run.id, "began": run.began_at, "steward": steward, "counts": {}}
    files.put(f"reports/{run.id}/{steward}.csv", as_csv(told))
    files.put(f"reports/{run.id}/{steward}.json", as_json(told, about))


def keep_segments(files: Files, run: Run, examined: Sequence[str], total: Sequence[str] | None = None) -> None:
    """Let these segments of the only partition have been examined, of those there are, if all of them are known."""
    (partition,) = run.partitions
    for segment in examined:
        files.put(results_key(run.id, partition, segment), b"")
    if total is not None:
        files.put(total_key(run.id, partition), gzip.compress(json.dumps(list(total)).encode()))
