"""A run is closed: issues, messages, reports, and what is kept for the next one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from herald.catalog_ports import ScanBook
from herald.domain.catalog.datatable_references import broken_table_references
from herald.domain.catalog.gathering import Gathering, base_severity, is_exempt, of_owner, seen_of, tolerated
from herald.domain.catalog.issue import Issue, Seen, Turn, after_scan
from herald.domain.catalog.run import Run, Stage, Watch
from herald.domain.catalog.state import finding_document, finding_of, state_of
from herald.domain.errors import CallFailed, Fate, Reason
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.tell import Tell
from herald.usecases.scan.workshop import Turn as Lease
from herald.usecases.scan.workshop import Workshop, confirmed_key, findings_key, results_key, total_key
from herald.usecases.shelves import CATALOG

AT_A_TIME = 4
ASKED_AT_ONCE = 100
"""Assets asked for between two looks at the clock."""
MOST_VANISHED = 200
"""How many items that were not seen are asked for in one scan. More at once are no deletions but a strange answer."""
KEPT_BETWEEN = 20
"""Segments that may have to be remembered again after a crash."""
LISTS = ("changes", "ready", "late")


@dataclass(frozen=True)
class Close:
    """Closes a run. Cut off anywhere and made again, it ends the same."""

    workshop: Workshop

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:
        """Close; ``Later`` where time or Threekit gave out."""
        shop, run = self.workshop, self.workshop.run(str(message["run"]))
        if run.stage is Stage.FINISHED:
            make_way(shop, run)
        if run.stage is Stage.READING or run.is_over:
            return DONE
        lease = Lease(shop, f"{run.id}/close")
        if not lease.take():
            return Later(timedelta(minutes=1), Reason.ALREADY_RUNNING)
        now = shop.clock()
        run = shop.change_run(run.id, lambda standing: standing.at_stage(Stage.CLOSING, now))
        closing = Closing(shop, run, lease, enough_time)
        try:
            done = closing.to_the_end()
        except CallFailed as failure:
            lease.give_back()
            return shop.not_now(attempt, failure)
        lease.give_back()
        return DONE if done else Later(timedelta(0), Reason.CONTINUED)


@dataclass
class Closing:
    """One try to close a run."""

    shop: Workshop
    run: Run
    lease: Lease
    enough_time: Callable[[], bool]
    gathering: Gathering = field(default_factory=Gathering)
    lists: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in LISTS})
    board: dict[str, list[int]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    items: int = 0
    looked: int = 0
    exempt: int = 0
    written: int = 0
    elsewhere: int = 0
    """Items of the partitions that this run leaves out."""

    def __post_init__(self) -> None:
        self.configuration, self.plan = self.shop.configuration(self.run)
        self.book: ScanBook = self.shop.books.complete(self.run.id)

    def to_the_end(self) -> bool:
        """Close; return whether time sufficed. Raises ``CallFailed``."""
        for partition in self.run.partitions:
            self._gather(partition)
        self.shop.checkpoint("scan.gathered", self.run.id)
        gone, carried = self._vanished()
        self._carry(carried)
        self._other_partitions()
        self._datatables()
        standing = scan_shelves.issues(self.shop.state).all()
        open_ = {identity for identity, issue in standing.items() if issue.resolved_at is None}
        present = self._present(open_)
        if present is None:
            return False
        seen = self._seen(present, open_)
        self.shop.checkpoint("scan.compared", self.run.id)
        issues = self._issues(seen, standing)
        self.shop.checkpoint("scan.issues", self.run.id)
        tell = Tell(self.shop, self.run, self.plan)
        tell.reports(issues, self._summary(issues))
        if not self.run.dry:
            tell.messages(issues, self.lists)
            self.shop.checkpoint("scan.told", self.run.id)
            if not self._keep(gone):
                return False
        self._finish(issues)
        return True

    # -- what was found ------------------------------------------------------------------------------------------------

    def _results(self, partition: str) -> Iterator[dict[str, Any]]:
        for segment in self.shop.get_json(total_key(self.run.id, partition)) or ():
            self.lease.keep()
            yield self.shop.get_json(results_key(self.run.id, partition, segment))

    def _gather(self, partition: str) -> None:
        """Gather a partition's results, and note who was seen."""
        for result in self._results(partition):
            self.book.seen(self.run.id, partition, result["members"])
            self._add(result["findings"])
            self.items += result["items"]
            self.looked += result["looked"]
            self.exempt += result["exempt"]
            self.written += len(result["states"])
            self.errors |= result["errors"]
            for name in LISTS:
                self.lists[name] += result[name]
            self._board(result["board"])

    def _board(self, board: Mapping[str, Sequence[int]]) -> None:
        for cell, sums in board.items():
            self.board[cell] = _sums(self.board.get(cell), sums)

    def _add(self, findings: Iterable[Sequence[Any]]) -> None:
        for item, name, steward, *finding in findings:
            self.gathering.add(item, name, steward, finding_of(list(finding)))

    def _vanished(self) -> tuple[list[str], list[str]]:
        """Return the items that are gone, and those that were not seen though they are there: a strange answer."""
        missing = self.book.vanished(self.run.id, self.run.partitions)
        doubtful = [one for one in missing if self.book.asset(one) is None][:MOST_VANISHED]
        gone = self._absent(doubtful)
        return sorted(gone), [one for one in missing if one not in gone]

    def _carry(self, ids: Sequence[str]) -> None:
        """Let what was known of items that were not seen stand."""
        for start in range(0, len(ids), 1000):
            for state in self.shop.states.load(ids[start : start + 1000]).values():
                self._add(
                    [state.id, state.name, state.steward, *finding_document(one)]
                    for one in state.findings
                    if not is_exempt(self.plan, one, self.run.began_at.date(), state.id, state.sku)
                )

    def _other_partitions(self) -> None:
        """Add what the last scans of the partitions found that this one leaves out: an issue may reach over several."""
        for partition in self.plan.partitions:
            kept = None
            if partition.name not in self.run.partitions:
                kept = self.shop.get_json(findings_key(partition.name))
            if kept is not None:
                self._add(kept["findings"])
                self.elsewhere += kept["items"]
                self._board(kept["board"])

    def _datatables(self) -> None:
        asked = self.plan.checks.get("broken_reference", {}).get("enabled", True)
        for table in self.plan.datatables if asked else ():
            rows = self.book.table_rows(table.id)
            for finding in broken_table_references(table.id, rows, table.asset_columns, self.book):
                if is_exempt(self.plan, finding, self.run.began_at.date(), table.id):
                    self.exempt += 1
                    continue
                self.gathering.add(
                    f"datatable/{table.id}", f"datatable {table.id}", self.plan.stewards[-1].name, finding
                )

    # -- asked again before it is told ---------------------------------------------------------------------------------

    def _present(self, standing: set[str]) -> set[str] | None:
        """Return the assets that the list lacks and that are there after all; ``None`` where time gave out."""
        answers: dict[str, bool] = self.shop.get_json(confirmed_key(self.run.id)) or {}
        wanted = [one for one in self.gathering.doubts(standing) if one not in answers]
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            if not self.enough_time():
                return None
            part = wanted[start : start + ASKED_AT_ONCE]
            absent = self._absent(part)
            answers |= {one: one not in absent for one in part}
            self.shop.put_json(confirmed_key(self.run.id), answers)
            self.lease.keep()
            self.shop.checkpoint("scan.confirmed", self.run.id)
        return {one for one, is_there in answers.items() if is_there}

    def _absent(self, ids: Sequence[str]) -> set[str]:
        """Return which of these assets Threekit does not have, or has deleted. Raises ``CallFailed``."""
        if not ids:
            return set()
        with ThreadPoolExecutor(AT_A_TIME) as readers:
            return {one for one, absent in zip(ids, readers.map(self._is_absent, ids), strict=True) if absent}

    def _is_absent(self, asset: str) -> bool:
        try:
            return bool(self.shop.catalogue.item(asset).get("deletedAt"))
        except CallFailed as failure:
            if failure.fate is Fate.PERMANENT and failure.reason is Reason.NOT_FOUND:
                return True
            raise

    # -- issues --------------------------------------------------------------------------------------------------------

    def _seen(self, present: set[str], standing: set[str]) -> dict[str, Seen]:
        severities = {name: check.severity for name, check in self.shop.checks.items()}
        candidates = dict(self.gathering.without(present, standing))
        owners = self._owners(candidate.asset for candidate in candidates.values())
        items = max(self.items, sum(self.run.expected.get(name, 0) for name in self.run.partitions)) + self.elsewhere
        seen = {}
        for identity, found in candidates.items():
            owner = owners.get(found.asset or "")
            candidate = of_owner(found, *owner) if owner else found
            blast = self.book.blast(tuple(candidate.items), candidate.asset, self.plan)
            few = tolerated(found.check, self.plan, len(self.gathering.by_check[found.check]), items)
            severity = base_severity(found.check, self.plan, severities)
            seen[identity] = seen_of(candidate, self.plan, severity, blast, tolerated=few)
        return seen

    def _owners(self, assets: Iterable[str | None]) -> dict[str, tuple[str, str]]:
        """Return names and stewards of those assets that are items."""
        wanted = sorted({asset for asset in assets if asset})
        known = self.shop.states.load(wanted)
        found = {identity: (state.name, state.steward) for identity, state in known.items()}
        for partition in self.run.partitions:
            if len(found) == len(wanted):
                break
            for result in self._results(partition):
                states = {identity: (told["name"], told["steward"]) for identity, told in result["states"]}
                found |= {asset: states[asset] for asset in wanted if asset in states}
        return found

    def _issues(self, seen: Mapping[str, Seen], standing: Mapping[str, Issue]) -> dict[str, Issue]:
        """Return every issue after this scan; those that it changed are stored."""
        muted = self._muted()
        shelf, now = scan_shelves.issues(self.shop.state), self.run.began_at
        issues = dict(standing)
        for identity in sorted({*seen, *standing}):
            now_seen = seen.get(identity)
            mute = muted.get(now_seen.check, "") if now_seen else ""
            known = standing.get(identity)

            def turned(
                issue: Issue | None, identity: str = identity, now_seen: Seen | None = now_seen, mute: str = mute
            ) -> tuple[Issue | None, Issue | None]:
                after = after_scan(issue, identity, now_seen, self.run.id, now, mute)
                return after, after

            after, _ = turned(known)
            if after is not known and not self.run.dry:
                # Whoever acknowledged it meanwhile is not overwritten: the latest is read, and changed.
                after = shelf.change(identity, turned)
                self.lease.keep()
                self.shop.checkpoint("scan.issue", identity)
            if after is not None:
                issues[identity] = after
        return issues

    def _muted(self) -> dict[str, str]:
        """Return which checks' findings an open incident explains, with the incident."""
        open_ = {
            incident.system: incident.id
            for incident in shelves.incidents(self.shop.state).all().values()
            if incident.closed_at is None
        } if self.plan.mutes else {}  # fmt: skip
        return {check: open_[mute.system] for mute in self.plan.mutes if mute.system in open_ for check in mute.checks}

    # -- what is kept --------------------------------------------------------------------------------------------------

    def _keep(self, gone: Sequence[str]) -> bool:
        """Remember how the items are now, segment by segment; return whether time sufficed."""
        number = 0
        for partition in self.run.partitions:
            found: dict[str, Any] = {"items": 0, "board": {}, "findings": []}
            for result in self._results(partition):
                number += 1
                _join(found, result)
                if number <= self.run.kept or not result["states"]:
                    continue
                if not self.enough_time():
                    self._kept(number - 1)
                    return False
                self.shop.states.keep([state_of(identity, document) for identity, document in result["states"]])
                self.shop.checkpoint("scan.kept", self.run.id)
                if number % KEPT_BETWEEN == 0:
                    self._kept(number)
            self.shop.put_json(findings_key(partition), found)
        self.shop.states.forget(gone)
        self.book.forget(gone)
        self.shop.books.carried_on(self.run.id)
        self.shop.checkpoint("scan.carried_on", self.run.id)
        return True

    def _kept(self, number: int) -> None:
        """Note how far it is; what is written twice is the same."""
        self.run = self.shop.change_run(self.run.id, lambda standing: replace(standing, kept=number))

    def _summary(self, issues: Mapping[str, Issue]) -> dict[str, int]:
        own = [issue for issue in issues.values() if issue.run == self.run.id]
        return {
            "items": self.items, "looked_at": self.looked, "written": self.written, "exempt": self.exempt,
            "findings": sum(candidate.details for candidate in self.gathering.candidates.values()),
            "open": sum(issue.resolved_at is None for issue in issues.values()),
            "opened": sum(issue.turn in (Turn.OPENED, Turn.REOPENED) for issue in own),
            "resolved": sum(issue.turn is Turn.RESOLVED for issue in own),
            "muted": sum(bool(issue.muted_by) for issue in issues.values()),
            "check_errors": len(self.errors),
            "changes": len(self.lists["changes"]), "ready": len(self.lists["ready"]), "late": len(self.lists["late"]),
        }  # fmt: skip

    def _finish(self, issues: Mapping[str, Issue]) -> None:
        shop, now = self.shop, self.shop.clock()
        Tell(shop, self.run, self.plan).board(self.board, self.errors)
        counts = self._summary(issues)
        run = shop.change_run(self.run.id, lambda standing: standing.counted(**counts).at_stage(Stage.FINISHED, now))
        shop.checkpoint("scan.finished", self.run.id)

        make_way(shop, run)
        shop.count("ScansFinished", 1)


def _sums(some: Sequence[int] | None, more: Sequence[int]) -> list[int]:
    return [one + other for one, other in zip(some or [0] * len(more), more, strict=True)]


def _join(found: dict[str, Any], result: Mapping[str, Any]) -> None:
    """Add a segment's result to what a partition keeps for the scans of the others."""
    found["items"] += result["items"]
    found["findings"] += result["findings"]
    for cell, sums in result["board"].items():
        found["board"][cell] = _sums(found["board"].get(cell), sums)


def make_way(shop: Workshop, run: Run) -> None:
    """Let the next scan begin: this one has finished."""

    def over(standing: Watch | None) -> tuple[Watch | None, None]:
        before = standing or Watch()
        if before.current != run.id:
            return None, None
        # A scan that only looked is none that the next one can be compared with.
        last = (before.finished, before.finished_at) if run.dry else (run.id, run.finished_at)
        return Watch("", *last), None

    scan_shelves.scan_watch(shop.state).change(CATALOG, over)
