"""From the inbox to the bus: publish what was recorded, as references."""

from collections.abc import Sequence
from dataclasses import dataclass

from herald.domain.audit import AuditRecord
from herald.domain.event import EventReference
from herald.ports import AuditTrail, Bus, Checkpoint, Clock


class RelayRefusedError(Exception):
    """The bus refused entries: the whole stream batch must come again (consumers absorb what they have seen)."""


@dataclass(frozen=True)
class Relay:
    """Publishes recorded events and notes that it did."""

    bus: Bus
    audit: AuditTrail
    clock: Clock
    checkpoint: Checkpoint

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
