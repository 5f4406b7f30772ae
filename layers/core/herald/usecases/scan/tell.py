"""What a scan tells: reports, digests, what is critical, release waves, launches, late translations."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from herald.domain.catalog.issue import Issue, IssueState, Turn
from herald.domain.catalog.messages import (
    AT_ONCE,
    Links,
    digest,
    event,
    is_due,
    issue_facts,
    shown_items,
    told_issues,
    wave,
    worst_first,
)
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.reports import as_csv, as_json
from herald.domain.catalog.run import Run
from herald.domain.catalog.told_types import CRITICAL, DIGEST, LATE, PUBLISHED, READY
from herald.domain.notification import Severity
from herald.usecases import shelves
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.workshop import Workshop
from herald.usecases.shelves import CATALOG

SUMMARY = "catalog/summary.json"


@dataclass(frozen=True)
class Tell:
    """Tells of one run. Told again, the same messages are known already."""

    shop: Workshop
    run: Run
    plan: CatalogPlan

    def reports(self, issues: Mapping[str, Issue], counts: Mapping[str, int]) -> None:
        """Write each steward's report, and one of all."""
        for steward in self._stewards(issues):
            self._report(steward, told_issues(issues.values(), steward), counts)
        everything = [issue for issue in issues.values() if issue.state is not IssueState.RESOLVED]
        self._report("all", worst_first(everything), counts)

    def messages(self, issues: Mapping[str, Issue], lists: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        """Enter what is to be told into the inbox."""
        for steward in self._stewards(issues):
            own = told_issues(issues.values(), steward)
            self._critical(steward, own)
            self._digest(steward, own)
        self._waves(lists["changes"])
        for kind, name, rows in ((READY, "region", lists["ready"]), (LATE, "locale", lists["late"])):
            for value in sorted({row[5] for row in rows}):
                own_rows = sorted((row for row in rows if row[5] == value), key=lambda row: (row[1], row[0]))
                data = {name: value, "run": self.run.id, **shown_items([row[:5] for row in own_rows])}
                self._enter(kind, (value,), f"catalog/{value}", data)

    def board(self, board: Mapping[str, Sequence[int]], errors: Mapping[str, str]) -> None:
        """Write the board: how ready the items are on the whole, and how ready they were the scan before."""
        kept = self.shop.files.get(SUMMARY)
        before = json.loads(kept) if kept else {}
        last = before.get("before", {}) if before.get("run") == self.run.id else before.get("board", {})
        cells = {
            cell: {
                "items": items, "score": round(points / items, 1) if items else 0, "ready": ready,
                "before": last.get(cell, {}).get("score"),
            }
            for cell, (items, points, ready) in sorted(board.items())
        }  # fmt: skip
        summary = json.dumps({"run": self.run.id, "board": cells, "before": last, "errors": dict(errors)}).encode()
        self.shop.files.put(f"reports/{self.run.id}/summary.json", summary, "application/json")
        if not self.run.dry:
            self.shop.files.put(SUMMARY, summary, "application/json")

    def _stewards(self, issues: Mapping[str, Issue]) -> list[str]:
        return sorted({issue.seen.steward for issue in issues.values()} | {one.name for one in self.plan.stewards})

    def _report(self, steward: str, issues: Sequence[Issue], counts: Mapping[str, int]) -> None:
        told = [
            issue_facts(issue, self.plan, self.run.id)
            | {"acknowledgedBy": issue.acknowledged_by, "evidence": [dict(one) for one in issue.seen.evidence]}
            for issue in issues
            if issue.state is not IssueState.RESOLVED
        ]
        about = {"run": self.run.id, "began": self.run.began_at, "steward": steward, "counts": dict(counts)}
        self.shop.files.put(self._key(steward, "csv"), as_csv(told), "text/csv; charset=utf-8")
        self.shop.files.put(self._key(steward, "json"), as_json(told, about), "application/json")

    def _key(self, steward: str, form: str) -> str:
        return f"reports/{self.run.id}/{steward}.{form}"

    def _links(self, steward: str) -> Links:
        # From the scan's beginning on, so that a digest that is made again is the same.
        until = self.run.began_at + timedelta(days=self.shop.link_days)
        csv, whole = (self.shop.report_links(self._key(steward, form), until) for form in ("csv", "json"))
        return Links(csv, whole, until)

    def _digest(self, steward: str, issues: Sequence[Issue]) -> None:
        shelf, now = scan_shelves.stewards(self.shop.state), self.run.began_at
        last = shelf.get(steward)
        mine = last is not None and last["run"] == self.run.id
        if not mine and not is_due(issues, self.run.id, last["at"] if last else None, now, self.plan):
            return
        # Noted first: a digest that was begun is told, also by whoever goes on.
        shelf.change(steward, lambda _before: ({"at": now, "run": self.run.id}, None))
        self.shop.checkpoint("scan.digest", steward)
        data = digest(steward, issues, self.run.id, self._links(steward), self.plan, now)
        self._enter(DIGEST, (steward,), f"catalog/{steward}", data)

    def _critical(self, steward: str, issues: Iterable[Issue]) -> None:
        new = [
            issue
            for issue in issues
            if issue.run == self.run.id and issue.seen.severity is Severity.CRITICAL
            and issue.turn in (Turn.OPENED, Turn.REOPENED, Turn.WORSE)
        ]  # fmt: skip
        for issue in new[:AT_ONCE]:
            facts = issue_facts(issue, self.plan, self.run.id)
            data = {"steward": steward, "run": self.run.id, "more": max(0, len(new) - AT_ONCE), "issue": facts}
            self._enter(CRITICAL, (issue.id,), f"issue/{issue.id}", data)

    def _waves(self, changes: Sequence[Sequence[Any]]) -> None:
        """Tell every group of its items in one message; jobs that succeeded since the last wave are told with it."""
        jobs = self._jobs()
        if not changes and not jobs:
            return
        for group in self.plan.groups:
            rows = [row for row in changes if group.name in row[6]]
            if rows or jobs:
                data = wave(group.name, rows, jobs, self.run.id)
                self._enter(PUBLISHED, (group.name,), f"catalog/{group.name}", data)

    def _jobs(self) -> list[list[str]]:
        """Return the jobs that succeeded since the last wave; they belong to this run from now on."""

        def taken(known: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, list[list[str]]]:
            standing = known or {"jobs": []}
            if standing.get("run") == self.run.id:
                return None, standing["taken"]
            if not standing["jobs"]:
                return None, []
            return {"jobs": [], "run": self.run.id, "taken": standing["jobs"]}, standing["jobs"]

        return shelves.finished_jobs(self.shop.state).change(CATALOG, taken)

    def _enter(self, kind: str, key: Sequence[str], subject: str, data: Mapping[str, Any]) -> None:
        self.shop.inbox.record(event(kind, key, subject, data, self.run.id, self.shop.clock()))
        self.shop.checkpoint("scan.entered", kind)
