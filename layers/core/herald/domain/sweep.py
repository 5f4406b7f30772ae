"""A sweep: one look through a vendor's list for what no webhook told, resumed where it stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

LEASE = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
"""How far before the watermark a sweep looks again: clocks and lists are not exact, and a repetition costs nothing."""
DAYS_KEPT = 14


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where sweeps of one kind stand.

    Everything changed before ``watermark`` has been seen. ``page`` is the next one of the present sweep, which looks at
    what changed before ``until``. ``days`` counts per UTC day what a webhook should have told, and what none did.
    """

    watermark: datetime | None = None
    until: datetime | None = None
    page: int = 1
    leased_until: datetime | None = None
    finished_at: datetime | None = None
    days: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def leased(self, now: datetime, settle: timedelta) -> "Sweep | None":
        """Return it taken by one process, begun or resumed; ``None`` while another has it."""
        if self.leased_until is not None and now < self.leased_until:
            return None
        return replace(self, leased_until=now + LEASE, until=self.until or now - settle)

    def released(self) -> "Sweep":
        """Return it as it is, free for whoever goes on."""
        return replace(self, leased_until=None)

    def turned(self, now: datetime, expected: int, missed: int) -> "Sweep":
        """Return it with a page done, and what was counted on it."""
        day = f"{now:%Y-%m-%d}"
        before = self.days.get(day, (0, 0))
        days = {**self.days, day: (before[0] + expected, before[1] + missed)}
        kept = {name: days[name] for name in sorted(days)[-DAYS_KEPT:]}
        return replace(self, page=self.page + 1, leased_until=now + LEASE, days=kept)

    def finished(self, now: datetime) -> "Sweep":
        """Return it at its end: all that changed before ``until`` has been seen."""
        return replace(self, watermark=self.until, until=None, page=1, leased_until=None, finished_at=now)

    @property
    def floor(self) -> datetime | None:
        """From when on changes are looked at; ``None`` for the first sweep, which only sets the watermark."""
        return self.watermark - OVERLAP if self.watermark is not None else None

    @property
    def loss(self) -> tuple[int, int]:
        """How many a webhook should have told in the days kept, and how many none did."""
        return sum(told for told, _ in self.days.values()), sum(missed for _, missed in self.days.values())


def sweep_document(sweep: Sweep) -> dict[str, Any]:
    """Return it as the state table keeps it."""
    return {
        "watermark": sweep.watermark, "until": sweep.until, "page": sweep.page, "leased_until": sweep.leased_until,
        "finished_at": sweep.finished_at, "days": {day: list(counts) for day, counts in sweep.days.items()},
    }  # fmt: skip


def sweep_of(document: Mapping[str, Any]) -> Sweep:
    """Return what the state table holds."""
    days = {day: (expected, missed) for day, (expected, missed) in document["days"].items()}
    return Sweep(**{**document, "days": days})
