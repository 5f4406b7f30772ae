"""What the steps of a scan work with, and how they share the work."""

import gzip
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.catalog_ports import Catalogue, Files, ItemStates, ScanBooks
from herald.domain.catalog.check import Check
from herald.domain.catalog.plan import CatalogPlan, plan_of
from herald.domain.catalog.run import Held, Run
from herald.domain.configuration import Configuration
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.retry import backoff
from herald.ports import (
    Checkpoint,
    Clock,
    ConfigurationStore,
    Count,
    Inbox,
    RuleEngine,
    ScanQueue,
    StateStore,
    StorageError,
)
from herald.usecases.outcome import Later, Outcome
from herald.usecases.scan import scan_shelves

LEASE = timedelta(minutes=3)
RENEW = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Workshop:
    """The ports of all steps. ``checks`` are the built-in ones by name, ``code_print`` is their code's fingerprint.

    ``complain`` writes a line of the log that an operator should see.
    """

    catalogue: Catalogue
    files: Files
    states: ItemStates
    books: ScanBooks
    queue: ScanQueue
    inbox: Inbox
    state: StateStore
    configurations: ConfigurationStore
    rules: RuleEngine
    checks: Mapping[str, Check]
    code_print: str
    report_links: Callable[[str, datetime], str]
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    count: Count
    complain: Callable[[str, Mapping[str, str]], None]
    order_days: int
    link_days: int
    segment_size: int = 500

    def run(self, run_id: str) -> Run:
        """Return a run. Raises ``PoisonError`` if there is none of that id."""
        run = scan_shelves.scan_runs(self.state).get(run_id)
        if run is None:
            raise PoisonError(Reason.NOT_FOUND, f"there is no scan {run_id[:60]}")
        return run

    def change_run(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """Store what ``change`` makes of a run, and return it."""

        def changed(standing: Run | None) -> tuple[Run | None, Run]:
            if standing is None:
                raise PoisonError(Reason.NOT_FOUND, f"there is no scan {run_id[:60]}")
            after = change(standing)
            return after, after

        return scan_shelves.scan_runs(self.state).change(run_id, changed)

    def configuration(self, run: Run) -> tuple[Configuration, CatalogPlan]:
        """Return the configuration a run began with, and its plan for the catalogue."""
        configuration = self.configurations.version(run.config_version)
        return configuration, plan_of(configuration.catalog)

    def put_json(self, key: str, content: Any) -> None:
        """Write a file of JSON, compressed."""
        self.files.put(key, gzip.compress(json.dumps(content, separators=(",", ":"), default=str).encode(), 5, mtime=0))

    def get_json(self, key: str) -> Any:
        """Return the content of a file of compressed JSON; ``None`` if there is none."""
        found = self.files.get(key)
        return json.loads(gzip.decompress(found)) if found is not None else None

    def not_now(self, attempt: int, failure: CallFailed) -> Later:
        """Return when a step that Threekit failed comes again. Raises ``PoisonError`` if that cannot help."""
        if failure.fate is Fate.PERMANENT:
            raise PoisonError(failure.reason, str(failure)) from failure
        return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)


class Turn:
    """One step of one run, which one process makes at a time; one that died has it for three minutes more.

    A step that fails gives it back, so that its own message finds it free when it comes again.
    """

    def __init__(self, workshop: Workshop, name: str) -> None:
        self._shelf, self._name = scan_shelves.scan_turns(workshop.state), name
        self._clock = workshop.clock
        self._owner = f"{id(self):x}-{workshop.chance()}"
        self._until: datetime | None = None

    def made(self, attempt: int, step: Callable[[], Outcome]) -> Outcome:
        """Make the step, unless another process has the turn: then the message waits, longer each time."""
        if not self.take():
            return Later(min(LEASE * attempt, LONGEST_WAIT), Reason.ALREADY_RUNNING)
        try:
            outcome = step()
        except Exception:
            # If even this fails, the turn ends by itself, and the message waits for that.
            with suppress(StorageError):
                self.give_back()
            raise
        self.give_back()
        return outcome

    def take(self) -> bool:
        """Take the turn; ``False`` while another process has it."""
        now = self._clock()

        def taken(standing: Held | None) -> tuple[Held | None, bool]:
            free = standing is None or standing.until <= now
            return (Held(self._owner, now + LEASE) if free else None), free

        if self._shelf.change(self._name, taken):
            self._until = now + LEASE
            return True
        return False

    def keep(self) -> None:
        """Have it for longer, where it would end soon. Raises ``StorageError`` if another has it meanwhile."""
        now = self._clock()
        if self._until is None or self._until - now >= LEASE - RENEW:
            return
        until = self._until = now + LEASE

        def kept(standing: Held | None) -> tuple[Held | None, bool]:
            mine = standing is not None and standing.owner == self._owner
            return (Held(self._owner, until) if mine else None), mine

        if not self._shelf.change(self._name, kept):
            raise StorageError(f"another process has the turn {self._name}")

    def give_back(self) -> None:
        """Let whoever goes on have it at once; one that another has stays with it."""
        now = self._clock()

        def left(standing: Held | None) -> tuple[Held | None, None]:
            mine = standing is not None and standing.owner == self._owner
            return (Held(self._owner, now) if mine else None), None

        self._shelf.change(self._name, left)


def segments_key(run: str, partition: str, way: str = "") -> str:
    """Return the prefix of the segments of a partition's export."""
    return f"runs/{run}/segments/{partition}/{way}"


def results_key(run: str, partition: str, segment: str = "") -> str:
    """Return the key of what the examination of a segment found."""
    return f"runs/{run}/results/{partition}/{segment}"


def total_key(run: str, partition: str = "") -> str:
    """Return the key of the list of a partition's segments, which is there once it was read to its end."""
    return f"runs/{run}/total/{partition}"


def confirmed_key(run: str) -> str:
    """Return the key of what was asked for again before it was told."""
    return f"runs/{run}/confirmed.json.gz"


def closed_key(run: str) -> str:
    """Return the key of what a closing has settled, once everybody is told: what is left is to remember."""
    return f"runs/{run}/closed.json.gz"


def findings_key(partition: str) -> str:
    """Return the key of what the last scan of a partition found."""
    return f"catalog/findings/{partition}.json.gz"
