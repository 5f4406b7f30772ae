"""What a run found is settled: compared with what stands, confirmed where it is doubtful, told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from herald.catalog_ports import ScanBook
from herald.domain.catalog.datatable_references import broken_table_references
from herald.domain.catalog.gathering import Gathering, base_severity, is_exempt, of_owner, seen_of, tolerated
from herald.domain.catalog.issue import Issue, Seen, after_scan
from herald.domain.catalog.issue import Turn as IssueTurn
from herald.domain.catalog.messages import Told
from herald.domain.catalog.run import Run
from herald.domain.catalog.state import finding_document, finding_of
from herald.domain.errors import CallFailed, Fate, Reason
from herald.usecases import shelves
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.results import results, summed
from herald.usecases.scan.tell import KINDS, Tell
from herald.usecases.scan.workshop import Turn, Workshop, confirmed_key, findings_key

AT_A_TIME = 4
ASKED_AT_ONCE = 100
"""Assets asked for between two looks at the clock."""
STORED_AT_ONCE = 20
"""Issues stored between two looks at the clock."""


@dataclass
class Settling:
    """One try to settle what a run found."""

    shop: Workshop
    run: Run
    turn: Turn
    enough_time: Callable[[], bool]
    gathering: Gathering = field(default_factory=Gathering)
    told: dict[str, dict[str, Told]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    board: dict[str, list[int]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    carried: dict[str, list[Any]] = field(default_factory=dict)
    """Findings of items that were not seen, by the partition they belong to."""
    items: int = 0
    looked: int = 0
    exempt: int = 0
    written: int = 0
    elsewhere: int = 0
    """Items of the partitions that this run leaves out."""

    def __post_init__(self) -> None:
        self.configuration, self.plan = self.shop.configuration(self.run)
        self.book: ScanBook = self.shop.books.complete(self.run.id)
        self.today = self.run.began_at.date()

    def settled(self) -> dict[str, Any] | None:
        """Return what is left to remember, once everybody is told; ``None`` where time gave out.

        Raises ``CallFailed``.
        """
        for partition in self.run.partitions:
            self._gather(partition)
        self.shop.checkpoint("scan.gathered", self.run.id)
        vanished = self._vanished()
        if vanished is None:
            return None
        gone, unseen = vanished
        self._carry(unseen)
        self._other_partitions()
        self._datatables()
        issues = self._compared()
        if issues is None:
            return None
        tell, counts = Tell(self.shop, self.run, self.plan), self._summary(issues)
        tell.reports(issues, counts)
        if not self.run.dry:
            tell.messages(issues, self.told)
            self.shop.checkpoint("scan.told", self.run.id)
        return {"gone": gone, "carried": self.carried, "counts": counts, "board": self.board, "errors": self.errors}

    def _compared(self) -> dict[str, Issue] | None:
        """Return every issue as it is after this scan; ``None`` where time gave out. Raises ``CallFailed``."""
        standing = scan_shelves.issues(self.shop.state).all()
        open_ = {identity for identity, issue in standing.items() if issue.resolved_at is None}
        present = self._present(open_)
        if present is None:
            return None
        seen = self._seen(present, open_)
        self.shop.checkpoint("scan.compared", self.run.id)
        issues = self._issues(seen, standing)
        self.shop.checkpoint("scan.issues", self.run.id)
        return issues

    # -- what was found ------------------------------------------------------------------------------------------------

    def _gather(self, partition: str) -> None:
        """Gather a partition's results, and note who was seen."""
        for result in results(self.shop, self.run, partition, self.turn):
            self.book.seen(self.run.id, partition, result["members"])
            self._add(result["findings"])
            self.items += result["items"]
            self.looked += result["looked"]
            self.exempt += result["exempt"]
            self.written += len(result["states"])
            self.errors |= result["errors"]
            self._board(result["board"])
            for kind, number in result["numbers"].items():
                self.numbers[kind] += number
            for kind, keys in result["told"].items():
                for key, (rows, counts) in keys.items():
                    self.told[kind].setdefault(key, Told()).join(rows, counts)

    def _board(self, board: Mapping[str, Sequence[int]]) -> None:
        for cell, sums in board.items():
            self.board[cell] = summed(self.board.get(cell), sums)

    def _add(self, findings: Iterable[Sequence[Any]]) -> None:
        for item, name, steward, *finding in findings:
            self.gathering.add(item, name, steward, finding_of(list(finding)))

    def _vanished(self) -> tuple[list[str], list[str]] | None:
        """Return the items that are gone, and those that were not seen though they are there: a strange answer.

        ``None`` where time gave out. An item that belongs to no partition any more is nobody's to watch.
        """
        partitions = list(self.run.partitions)
        configured = {partition.name for partition in self.plan.partitions}
        if configured <= set(partitions):
            # A scan of everything has seen whoever moved out of a partition that there is no more.
            partitions += [name for name in self.book.partitions() if name not in configured]
        missing = self.book.vanished(self.run.id, partitions)
        doubtful = [one for one in missing if self.book.asset(one) is None]
        answers = self._asked(doubtful)
        if answers is None:
            return None
        gone = {one for one in doubtful if not answers[one]} | {one for one in missing if self._left_out(one)}
        return sorted(gone), [one for one in missing if one not in gone]

    def _left_out(self, item: str) -> bool:
        return self.book.asset(item) is not None and self.plan.partition_of(self.book.tag_names(item)) is None

    def _carry(self, ids: Iterable[str]) -> None:
        """Let what was known of items that were not seen stand."""
        waiting = list(ids)
        for start in range(0, len(waiting), 1000):
            self.turn.keep()
            for state in self.shop.states.load(waiting[start : start + 1000]).values():
                found = [
                    [state.id, state.name, state.steward, *finding_document(one)]
                    for one in state.findings
                    if not is_exempt(self.plan, one, self.today, state.id, state.sku)
                ]
                self._add(found)
                self.carried.setdefault(state.partition, []).extend(found)

    def _other_partitions(self) -> None:
        """Add what stands of items of partitions that this run leaves out: an issue may reach over several.

        An item that this run has seen is its own, wherever it was before.
        """
        for name in self.book.partitions():
            if name in self.run.partitions:
                continue
            kept = self.shop.get_json(findings_key(name))
            if kept is None:
                self._carry(self.book.members(name, self.run.id))
                continue
            self._add(row for row in kept["findings"] if self.book.belongs(row[0], name, self.run.id))
            self.elsewhere += kept["items"]
            self._board(kept["board"])

    def _datatables(self) -> None:
        asked = self.plan.checks.get("broken_reference", {}).get("enabled", True)
        for table in self.plan.datatables if asked else ():
            rows = self.book.table_rows(table.id)
            for finding in broken_table_references(table.id, rows, table.asset_columns, self.book):
                if is_exempt(self.plan, finding, self.today, table.id):
                    self.exempt += 1
                    continue
                steward = self.plan.stewards[-1].name
                self.gathering.add(f"datatable/{table.id}", f"datatable {table.id}", steward, finding)

    # -- asked again before it is told ---------------------------------------------------------------------------------

    def _present(self, standing: set[str]) -> set[str] | None:
        """Return the assets that the list lacks and that are there after all; ``None`` where time gave out."""
        answers = self._asked(self.gathering.doubts(standing))
        return None if answers is None else {one for one, is_there in answers.items() if is_there}

    def _asked(self, assets: Sequence[str]) -> dict[str, bool] | None:
        """Return for each asset whether it is there; ``None`` where time gave out. Answers hold for the whole run.

        Raises ``CallFailed``.
        """
        answers: dict[str, bool] = self.shop.get_json(confirmed_key(self.run.id)) or {}
        wanted = [one for one in assets if one not in answers]
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            if start and not self.enough_time():
                return None
            part = wanted[start : start + ASKED_AT_ONCE]
            with ThreadPoolExecutor(AT_A_TIME) as readers:
                answers |= dict(zip(part, readers.map(self._is_there, part), strict=True))
            self.shop.put_json(confirmed_key(self.run.id), answers)
            self.turn.keep()
            self.shop.checkpoint("scan.confirmed", self.run.id)
        return answers

    def _is_there(self, asset: str) -> bool:
        """Ask Threekit for an asset; one that it will not tell of is not called missing."""
        try:
            return not self.shop.catalogue.item(asset).get("deletedAt")
        except CallFailed as failure:
            if failure.fate is Fate.PERMANENT:
                return failure.reason is not Reason.NOT_FOUND
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
        named = sorted({asset for asset in assets if asset})
        wanted = [one for one in named if (known_asset := self.book.asset(one)) and known_asset.type == "item"]
        known = self.shop.states.load(wanted)
        found = {identity: (state.name, state.steward) for identity, state in known.items()}
        for partition in self.run.partitions:
            if len(found) == len(wanted):
                break
            for result in results(self.shop, self.run, partition, self.turn):
                states = {identity: (told["name"], told["steward"]) for identity, told in result["states"]}
                found |= {asset: states[asset] for asset in wanted if asset in states}
        return found

    def _issues(self, seen: Mapping[str, Seen], standing: Mapping[str, Issue]) -> dict[str, Issue] | None:
        """Return every issue after this scan; those that it changed are stored. ``None`` where time gave out."""
        muted = self._muted()
        shelf, now = scan_shelves.issues(self.shop.state), self.run.began_at
        issues, changed = dict(standing), 0
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
                self.turn.keep()
                self.shop.checkpoint("scan.issue", identity)
                changed += 1
                if changed % STORED_AT_ONCE == 0 and not self.enough_time():
                    return None
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

    def _summary(self, issues: Mapping[str, Issue]) -> dict[str, int]:
        own = [issue for issue in issues.values() if issue.run == self.run.id]
        return {
            "items": self.items, "looked_at": self.looked, "written": self.written, "exempt": self.exempt,
            "findings": sum(candidate.details for candidate in self.gathering.candidates.values()),
            "open": sum(issue.resolved_at is None for issue in issues.values()),
            "opened": sum(issue.turn in (IssueTurn.OPENED, IssueTurn.REOPENED) for issue in own),
            "resolved": sum(issue.turn is IssueTurn.RESOLVED for issue in own),
            "muted": sum(bool(issue.muted_by) for issue in issues.values()),
            "check_errors": len(self.errors),
            **self.numbers,
        }  # fmt: skip
