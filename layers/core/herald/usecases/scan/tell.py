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
    Told,
    digest,
    event,
    is_due,
    is_news,
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
KINDS = CHANGES, LAUNCHES, LATENESS = "changes", "ready", "late"
"""Kinds of what happened to items; each is told by group, region or language."""


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

    def messages(self, issues: Mapping[str, Issue], lists: Mapping[str, Mapping[str, Told]]) -> None:
        """Enter what is to be told into the inbox."""
        for steward in self._stewards(issues):
            self._steward(steward, told_issues(issues.values(), steward))
        self._waves(lists[CHANGES])
        for kind, name, told in ((READY, "region", lists[LAUNCHES]), (LATE, "locale", lists[LATENESS])):
            for value, own in sorted(told.items()):
                data = {name: value, "run": self.run.id, **shown_items(own)}
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
            issue_facts(issue, self.plan, self._before())
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

    def _before(self) -> str:
        """Return a scan's id that stands before this one's and after all earlier ones': what is news to a report."""
        return self.run.id[:-1]

    def _steward(self, steward: str, issues: Sequence[Issue]) -> None:
        shelf, now = scan_shelves.stewards(self.shop.state), self.run.began_at
        last = shelf.get(steward) or {"at": None, "run": "", "before": "", "before_at": None}
        mine = last["run"] == self.run.id
        heard, at = (last["before"], last["before_at"]) if mine else (last["run"], last["at"])
        if not mine and not is_due(issues, heard, at, now, self.plan):
            return
        # Noted first: a digest that was begun is told, also by whoever goes on.
        noted = {"at": now, "run": self.run.id, "before": heard, "before_at": at}
        shelf.change(steward, lambda _before: (noted, None))
        self.shop.checkpoint("scan.digest", steward)
        self._critical(steward, issues, heard)
        data = digest(steward, issues, self.run.id, heard, self._links(steward), self.plan, now)
        self._enter(DIGEST, (steward,), f"catalog/{steward}", data)

    def _critical(self, steward: str, issues: Iterable[Issue], heard: str) -> None:
        new = [
            issue
            for issue in issues
            if is_news(issue, heard) and issue.seen.severity is Severity.CRITICAL
            and issue.news in (Turn.OPENED, Turn.REOPENED, Turn.WORSE)
        ]  # fmt: skip
        for issue in new[:AT_ONCE]:
            facts = issue_facts(issue, self.plan, heard)
            data = {"steward": steward, "run": self.run.id, "more": max(0, len(new) - AT_ONCE), "issue": facts}
            self._enter(CRITICAL, (issue.id,), f"issue/{issue.id}", data)

    def _waves(self, changes: Mapping[str, Told]) -> None:
        """Tell every group of its items in one message; jobs that succeeded since the last wave are told with it."""
        jobs = self._jobs()
        for group in self.plan.groups:
            told = changes.get(group.name, Told())
            if told.number or jobs:
                data = wave(group.name, told, jobs, self.run.id)
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
