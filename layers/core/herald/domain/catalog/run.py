"""Run: one scan from its beginning to its end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.canonical import short_id


class Stage(StrEnum):
    """What a run is at."""

    READING = "reading"
    """Assets, pricebooks, tags, languages, configurations, orders."""
    EXAMINING = "examining"
    """The export of each partition, cut in segments; the checks."""
    CLOSING = "closing"
    """Issues, messages, reports, and what is kept for the next scan."""
    FINISHED = "finished"
    ABANDONED = "abandoned"
    """Given up: by an operator, or because it did not finish for days."""


@dataclass(frozen=True, slots=True)
class Run:
    """One scan. ``marks`` say when each stage began.

    ``counts`` are numbers for people: assets, items, looked_at, written, findings, issues, opened and others.
    """

    id: str
    partitions: tuple[str, ...]
    began_at: datetime
    config_version: str
    asked_by: str = ""
    ask: str = ""
    dry: bool = False
    stage: Stage = Stage.READING
    stage_at: datetime | None = None
    marks: Mapping[str, datetime] = field(default_factory=dict)
    finished_at: datetime | None = None
    kept: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether no step of it changes anything any more."""
        return self.stage in (Stage.FINISHED, Stage.ABANDONED)

    def at_stage(self, stage: Stage, at: datetime) -> "Run":
        """Return it at a later stage; at an earlier one it stays where it is."""
        if list(Stage).index(stage) <= list(Stage).index(self.stage):
            return self
        return replace(
            self, stage=stage, stage_at=at, marks={**self.marks, str(stage): at},
            finished_at=at if stage in (Stage.FINISHED, Stage.ABANDONED) else None,
        )  # fmt: skip

    def counted(self, **counts: int) -> "Run":
        """Return it with some counts set."""
        return replace(self, counts={**self.counts, **counts})

    def expecting(self, items: Mapping[str, int]) -> "Run":
        """Return it with how many items the asset list has in each partition."""
        return replace(self, expected=dict(items))


@dataclass(frozen=True, slots=True)
class Watch:
    """Which run is the present one, and which was the last that finished."""

    current: str = ""
    finished: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a step of a run, and until when."""

    owner: str
    until: datetime


def run_id(at: datetime, ask: str) -> str:
    """Return the id of a run: its beginning, to the millisecond, and something that tells it from others of that time.

    Ids stand in the order of time: what is news since which scan is told by them.
    """
    milliseconds = at.microsecond // 1000
    return f"scan_{at:%Y%m%dT%H%M%S}{milliseconds:03d}Z_{short_id('r', ask, at.isoformat())[2:8]}"


def run_document(run: Run) -> dict[str, Any]:
    """Return the run as the state table keeps it."""
    return {**asdict(run), "stage": str(run.stage), "partitions": list(run.partitions)}


def run_of(document: Mapping[str, Any]) -> Run:
    """Return the run the state table holds."""
    return Run(**{**document, "stage": Stage(document["stage"]), "partitions": tuple(document["partitions"])})


def watch_document(watch: Watch) -> dict[str, Any]:
    """Return the watch as the state table keeps it."""
    return asdict(watch)


def watch_of(document: Mapping[str, Any]) -> Watch:
    """Return the watch the state table holds."""
    return Watch(**document)
