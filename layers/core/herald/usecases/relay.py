"""From the inbox to the bus: publish what was recorded, as references."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from herald.domain.audit import AuditRecord
from herald.domain.event import EventReference, Origin
from herald.ports import AuditTrail, Bus, Checkpoint, Clock, StateStore, StorageError
from herald.usecases import shelves

HEARD_EVERY = timedelta(minutes=1)
"""How exactly it is known when a source was last heard: an event a minute costs a write, not every event."""
SENT_BY_OTHERS = frozenset({Origin.WEBHOOK, Origin.CONNECTOR, Origin.CALLBACK})


class RelayRefusedError(Exception):
    """The bus refused entries: the whole stream batch must come again (consumers absorb what they have seen)."""


@dataclass(frozen=True)
class Relay:
    """Publishes recorded events, and notes that it did and which sources were heard."""

    bus: Bus
    audit: AuditTrail
    state: StateStore
    clock: Clock
    checkpoint: Checkpoint
    _heard: dict[str, datetime] = field(default_factory=dict)

    def __call__(self, references: Sequence[EventReference]) -> None:
        """Publish all references. Raises ``RelayRefusedError`` if the bus refused any, after noting the others."""
        refused = {reference.event_id for reference in self.bus.publish(references)}
        for reference in references:
            if reference.event_id in refused:
                continue
            self.checkpoint("relay.published", reference.subject)
            self.audit.append(
                AuditRecord(
                    event_id=reference.event_id, key="relayed", action="event.relayed", actor="event_relay",
                    at=self.clock(), outcome="published",
                    details={"type": reference.type, "subject": reference.subject},
                )
            )  # fmt: skip
            self.checkpoint("relay.audited", reference.subject)
        if refused:
            raise RelayRefusedError(
                f"the bus refused {len(refused)} of {len(references)} entries: {sorted(refused)[:10]}"
            )
        for reference in references:
            if reference.origin in SENT_BY_OTHERS:
                self._hear(reference.source, reference.received_at)

    def _hear(self, source: str, at: datetime) -> None:
        if source in self._heard and at - self._heard[source] < HEARD_EVERY:
            return
        # Who was heard when is good to know; what was published must not come again for it.
        with suppress(StorageError):
            shelves.sources(self.state).change(source, lambda last: (at if last is None or last < at else None, None))
            self._heard[source] = at
