"""What became of the messages that were decided on for one person: every channel, every step, what OpenText said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from herald.domain.audit import AuditEntry
from herald.domain.decision import Decision
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.notification import Notification
from herald.domain.person_search import Person
from herald.ports import AuditTrail, Ledger, NotificationRecord
from herald.usecases.deliveries import open_delivery


@dataclass(frozen=True, slots=True)
class DeliveryStep:
    """One thing that happened to a delivery, as the audit has it. ``said`` is what OpenText said, in its own words."""

    at: datetime
    what: str
    state: str
    reason: str
    detail: str
    said: str


@dataclass(frozen=True, slots=True)
class ChannelTried:
    """A channel of a message, in its turn; ``delivery`` is ``None`` if it was not begun."""

    channel: Channel
    delivery: Delivery | None
    steps: tuple[DeliveryStep, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was decided on, as the ledger has it; ``stored`` is false if it does not.

    ``earlier`` is the event it was told for, if that is another about the same version of the same thing. ``current``
    is the delivery it hangs on now, ``None`` if no channel is left. ``digest`` is the message it is told within.
    """

    notification: Notification
    stored: bool
    earlier: str = ""
    channels: tuple[ChannelTried, ...] = ()
    current: Delivery | None = None
    digest: "Message | None" = None


@dataclass(frozen=True)
class FindMessages:
    """Finds the messages to a person that a decision asked for."""

    ledger: Ledger
    audit: AuditTrail

    def __call__(self, decision: Decision | None, person: Person) -> Iterator[Message]:
        """Yield them in the order of the decision. Raises ``StorageError``."""
        for planned in decision.notifications if decision else ():
            if person.is_(planned.recipient):
                record = self.ledger.load(planned.id)
                yield self._told(record, planned.event_id) if record is not None else Message(planned, stored=False)

    def _told(self, record: NotificationRecord, event_id: str, *, follow: bool = True) -> Message:
        notification = record.notification
        begun = {delivery.channel: delivery for delivery in record.deliveries}
        steps = _steps(notification, self.audit.entries(notification.event_id))
        tried = (ChannelTried(one, begun.get(one), tuple(steps.get(one, ()))) for one in notification.channels)
        return Message(
            notification, stored=True, earlier="" if notification.event_id == event_id else notification.event_id,
            channels=tuple(tried), current=open_delivery(record), digest=self._digest(record) if follow else None,
        )  # fmt: skip

    def _digest(self, record: NotificationRecord) -> Message | None:
        named = next((one.detail for one in record.deliveries if one.state is DeliveryState.DIGESTED), "")
        digest = self.ledger.load(named) if named.startswith("ntf_") else None
        return self._told(digest, digest.notification.event_id, follow=False) if digest is not None else None


def _steps(notification: Notification, entries: Iterable[AuditEntry]) -> Mapping[str, Sequence[DeliveryStep]]:
    """Return what happened to each delivery of a notification, by channel, in order."""
    steps: dict[str, list[DeliveryStep]] = {}
    for entry in entries:
        record = entry.record
        kind, _, what = record.action.partition(".")
        if kind == "delivery" and record.details.get("notification") == notification.id:
            told: Mapping[str, Any] = {name: value for name, value in record.details.items() if value is not None}
            steps.setdefault(str(told.get("channel")), []).append(
                DeliveryStep(
                    record.at, what, record.outcome, str(told.get("reason", "")), str(told.get("detail", "")),
                    str(told.get("seen") or told.get("reported") or ""),
                )
            )  # fmt: skip
    return steps
