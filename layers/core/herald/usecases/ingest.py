"""From an accepted body to the inbox: every event recorded before anybody is told that it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from herald.domain.audit import AuditRecord
from herald.domain.event import Event
from herald.ports import AuditTrail, Checkpoint, Clock, Inbox, Recorded


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one event."""

    event_id: str
    recorded: Recorded


def ingest(
    events: Sequence[Event], *, inbox: Inbox, audit: AuditTrail, clock: Clock, checkpoint: Checkpoint, actor: str
) -> list[Receipt]:
    """Record the events in order; return a receipt for each.

    A new event costs one conditional write: its inbox item is the first fact of its story, so nothing is audited beside
    it. A body that contradicts the recorded one of the same id is audited by its hash only. ``actor`` is the function's
    name. Raises what the ports raise; then some events may be recorded, and telling them all again is harmless.
    """
    receipts = []
    for event in events:
        checkpoint("ingest.verified", event.subject)
        recorded = inbox.record(event)
        checkpoint("ingest.recorded", event.subject)
        if recorded is Recorded.CONFLICT:
            audit.append(_conflict(event, clock, actor))
        receipts.append(Receipt(event.id, recorded))
    return receipts


def _conflict(event: Event, clock: Clock, actor: str) -> AuditRecord:
    return AuditRecord(
        event_id=event.id,
        key=f"conflict:{event.body_hash}",
        action="event.conflict",
        actor=actor,
        at=clock(),
        outcome="refused",
        details={"source": event.source, "type": event.type, "subject": event.subject, "body_hash": event.body_hash},
    )
