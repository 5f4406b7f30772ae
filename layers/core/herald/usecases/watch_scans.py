"""Scans of the catalogue that did not finish in time: that nothing is told is the alarm."""

from dataclasses import dataclass
from datetime import timedelta

from herald.ports import Clock, Count, StateStore
from herald.usecases.scan import scan_shelves
from herald.usecases.shelves import CATALOG


@dataclass(frozen=True)
class WatchScans:
    """Counts ``ScansOverdue``: the last finished scan is too old, or the present one is.

    Where no scan was ever begun there is nothing to wait for: whether one is scheduled is `herald doctor`'s question.
    """

    state: StateStore
    clock: Clock
    count: Count
    after: timedelta

    def __call__(self) -> None:
        """Count once. Raises ``StorageError``."""
        watch = scan_shelves.scan_watch(self.state).get(CATALOG)
        if watch is None:
            return
        now = self.clock()
        run = scan_shelves.scan_runs(self.state).get(watch.current) if watch.current else None
        late = run is not None and now - run.began_at > self.after
        missing = run is None and watch.finished_at is not None and now - watch.finished_at > self.after
        self.count("ScansOverdue", int(late or missing))
