"""From the ledger back into Threekit: the outcome of a notification, noted on its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.audit import AuditRecord
from herald.domain.canonical import canonical_json, fingerprint
from herald.domain.envelope import object_version
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.event import Event, Origin, Trust
from herald.domain.facts import order_content
from herald.domain.retry import backoff
from herald.ports import AuditTrail, Checkpoint, Clock, Inbox, Ledger, NotificationRecord, Threekit
from herald.usecases.outcome import DONE, Later, Outcome


@dataclass(frozen=True)
class Writeback:
    """Notes outcomes under ``metadata.herald`` of an order: read, merge, PUT, read back.

    Vendor facts: whether PUT merges or replaces metadata is not published and orders have no version, so the whole
    metadata is sent and read back (docs/vendor/threekit.md 6). One message group per order keeps us from
    racing ourselves.
    """

    ledger: Ledger
    inbox: Inbox
    threekit: Threekit
    audit: AuditTrail
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    window: timedelta

    def __call__(self, order_id: str, notification_id: str, attempt: int) -> Outcome:
        """Note the notification's present state. Raises ``PoisonError`` if the ledger holds no such notification."""
        record = self.ledger.load(notification_id)
        if record is None:
            raise PoisonError(Reason.NOT_FOUND, f"the ledger holds no notification {notification_id}")
        try:
            return self._write(order_id, record, attempt)
        except CallFailed as failure:
            if failure.fate is not Fate.PERMANENT and self._in_window(record):
                return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)
            self._note(
                record, "refused", {"reason": failure.reason, "status": failure.status, "detail": failure.detail}
            )
            return DONE

    def _in_window(self, record: NotificationRecord) -> bool:
        moved = [delivery.updated_at for delivery in record.deliveries if delivery.updated_at is not None]
        return self.clock() - max(moved, default=record.notification.created_at) < self.window

    def _write(self, order_id: str, record: NotificationRecord, attempt: int) -> Outcome:
        before = self.threekit.order(order_id)
        note = note_of(record)
        if noted(before, record.notification.id) != note:
            try:
                self.threekit.put_order_metadata(order_id, merged_metadata(before, record.notification.id, note))
            except CallFailed as failure:
                # Reading back tells what an unanswered PUT did.
                if failure.fate is not Fate.UNKNOWN:
                    raise
            self.checkpoint("writeback.put", record.notification.subject)
            after = self.threekit.order(order_id)
            if noted(after, record.notification.id) != note:
                if self._in_window(record):
                    return Later(backoff(attempt, self.chance()), Reason.CHANGED_MEANWHILE)
                self._note(record, "unconfirmed", {"reason": Reason.CHANGED_MEANWHILE})
                return DONE
            self._expect_echo(record, before, after)
        self._note(record, "noted", note)
        self.checkpoint("writeback.audited", record.notification.subject)
        return DONE

    def _expect_echo(self, record: NotificationRecord, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Record the version we made as known, so that it makes no event when a webhook or a sweep tells of it.

        Only if nothing but our note changed: otherwise that version holds news.
        """
        origin = self.inbox.load(record.notification.event_id)
        version = after.get("updatedAt")
        if origin is None or not isinstance(version, str) or not same_content(before, after):
            return
        echo = echo_event(origin, after, version, self.clock())
        if echo is not None:
            self.inbox.record(echo)

    def _note(self, record: NotificationRecord, outcome: str, details: Mapping[str, Any]) -> None:
        notification = record.notification
        self.audit.append(
            AuditRecord(
                event_id=notification.event_id,
                key=f"writeback:{notification.id}:{fingerprint([outcome, details])[:16]}",
                action=f"writeback.{outcome}", actor="threekit_writeback", at=self.clock(), outcome=outcome,
                details={"subject": notification.subject, "notification": notification.id, **details},
            )
        )  # fmt: skip


def note_of(record: NotificationRecord) -> dict[str, Any]:
    """Return what Threekit is told: rule, audience, and each channel's state. No address, no name."""
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


def merged_metadata(order: Mapping[str, Any], notification_id: str, note: Mapping[str, Any]) -> dict[str, Any]:
    """Return the order's whole metadata with the note set; every other key as it was read."""
    metadata = _mapping(order.get("metadata"))
    herald = _mapping(metadata.get("herald"))
    notifications = {**_mapping(herald.get("notifications")), notification_id: note}
    return {**metadata, "herald": {**herald, "notifications": notifications}}


def noted(order: Mapping[str, Any], notification_id: str) -> Any:
    """Return the note an order bears for a notification, or ``None``."""
    herald = _mapping(_mapping(order.get("metadata")).get("herald"))
    return _mapping(herald.get("notifications")).get(notification_id)


def same_content(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether two readings of an order differ in nothing but ``updatedAt`` and ``metadata.herald``."""
    return canonical_json(order_content(before)) == canonical_json(order_content(after))


def echo_event(origin: Event, order: Mapping[str, Any], updated_at: str, now: datetime) -> Event | None:
    """Return the unpublished record of our own change, under the identity any telling of it would have."""
    identity = object_version(origin.source, "order", str(order.get("id")), updated_at)
    if identity is None:
        return None
    data = {"echo_of": origin.id, "updatedAt": updated_at}
    return Event(
        identity=identity, type="threekit.order.updated", subject=origin.subject, time=now, data=data,
        origin=Origin.WRITEBACK, trust=Trust.SIGNED, received_at=now, body_hash=fingerprint(data), publish=False,
    )  # fmt: skip


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
