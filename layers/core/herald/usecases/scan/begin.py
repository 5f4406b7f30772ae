"""A scan is asked for: by a schedule, by an operator, or because a system works again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from herald.domain.catalog.plan import plan_of
from herald.domain.catalog.run import Run, Stage, Watch, run_id
from herald.domain.errors import PoisonError, Reason
from herald.ports import StateStore
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.resume import Resume
from herald.usecases.scan.workshop import Workshop
from herald.usecases.shelves import CATALOG

WAIT = timedelta(minutes=5)
PATIENCE = 80
"""After so many waits of five minutes a request is dropped: the next one of the schedule does its work."""
GIVE_UP_AFTER = timedelta(days=3)
"""A run that did not finish for so long never will, and the bucket forgets its files after seven days."""
STUCK_AFTER = timedelta(hours=1)
"""A run that old gets its steps again; those that are still waiting or were made already change nothing."""


@dataclass(frozen=True)
class Begin:
    """Begins a scan unless one runs: two never overlap, and one that was interrupted goes on first."""

    workshop: Workshop
    resume: Resume

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:  # noqa: ARG002 - as every step is called
        """Begin or wait. Raises ``PoisonError`` for partitions that there are not."""
        shop = self.workshop
        watch = scan_shelves.scan_watch(shop.state).get(CATALOG) or Watch()
        ask = _ask(message)
        if watch.current:
            return self._while_one_runs(watch.current, ask, attempt)
        run = self._asked_for(ask) or self._wanted(message, ask)
        if run.is_over:
            return DONE
        # Stored before it is the present one, so that whoever reads the watch finds it.
        scan_shelves.scan_runs(shop.state).change(run.id, lambda standing: (standing or run, None))
        shop.checkpoint("scan.stored", run.id)
        if not self._made_present(run):
            return Later(WAIT, Reason.ALREADY_RUNNING)
        shop.checkpoint("scan.begun", run.id)
        shop.queue.put([{"step": "read", "run": run.id}])
        return DONE

    def _asked_for(self, ask: str) -> Run | None:
        """Return the run that was made for the same request: its message comes again where somebody died over it."""
        runs = scan_shelves.scan_runs(self.workshop.state).all().values() if ask else ()
        return next((run for run in runs if run.ask == ask), None)

    def _made_present(self, run: Run) -> bool:
        def take(standing: Watch | None) -> tuple[Watch | None, bool]:
            present = standing or Watch()
            if present.current:
                return None, False
            return replace(present, current=run.id), True

        return scan_shelves.scan_watch(self.workshop.state).change(CATALOG, take)

    def _while_one_runs(self, current: str, ask: str, attempt: int) -> Outcome:
        shop = self.workshop
        run = scan_shelves.scan_runs(shop.state).get(current)
        if run is None or run.is_over or shop.clock() - run.began_at > GIVE_UP_AFTER:
            # Somebody died before saying that it is over, or it will never be.
            abandon(shop.state, current, shop.clock())
            return Later(timedelta(0), Reason.CONTINUED)
        if ask and run.ask == ask:
            self.resume(run)
            return DONE
        if shop.clock() - run.began_at > STUCK_AFTER and attempt % 12 == 1:
            self.resume(run)
        return Later(WAIT, Reason.ALREADY_RUNNING) if attempt < PATIENCE else DONE

    def _wanted(self, message: Mapping[str, Any], ask: str) -> Run:
        now = self.workshop.clock()
        configuration = self.workshop.configurations.active()
        names = [partition.name for partition in plan_of(configuration.catalog).partitions]
        given = message.get("partitions") or names
        unknown = [str(name) for name in given if name not in names]
        if unknown:
            detail = f"there is no partition {unknown[0][:60]}; there are {', '.join(names)}"
            raise PoisonError(Reason.NOT_FOUND, detail)
        return Run(
            id=run_id(now, ask), partitions=tuple(name for name in names if name in given), began_at=now,
            config_version=configuration.version, asked_by=str(message.get("by") or "operator")[:60], ask=ask,
            dry=message.get("dry") is True,
        )  # fmt: skip


def _ask(message: Mapping[str, Any]) -> str:
    """Return what tells requests apart; where the schedule's execution id was not filled in, nothing does."""
    ask = str(message.get("ask") or "")
    return "" if ask.startswith("<") else ask


def abandon(state: StateStore, run_id: str, now: datetime) -> bool:
    """Give a run up, so that the next one may begin; say whether it was the present one.

    A run that is over stays as it is.
    """
    scan_shelves.scan_runs(state).change(
        run_id, lambda run: (run.at_stage(Stage.ABANDONED, now) if run and not run.is_over else None, None)
    )

    def without(standing: Watch | None) -> tuple[Watch | None, bool]:
        if standing is None or standing.current != run_id:
            return None, False
        return replace(standing, current=""), True

    return scan_shelves.scan_watch(state).change(CATALOG, without)
