"""A run is closed: everybody is told, and what the next scan needs is remembered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.catalog.run import Run, Stage, Watch
from herald.domain.errors import CallFailed, Reason
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.remember import Remembering
from herald.usecases.scan.settle import Settling
from herald.usecases.scan.tell import Tell
from herald.usecases.scan.workshop import Turn, Workshop, closed_key
from herald.usecases.shelves import CATALOG


@dataclass(frozen=True)
class Close:
    """Closes a run. Cut off anywhere and made again, it ends the same."""

    workshop: Workshop

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:
        """Close; ``Later`` where time or Threekit gave out."""
        run_id = str(message["run"])
        turn = Turn(self.workshop, f"{run_id}/close")
        return turn.made(attempt, lambda: self._close(run_id, attempt, turn, enough_time))

    def _close(self, run_id: str, attempt: int, turn: Turn, enough_time: Callable[[], bool]) -> Outcome:
        shop, now = self.workshop, self.workshop.clock()
        # Read now, and not before: whoever had the turn may have finished.
        run = shop.change_run(run_id, lambda standing: _at_closing(standing, now))
        if run.stage is Stage.FINISHED:
            make_way(shop, run)
        if run.stage is not Stage.CLOSING:
            return DONE
        try:
            done = self._closed(run, turn, enough_time)
        except CallFailed as failure:
            return shop.not_now(attempt, failure)
        return DONE if done else Later(timedelta(0), Reason.CONTINUED)

    def _closed(self, run: Run, turn: Turn, enough_time: Callable[[], bool]) -> bool:
        """Tell, unless everybody was told; then remember. Return whether time sufficed. Raises ``CallFailed``."""
        shop = self.workshop
        settled = shop.get_json(closed_key(run.id))
        if settled is None:
            settled = Settling(shop, run, turn, enough_time).settled()
            if settled is None:
                return False
            shop.put_json(closed_key(run.id), settled)
            shop.checkpoint("scan.settled", run.id)
        if not run.dry and not Remembering(shop, run, turn, enough_time).of(settled):
            return False
        self._finish(run, settled)
        return True

    def _finish(self, run: Run, settled: Mapping[str, Any]) -> None:
        shop, now = self.workshop, self.workshop.clock()
        _, plan = shop.configuration(run)
        Tell(shop, run, plan).board(settled["board"], settled["errors"])
        counts = settled["counts"]
        run = shop.change_run(run.id, lambda standing: standing.counted(**counts).at_stage(Stage.FINISHED, now))
        shop.checkpoint("scan.finished", run.id)
        make_way(shop, run)
        shop.count("ScansFinished", 1)


def _at_closing(run: Run, now: datetime) -> Run:
    return run.at_stage(Stage.CLOSING, now) if run.stage is Stage.EXAMINING else run


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
