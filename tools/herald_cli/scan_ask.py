"""Asks for a scan, and watches the one that comes of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from herald.adapters.aws_errors import storage_errors
from herald.domain.catalog.run import Run, Stage, Watch
from herald.ports import ScanQueue, StateStore, StorageError
from herald.usecases.scan import scan_shelves
from herald.usecases.shelves import CATALOG
from herald_cli.scan_progress import Gauge, Progress

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

POLL_SECONDS = 3.0
HINDERED = 5
"""How often in a row the look at a run may fail before the watching ends."""


def ask_for_scan(queue: ScanQueue, ask: str, partitions: Sequence[str], *, dry: bool) -> None:
    """Put the request in the queue; without partitions all of them are meant. Raises ``StorageError``."""
    queue.put([{"step": "begin", "ask": ask, "by": "operator", "partitions": list(partitions), "dry": dry}])


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be seen of a scan that was asked for.

    ``ahead`` is the one that goes first; ``progress`` is that of either. ``given_up`` is how many steps of scans came
    into the dead-letter queue meanwhile.
    """

    run: Run | None
    ahead: Run | None = None
    progress: Progress | None = None
    given_up: int = 0

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to be seen."""
        return self.run is not None and self.run.stage is Stage.FINISHED


@dataclass
class Lookout:
    """Looks for the run that came of a request. Raises ``StorageError``."""

    state: StateStore
    gauge: Gauge
    ask: str
    given_up: Callable[[], int] = lambda: 0
    _run: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._lay_there = self.given_up()

    def __call__(self, now: datetime) -> Sight:
        """Look once."""
        runs = scan_shelves.scan_runs(self.state)
        watch = scan_shelves.scan_watch(self.state).get(CATALOG) or Watch()
        ahead = None
        if not self._run:
            ahead = self._find(watch)
        run = runs.get(self._run) if self._run else None
        seen = run or ahead
        last = runs.get(watch.finished) if watch.finished and seen and seen.stage is Stage.READING else None
        progress = self.gauge.of(seen, now, last) if seen else None
        return Sight(run, ahead, progress, max(0, self.given_up() - self._lay_there))

    def _find(self, watch: Watch) -> Run | None:
        """Remember the own run if it has begun; return the one that goes first, if there is one.

        A run that only bears the request is not meant: one that lost the race to be the present one never begins.
        """
        runs = scan_shelves.scan_runs(self.state)
        current = runs.get(watch.current) if watch.current else None
        if current is not None and current.ask == self.ask:
            self._run = current.id
            return None
        own = (run for run in runs.all().values() if run.ask == self.ask and run.stage is Stage.FINISHED)
        self._run = next((run.id for run in own), "")
        return None if self._run else current


def sights(
    lookout: Lookout, clock: Callable[[], datetime], sleep: Callable[[float], None], timeout: timedelta | None
) -> Iterator[Sight]:
    """Yield what is to be seen until the run is finished or time is over. Raises ``StorageError``, not at the first."""
    end = clock() + timeout if timeout is not None else None
    failures = 0
    while True:
        now = clock()
        try:
            sight = lookout(now)
        except StorageError:
            failures += 1
            if failures == HINDERED:
                raise
        else:
            failures = 0
            yield sight
            if sight.finished:
                return
        if end is not None and now >= end:
            return
        sleep(POLL_SECONDS if end is None else max(0.0, min(POLL_SECONDS, (end - now).total_seconds())))


def waiting_in(client: "SQSClient", queue_url: str) -> int:
    """Return how many messages a queue holds, as far as SQS knows. Raises ``StorageError``."""
    with storage_errors("looking into a queue"):
        told = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])
