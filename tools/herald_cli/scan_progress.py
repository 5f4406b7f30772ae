"""How far a scan is: what its files tell of the stage it is at."""

import gzip
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from herald.catalog_ports import Files
from herald.domain.catalog.run import Run, Stage
from herald.usecases.scan.export import WHOLE
from herald.usecases.scan.workshop import Workshop, results_key, total_key
from herald_cli.scan_words import count, span

SEGMENT_SIZE = Workshop.segment_size
WINDOW = timedelta(minutes=5)
"""A rate is that of the last five minutes: a scan that was held up for an hour is not slow from then on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is in its present stage: ``done`` of ``total`` units, and of the items while they are examined.

    ``total`` is ``None`` where nobody can say, and an estimate unless ``sure``.
    """

    stage: Stage
    unit: str
    done: int | None = None
    total: int | None = None
    sure: bool = True
    items: int | None = None
    expected: int | None = None
    per_second: float | None = None
    left: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    done: int
    total: int
    sure: bool
    items: int
    expected: int


@dataclass
class Gauge:
    """Looks how far runs are. One that looks again and again knows how fast they are."""

    files: Files
    _totals: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _examined: set[tuple[str, str]] = field(default_factory=set)
    _samples: deque[tuple[datetime, int]] = field(default_factory=deque)

    def of(self, run: Run, now: datetime, last: Run | None = None) -> Progress | None:
        """Return how far a run is, ``None`` for one that is finished. ``last`` is the one that finished before it."""
        if run.stage is Stage.READING:
            return _reading(run, last)
        if run.stage is Stage.EXAMINING:
            return self._examining(run, now)
        if run.stage is Stage.CLOSING:
            return self._closing(run)
        return None

    def _examining(self, run: Run, now: datetime) -> Progress:
        parts = [self._part(run, partition) for partition in run.partitions]
        items, expected = sum(part.items for part in parts), sum(part.expected for part in parts)
        rate = self._rate(run.stage_at or now, now, items)
        return Progress(
            run.stage, "segments", sum(part.done for part in parts), sum(part.total for part in parts),
            all(part.sure for part in parts), items, expected, rate,
            timedelta(seconds=max(0, expected - items) / rate) if rate else None,
        )  # fmt: skip

    def _part(self, run: Run, partition: str) -> _Part:
        expected = run.expected.get(partition, 0)
        total = self._total(run.id, partition)
        made = self._made(run.id, partition, total)
        if total is not None:
            # The export has the last word on how many items there are; its last segment may hold fewer than the others.
            most = len(total) * SEGMENT_SIZE
            whole = min(max(expected, most - SEGMENT_SIZE), most)
            items = round(whole * made / len(total)) if total else 0
            return _Part(made, len(total), True, items, whole)
        return _Part(
            made, max(made, ceil(expected / SEGMENT_SIZE)), False, min(made * SEGMENT_SIZE, expected), expected
        )  # fmt: skip

    def _made(self, run: str, partition: str, total: frozenset[str] | None) -> int:
        """Return how many segments were examined. Of a partition that is read in a second way, only those of that."""
        if total is not None and (run, partition) in self._examined:
            return len(total)
        prefix = results_key(run, partition)
        names = {key.removeprefix(prefix) for key in self.files.names(prefix)}
        if total is None:
            whole = {name for name in names if name.startswith(WHOLE)}
            return len(whole or names)
        if total <= names:
            self._examined.add((run, partition))
        return len(total & names)

    def _total(self, run: str, partition: str) -> frozenset[str] | None:
        """Return the segments of a partition; ``None`` while it is still exported."""
        known = self._totals.get((run, partition))
        if known is None:
            packed = self.files.get(total_key(run, partition))
            if packed is None:
                return None
            known = self._totals[run, partition] = frozenset(json.loads(gzip.decompress(packed)))
        return known

    def _rate(self, since: datetime, now: datetime, items: int) -> float | None:
        if not self._samples:
            self._samples.append((since, 0))
        self._samples.append((now, items))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW:
            self._samples.popleft()
        first, before = self._samples[0]
        seconds = (now - first).total_seconds()
        return (items - before) / seconds if seconds > 0 and items > before else None

    def _closing(self, run: Run) -> Progress:
        totals = [self._total(run.id, partition) for partition in run.partitions]
        known = sum(len(total) for total in totals if total is not None)
        # What a dry run found is not kept.
        return Progress(run.stage, "segments", run.kept, None if run.dry else known)


def _reading(run: Run, last: Run | None) -> Progress:
    assets = last.counts.get("assets") if last else None
    return Progress(run.stage, "assets", run.counts.get("assets"), assets, sure=False)


def progress_words(progress: Progress) -> str:
    """Return it on one line, without the stage."""
    parts = [_units(progress)]
    if progress.items is not None and progress.expected:
        parts.append(f"{count(progress.items)} of {count(progress.expected)} items")
    if progress.per_second:
        parts.append(f"{progress.per_second:.3g} items per second")
    if progress.left is not None:
        parts.append(f"about {span(progress.left)} left")
    return ", ".join(part for part in parts if part)


def _units(progress: Progress) -> str:
    about = "" if progress.sure else "about "
    if progress.stage is Stage.READING and progress.done is None:
        return f"about {count(progress.total)} assets and more" if progress.total else "assets, prices, orders"
    if progress.stage is Stage.CLOSING and progress.total is None:
        return "issues and reports"
    kept = " kept" if progress.stage is Stage.CLOSING else ""
    of = f" of {about}{count(progress.total)}" if progress.total else ""
    return f"{count(progress.done or 0)}{of} {progress.unit}{kept}"
