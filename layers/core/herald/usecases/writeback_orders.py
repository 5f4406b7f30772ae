"""Notes on orders: outcomes of notifications, and milestones with the coarse status they bring.

Vendor facts: whether PUT merges or replaces metadata is not published and orders have no version, so the whole metadata
is sent and read back (docs/vendor/threekit.md 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from herald.domain.canonical import fingerprint, same
from herald.domain.envelope import object_version
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.event import Event, Origin, Trust
from herald.domain.facts import order_content
from herald.domain.milestones import forward_status
from herald.domain.told import Told
from herald.ports import Checkpoint, Clock, ConfigurationStore, Inbox, Ledger, NotificationRecord, StateStore, Threekit
from herald.usecases import shelves


@dataclass(frozen=True, slots=True)
class OrderNote:
    """A value under a path of ``metadata.herald``, and the coarse status that goes with it."""

    subject: str
    since: datetime
    path: tuple[str, ...]
    value: Any
    status: str | None = None

    @property
    def document(self) -> Mapping[str, Any]:
        """What is noted, for the audit."""
        value = self.value if isinstance(self.value, Mapping) else {self.path[-1]: self.value}
        return {**value, **({"status": self.status} if self.status else {})}


class OrderNotes(Protocol):
    """Where a note comes from."""

    def __call__(self, told: Told) -> OrderNote:
        """Return the note. Raises ``PoisonError`` if nothing is known."""
        ...


@dataclass(frozen=True)
class NotificationNotes:
    """How far each channel of a notification has come, under ``notifications.<id>``."""

    ledger: Ledger

    def __call__(self, told: Told) -> OrderNote:
        """Return the notification's present state. Raises ``PoisonError`` if the ledger holds no such notification."""
        record = self.ledger.load(told.about)
        if record is None:
            raise PoisonError(Reason.NOT_FOUND, f"the ledger holds no notification {told.about}")
        moved = [delivery.updated_at for delivery in record.deliveries if delivery.updated_at is not None]
        since = max(moved, default=record.notification.created_at)
        return OrderNote(record.notification.subject, since, ("notifications", told.about), note_of(record))


@dataclass(frozen=True)
class MilestoneNotes:
    """The milestones reached, under ``milestones``, and the status that the latest of them brings."""

    state: StateStore
    inbox: Inbox
    configurations: ConfigurationStore
    clock: Clock

    def __call__(self, told: Told) -> OrderNote:
        """Return all milestones of the order. Raises ``PoisonError`` if none is known."""
        progress = shelves.order_progress(self.state).get(told.object_id)
        if progress is None:
            raise PoisonError(Reason.NOT_FOUND, f"no milestone of order {told.object_id} is known")
        event = self.inbox.load(told.event_id)
        plan = self.configurations.active().milestones
        since = event.received_at if event else self.clock()
        subject = f"order/{told.object_id}"
        return OrderNote(subject, since, ("milestones",), progress.notes(plan), progress.status(plan))


@dataclass(frozen=True)
class OrderNoting:
    """Implements ``writeback.Noting`` for one kind of note.

    ``source`` is the URI reference under which Threekit's own webhooks about orders come in. ``whole`` sends all
    metadata as they were read, which is right whatever PUT does, but loses what another writer changed in between.
    Otherwise ``herald`` alone is sent, which loses nothing where PUT merges.
    """

    notes: OrderNotes
    threekit: Threekit
    inbox: Inbox
    clock: Clock
    checkpoint: Checkpoint
    source: str
    whole: bool = True

    def note(self, told: Told) -> OrderNote:
        """Return what is to be noted now. Raises ``PoisonError``."""
        return self.notes(told)

    def write(self, told: Told, note: Any) -> bool:
        """Read, merge, write, read back; return whether the order bears the note then. Raises ``CallFailed``."""
        before = self.threekit.order(told.object_id)
        status = forward_status(before.get("status"), note.status)
        if same(noted(before, note.path), note.value) and status is None:
            return True
        metadata = merged_metadata(before, note.path, note.value)
        self._put(told, metadata if self.whole else {"herald": metadata["herald"]}, status)
        self.checkpoint("writeback.put", note.subject)
        after = self.threekit.order(told.object_id)
        if not self.whole and before.get("metadata", {}).keys() - after.get("metadata", {}).keys():
            # PUT replaced what it was said to merge: what others had written is put back at once.
            self._put(told, metadata, None)
            return False
        if not same(noted(after, note.path), note.value) or forward_status(after.get("status"), note.status):
            return False
        self._expect_echo(told, before, after, status)
        return True

    def _put(self, told: Told, metadata: Mapping[str, Any], status: str | None) -> None:
        try:
            self.threekit.put_order(told.object_id, metadata, status)
        except CallFailed as failure:
            # Reading back tells what an unanswered PUT did.
            if failure.fate is not Fate.UNKNOWN:
                raise

    def _expect_echo(self, told: Told, before: Mapping[str, Any], after: Mapping[str, Any], status: str | None) -> None:
        """Record the version we made as known, so that it makes no event when a webhook or a sweep tells of it.

        Only if nothing but our note changed: otherwise that version holds news.
        """
        version = after.get("updatedAt")
        expected = {**before, "status": status} if status else before
        if not isinstance(version, str) or not same_content(expected, after):
            return
        origin = self.inbox.load(told.event_id)
        source = origin.source if origin and origin.type.startswith("threekit.order.") else self.source
        echo = echo_event(source, told, after, version, self.clock())
        if echo is not None:
            self.inbox.record(echo)


def note_of(record: NotificationRecord) -> dict[str, Any]:
    """Return what Threekit is told of a notification: rule, audience, and each channel's state. No address, no name."""
    return {
        "rule": record.notification.rule_id,
        "audience": record.notification.audience,
        "severity": str(record.notification.severity),
        "event": record.notification.event_id,
        "channels": {
            str(delivery.channel): {
                "state": str(delivery.state),
                "at": delivery.updated_at.isoformat() if delivery.updated_at else None,
                **({"reason": str(delivery.reason)} if delivery.reason else {}),
            }
            for delivery in record.deliveries
        },
    }


def merged_metadata(order: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the order's whole metadata with a value set under ``herald``; every other key as it was read."""
    return _set(_mapping(order.get("metadata")), ("herald", *path), value)


def noted(order: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return what an order bears under a path of ``metadata.herald``, or ``None``."""
    value: Any = _mapping(order.get("metadata")).get("herald")
    for step in path:
        value = _mapping(value).get(step)
    return value


def same_content(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether two readings of an order differ in nothing but ``updatedAt`` and ``metadata.herald``."""
    return same(order_content(before), order_content(after))


def echo_event(source: str, told: Told, order: Mapping[str, Any], updated_at: str, now: datetime) -> Event | None:
    """Return the unpublished record of our own change, under the identity any telling of it would have."""
    identity = object_version(source, "order", str(order.get("id")), updated_at)
    if identity is None:
        return None
    data = {"echo_of": told.event_id, "updatedAt": updated_at}
    return Event(
        identity=identity, type="threekit.order.updated", subject=f"order/{order.get('id')}", time=now, data=data,
        origin=Origin.WRITEBACK, trust=Trust.SIGNED, received_at=now, body_hash=fingerprint(data), publish=False,
    )  # fmt: skip


def _set(mapping: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    first, *rest = path
    return {**mapping, first: _set(_mapping(mapping.get(first)), tuple(rest), value) if rest else value}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
