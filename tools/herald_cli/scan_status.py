"""How the scans of a stack stand: the present one, those that ended, and what is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.run import Run, Stage, Watch
from herald.ports import StateStore
from herald.usecases.scan import scan_shelves
from herald.usecases.shelves import CATALOG
from herald_cli.scan_progress import Progress

OVERDUE_HOURS = "26"
"""Where the stack's parameters do not tell ``ScanOverdueHours``: its default."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A partition that is scanned by a schedule, and was not for too long: since it ended last, or began first."""

    partition: str
    since: datetime
    ever: bool


@dataclass(frozen=True, slots=True)
class Scans:
    """All that is known of a stack's scans. ``runs`` are those that began, the latest first."""

    present: Run | None = None
    finished: Run | None = None
    finished_at: datetime | None = None
    overdue: tuple[Overdue, ...] = ()
    runs: tuple[Run, ...] = ()


def read_scans(state: StateStore, plan: CatalogPlan | None, after: timedelta, now: datetime) -> Scans:
    """Return how scans stand. Nothing is overdue without a plan. Raises ``StorageError``."""
    shelf = scan_shelves.scan_runs(state)
    watch = scan_shelves.scan_watch(state).get(CATALOG) or Watch()
    known = dict(shelf.all())
    for identity in filter(None, (watch.current, watch.finished)):
        # All of them may lag; these two do not.
        if (run := shelf.get(identity)) is not None:
            known[identity] = run
    # One that lost the race to be the present one never began.
    begun = [run for run in known.values() if run.stage is Stage.FINISHED or run.id == watch.current]
    runs = tuple(sorted(begun, key=lambda run: (run.began_at, run.id), reverse=True))
    present = known.get(watch.current)
    return Scans(
        present=present if present is not None and present.stage is not Stage.FINISHED else None,
        finished=known.get(watch.finished), finished_at=watch.finished_at,
        overdue=_overdue(plan, runs, after, now) if plan else (), runs=runs,
    )  # fmt: skip


def overdue_after(parameters: Mapping[str, str]) -> timedelta:
    """Return how long a scan may take to end again."""
    return timedelta(hours=float(parameters.get("ScanOverdueHours") or OVERDUE_HOURS))


def _overdue(plan: CatalogPlan, runs: tuple[Run, ...], after: timedelta, now: datetime) -> tuple[Overdue, ...]:
    found = []
    for partition in plan.partitions:
        own = [run for run in runs if partition.name in run.partitions and not run.dry]
        ended = [run.finished_at for run in own if run.finished_at is not None]
        since = max(ended) if ended else min((run.began_at for run in own), default=None)
        if partition.schedule and since is not None and now - since > after:
            found.append(Overdue(partition.name, since, ever=bool(ended)))
    return tuple(found)


def overdue_words(overdue: Overdue) -> str:
    """Return a line about a partition that is overdue, with where to begin."""
    how = f"was last scanned {overdue.since:%Y-%m-%d %H:%M} UTC" if overdue.ever else (
        f"was never scanned to its end, though a scan began {overdue.since:%Y-%m-%d %H:%M} UTC"
    )  # fmt: skip
    return f"{overdue.partition} {how}: see `A scan is overdue` in docs/runbook.md"


def run_as_json(run: Run, now: datetime) -> dict[str, Any]:
    """Return a run for scripts."""
    return {
        "id": run.id, "partitions": list(run.partitions), "stage": str(run.stage), "stageAt": _iso(run.stage_at),
        "dry": run.dry, "askedBy": run.asked_by, "ask": run.ask, "configVersion": run.config_version,
        "beganAt": _iso(run.began_at), "finishedAt": _iso(run.finished_at),
        "seconds": round(duration(run, now).total_seconds()),
        "counts": {_camel(name): number for name, number in run.counts.items()},
    }  # fmt: skip


def progress_as_json(progress: Progress | None) -> dict[str, Any] | None:
    """Return how far a run is for scripts."""
    if progress is None:
        return None
    return {
        "stage": str(progress.stage), "unit": progress.unit, "done": progress.done, "total": progress.total,
        "totalIsEstimated": not progress.sure, "items": progress.items, "itemsExpected": progress.expected,
        "itemsPerSecond": round(progress.per_second, 2) if progress.per_second else None,
        "secondsLeft": round(progress.left.total_seconds()) if progress.left is not None else None,
    }  # fmt: skip


def duration(run: Run, now: datetime) -> timedelta:
    """Return how long a run took, or has taken so far."""
    return (run.finished_at or now) - run.began_at


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
