"""Inbox, audit trail, decisions, ledger and configurations in memory: the same promises within one process."""

import heapq
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.adapters.ledger_records import record_of
from herald.domain.audit import AuditEntry, AuditRecord, chained, genesis
from herald.domain.configuration import Activation, Configuration
from herald.domain.decision import Decision
from herald.domain.delivery import Channel, Delivery
from herald.domain.errors import ConfigurationError
from herald.domain.event import Event, IdentityKind
from herald.domain.notification import Notification
from herald.ports import Clock, NotificationRecord, Recorded, StaleDeliveryError

UNTOLD = datetime.fromtimestamp(0, UTC)
"""The time of whatever happens where nobody asks for it."""


class MemoryInbox:
    """Implements ``ports.Inbox``."""

    def __init__(self, clock: Clock, retention: timedelta = timedelta(days=30)) -> None:
        self._clock = clock
        self._retention = retention
        self._lock = threading.Lock()
        self._events: dict[str, Event] = {}

    def record(self, event: Event) -> Recorded:
        """Write the event unless one of its id is there and not expired."""
        kept = replace(event, data=_detached(event.data))
        with self._lock:
            standing = self._standing(event.id)
            if standing is None:
                self._events[event.id] = kept
                return Recorded.NEW
        if event.identity.kind is IdentityKind.SENDER_ID and standing.body_hash != event.body_hash:
            return Recorded.CONFLICT
        return Recorded.DUPLICATE

    def load(self, event_id: str) -> Event | None:
        """Return the event, or ``None``."""
        with self._lock:
            event = self._standing(event_id)
        return replace(event, data=_detached(event.data)) if event is not None else None

    def _standing(self, event_id: str) -> Event | None:
        event = self._events.get(event_id)
        if event is None or int((event.received_at + self._retention).timestamp()) <= int(self._clock().timestamp()):
            return None
        return event


class MemoryAuditTrail:
    """Implements ``ports.AuditTrail``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chains: dict[str, list[AuditEntry]] = {}

    def append(self, record: AuditRecord) -> AuditEntry:
        """Append at the end of the chain, or return the entry that bears the record's key."""
        kept = replace(record, details=_detached(record.details))
        with self._lock:
            chain = self._chains.setdefault(record.event_id, [])
            for entry in chain:
                if entry.record.key == record.key:
                    return _detached_entry(entry)
            entry = chained(kept, len(chain) + 1, chain[-1].hash if chain else genesis(record.event_id))
            chain.append(entry)
        return _detached_entry(entry)

    def entries(self, event_id: str) -> Sequence[AuditEntry]:
        """Return the whole chain in order."""
        with self._lock:
            chain = list(self._chains.get(event_id, ()))
        return [_detached_entry(entry) for entry in chain]


class MemoryDecisions:
    """Implements ``ports.Decisions``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: dict[str, Decision] = {}

    def save(self, decision: Decision) -> Decision:
        """Write it unless the event has one; return the one that stands."""
        kept = replace(decision, facts=_detached(decision.facts))
        with self._lock:
            standing = self._decisions.setdefault(decision.event_id, kept)
        return replace(standing, facts=_detached(standing.facts))

    def load(self, event_id: str) -> Decision | None:
        """Return the event's decision, or ``None``."""
        with self._lock:
            decision = self._decisions.get(event_id)
        return replace(decision, facts=_detached(decision.facts)) if decision is not None else None


class MemoryLedger:
    """Implements ``ports.Ledger``; its lookups never lag."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notifications: dict[str, Notification] = {}
        self._deliveries: dict[tuple[str, Channel], Delivery] = {}
        self._looks: list[tuple[datetime, str, tuple[str, Channel]]] = []

    def open(self, notification: Notification) -> Notification:
        """Write the notification unless its id is taken; return the one that stands."""
        with self._lock:
            return self._notifications.setdefault(notification.id, notification)

    def load(self, notification_id: str) -> NotificationRecord | None:
        """Return a notification with its deliveries, or ``None``."""
        with self._lock:
            notification = self._notifications.get(notification_id)
            return self._record(notification) if notification is not None else None

    def by_job(self, job_id: str) -> Sequence[Delivery]:
        """Return the deliveries submitted under a job."""
        with self._lock:
            found = [delivery for delivery in self._deliveries.values() if delivery.job_id == job_id]
        return sorted(found, key=lambda delivery: delivery.reference)

    def write(self, delivery: Delivery) -> None:
        """Store a moved delivery. Raises ``StaleDeliveryError`` if another version stands."""
        key = (delivery.notification_id, delivery.channel)
        with self._lock:
            standing = self._deliveries.get(key)
            if standing is not None and standing.event_id != delivery.event_id:
                standing = None
            if delivery.version != (standing.version if standing else 0) + 1:
                raise StaleDeliveryError(f"{delivery.reference} is no longer at version {delivery.version - 1}")
            self._deliveries[key] = delivery
            if delivery.look_at is not None and (standing is None or standing.look_at != delivery.look_at):
                heapq.heappush(self._looks, (delivery.look_at, delivery.reference, key))

    def unsettled(self, now: datetime, most: int) -> Sequence[Delivery]:
        """Return the deliveries whose ``look_at`` has come, those waiting longest first."""
        due: dict[tuple[str, Channel], Delivery] = {}
        kept = []
        with self._lock:
            # A heap instead of a search: a storm of a hundred thousand deliveries is played on this ledger.
            while self._looks and self._looks[0][0] <= now and len(due) < most:
                look = heapq.heappop(self._looks)
                delivery = self._deliveries[look[2]]
                if delivery.look_at == look[0] and look[2] not in due:
                    due[look[2]] = delivery
                    kept.append(look)
            for look in kept:
                heapq.heappush(self._looks, look)
        return list(due.values())

    def _record(self, notification: Notification) -> NotificationRecord:
        of_channels = (self._deliveries.get((notification.id, channel)) for channel in Channel)
        return record_of(notification, (delivery for delivery in of_channels if delivery is not None))


class MemoryConfigurationStore:
    """Implements ``ports.ConfigurationStore``."""

    def __init__(self, *configurations: Configuration, clock: Clock = lambda: UNTOLD) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._versions: dict[str, Configuration] = {}
        self._activations: list[Activation] = []
        for configuration in configurations:
            self.apply(configuration)

    def active(self) -> Configuration:
        """Return the version made active last. Raises ``ConfigurationError`` if there is none."""
        with self._lock:
            if not self._activations:
                raise ConfigurationError("there is no active configuration: apply one")
            return self._versions[self._activations[-1].version]

    def version(self, version: str) -> Configuration:
        """Return one version. Raises ``ConfigurationError`` if it is not there."""
        with self._lock:
            if version not in self._versions:
                raise ConfigurationError(f"there is no configuration {version}: apply it again from its folder")
            return self._versions[version]

    def apply(self, configuration: Configuration, by: str = "", comment: str = "") -> None:
        """Store a version and make it the active one."""
        with self._lock:
            self._versions.setdefault(configuration.version, configuration)
        self.activate(configuration.version, by, comment)

    def activate(self, version: str, by: str = "", comment: str = "") -> None:
        """Make a stored version the active one. Raises ``ConfigurationError`` if it is not there."""
        self.version(version)
        with self._lock:
            self._activations.append(Activation(version, self._clock(), by, comment))

    def history(self) -> Sequence[Activation]:
        """Return what was made active when, newest first."""
        with self._lock:
            return self._activations[::-1]


def _detached(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy that shares nothing with the caller's, in the very types that any other storage gives back."""
    copy: dict[str, Any] = loads(dumps(values))
    return copy


def _detached_entry(entry: AuditEntry) -> AuditEntry:
    return replace(entry, record=replace(entry.record, details=_detached(entry.record.details)))
