"""What no webhook told: orders and ended jobs, swept page by page, entered under the identity a webhook would give.

Vendor facts: pages of a hundred; no filter by time; ``-createdAt`` as order is evidenced for assets and jobs only, and
whether orders can be sorted by ``updatedAt`` is unknown (docs/vendor/threekit.md 3.4, 4 and 8.5).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.canonical import fingerprint, same
from herald.domain.envelope import object_version
from herald.domain.errors import CallFailed, Reason
from herald.domain.event import Event, Origin, Trust
from herald.domain.retry import backoff
from herald.domain.rfc3339 import parse_timestamp
from herald.domain.sweep import Sweep
from herald.ports import Checkpoint, Clock, Count, Inbox, Recorded, StateStore, Threekit, WritebackQueue
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.writeback_orders import noted

PAGE = 100


@dataclass(frozen=True)
class Swept:
    """One kind of object that is swept, newest first.

    ``sorted_by`` is the time the pages are sorted by, ``createdAt`` or ``updatedAt``. ``page`` returns a page, counted
    from 1, and raises ``CallFailed``; ``told`` says whether an object is one that a webhook tells of; ``look`` sees to
    whatever else a changed one needs.
    """

    name: str
    kind: str
    sorted_by: str
    page: Callable[[int], Sequence[Mapping[str, Any]]]
    told: Callable[[Mapping[str, Any]], bool]
    look: Callable[[Mapping[str, Any]], None]


def swept_orders(
    threekit: Threekit, sort: str, state: StateStore, writeback: WritebackQueue, plan: Callable[[], Sequence[Any]]
) -> Swept:
    """Return the orders; one that lost the milestones Herald noted on it gets them again."""

    def look(record: Mapping[str, Any]) -> None:
        order_id = str(record["id"])
        progress = shelves.order_progress(state).get(order_id)
        if progress is not None and not same(noted(record, ("milestones",)), progress.notes(plan())):
            event_id = progress.milestones[-1].event_id
            writeback.put(order_id, "milestones", event_id, f"again:{record.get('updatedAt')}")

    return Swept(
        "orders", "order", sort.lstrip("+-"), lambda page: threekit.orders_page(page, sort), lambda _record: True, look
    )


def swept_jobs(threekit: Threekit) -> Swept:
    """Return the jobs; only one that has ended is told of (docs/vendor/threekit.md 3.2)."""

    def ended(record: Mapping[str, Any]) -> bool:
        return record.get("taskStatusPending") == 0 and record.get("taskStatusRunning") == 0

    return Swept("jobs", "job", "createdAt", threekit.jobs_page, ended, lambda _record: None)


@dataclass(frozen=True)
class SweepThreekit:
    """Sweeps one kind of object. Two sweeps of it never run at once, and one that was cut off goes on where it was."""

    swept: Swept
    inbox: Inbox
    state: StateStore
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    count: Count
    source: str
    days: timedelta
    settle: timedelta
    retention: timedelta

    def __call__(self, attempt: int, enough_time: Callable[[], bool]) -> Outcome:
        """Go through the pages; ``Later`` where time or the vendor gave out."""
        shelf = shelves.sweeps(self.state)

        def take(standing: Sweep | None) -> tuple[Sweep | None, Sweep | None]:
            taken = (standing or Sweep()).leased(self.clock(), self.settle)
            return taken, taken

        sweep = shelf.change(self.swept.name, take)
        if sweep is None:
            return DONE
        while True:
            if not enough_time():
                shelf.change(self.swept.name, _released)
                return Later(timedelta(0), Reason.CONTINUED)
            try:
                records = self.swept.page(sweep.page)
            except CallFailed as failure:
                shelf.change(self.swept.name, _released)
                return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)
            expected, missed = self._page(sweep, records)
            self.checkpoint("sweep.entered", self.swept.name)
            sweep = sweep.turned(self.clock(), expected, missed)
            if missed:
                self.count("WebhooksMissed", missed)
            last = len(records) < PAGE or self._passed(sweep, records[-1])
            sweep = sweep.finished(self.clock()) if last else sweep
            standing = sweep
            shelf.change(self.swept.name, lambda _before, standing=standing: (standing, None))  # type: ignore[misc]
            if last:
                self.count("SweepsFinished", 1)
                return DONE

    def _passed(self, sweep: Sweep, record: Mapping[str, Any]) -> bool:
        """Say whether all that follows is older than what this sweep looks at."""
        at = _time(record, self.swept.sorted_by)
        if at is None:
            return False
        by_change = self.swept.sorted_by == "updatedAt"
        floor = sweep.floor if by_change and sweep.floor is not None else self.clock() - self.days
        return at < floor or sweep.floor is None

    def _page(self, sweep: Sweep, records: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
        """Enter what changed on a page; return how many a webhook should have told, and how many none did."""
        expected = missed = 0
        if sweep.floor is None or sweep.watermark is None or sweep.until is None:
            return expected, missed
        for record in records:
            changed = _time(record, "updatedAt") or _time(record, "createdAt")
            if changed is None or not self.swept.told(record):
                continue
            # Orders are told of when they are made, jobs when they end; changes of orders are not (3.2, 3.3).
            told_at = changed if self.swept.kind == "job" else _time(record, "createdAt") or changed
            expected += sweep.watermark < told_at <= sweep.until
            if sweep.floor <= changed <= sweep.until:
                missed += self._enter(record, changed)
                self.swept.look(record)
        return expected, missed

    def _enter(self, record: Mapping[str, Any], changed: datetime) -> bool:
        """Record the version if it is new; return whether a webhook should have told of it."""
        event = self._event(record, changed)
        if event is None or self.inbox.record(event) is not Recorded.NEW:
            return False
        self.count("EventsFound", 1)
        return self.swept.kind == "job" or event.type.endswith(".created")

    def _is_creation(self, record: Mapping[str, Any], changed: datetime) -> bool:
        """Say whether this is how an order began, as far as anybody was told."""
        created = _time(record, "createdAt")
        if created is None or created < self.clock() - self.retention:
            return False
        first = object_version(self.source, self.swept.kind, str(record["id"]), str(record["createdAt"]))
        return changed == created or (first is not None and self.inbox.load(first.event_id) is None)

    def _event(self, record: Mapping[str, Any], changed: datetime) -> Event | None:
        version = str(record.get("updatedAt") or record["createdAt"])
        identity = object_version(self.source, self.swept.kind, str(record["id"]), version)
        if identity is None:
            return None
        created = self.swept.kind == "order" and self._is_creation(record, changed)
        # A hint, like any webhook's body: rules see the object as it is read again.
        names = ("id", "shortId", "status", "type", "createdAt", "updatedAt")
        data = {name: record[name] for name in names if name in record}
        return Event(
            identity=identity, type=f"threekit.{self.swept.kind}.{'created' if created else 'updated'}",
            subject=f"{self.swept.kind}/{record['id']}", time=changed, data=data, origin=Origin.RECONCILE,
            trust=Trust.UNSIGNED, received_at=self.clock(), body_hash=fingerprint(data),
        )  # fmt: skip


def _released(sweep: Sweep | None) -> tuple[Sweep | None, None]:
    return (sweep.released() if sweep else None), None


def _time(record: Mapping[str, Any], name: str) -> datetime | None:
    value = record.get(name)
    return parse_timestamp(value) if isinstance(value, str) else None
