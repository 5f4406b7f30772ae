"""The whole story of one event, for people: what came, what was decided and why, what went out, what came back."""

from collections.abc import Sequence
from dataclasses import dataclass

from herald.domain.audit import AuditEntry, first_break
from herald.domain.decision import Decision
from herald.domain.event import Event
from herald.ports import AuditTrail, Decisions, Inbox, Ledger, NotificationRecord


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything recorded about an event. ``broken_at`` is the first audit entry that does not follow, or ``None``."""

    event: Event
    decision: Decision | None
    entries: tuple[AuditEntry, ...]
    notifications: tuple[NotificationRecord, ...]
    broken_at: int | None


@dataclass(frozen=True)
class Tracer:
    """Finds the story by an event's, a notification's or an OpenText job's id."""

    inbox: Inbox
    decisions: Decisions
    audit: AuditTrail
    ledger: Ledger

    def __call__(self, identifier: str) -> Trace | None:
        """Return the trace, or ``None`` if nothing recorded bears the id."""
        event_id = self._event_id(identifier)
        event = self.inbox.load(event_id) if event_id else None
        if event is None:
            return None
        entries = tuple(self.audit.entries(event.id))
        decision = self.decisions.load(event.id)
        return Trace(event, decision, entries, self._notifications(decision), first_break(event.id, entries))

    def _event_id(self, identifier: str) -> str | None:
        if identifier.startswith("evt_"):
            return identifier
        if identifier.startswith("ntf_"):
            record = self.ledger.load(identifier.partition(".")[0])
            return record.notification.event_id if record else None
        deliveries = self.ledger.by_job(identifier)
        return deliveries[0].event_id if deliveries else None

    def _notifications(self, decision: Decision | None) -> tuple[NotificationRecord, ...]:
        planned: Sequence[str] = [notification.id for notification in decision.notifications] if decision else []
        records = (self.ledger.load(identity) for identity in planned)
        return tuple(record for record in records if record is not None)
