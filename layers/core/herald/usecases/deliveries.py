"""What follows from a delivery's state: the ledger's entry, the audit's line, the note in Threekit."""

from dataclasses import dataclass
from datetime import datetime

from herald.domain.audit import AuditRecord
from herald.domain.delivery import NOT_SENT, Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.ports import AuditTrail, Checkpoint, Clock, Count, Ledger, NotificationRecord, WritebackQueue

OVER_FOR_ALL_CHANNELS = frozenset(
    {
        Reason.OUTCOME_UNKNOWN, Reason.WINDOW_PASSED, Reason.OVERTAKEN, Reason.SETTLED, Reason.SILENCED,
        Reason.REPEATED, Reason.REACHED,
    }
)  # fmt: skip
AT_THE_GATE = frozenset({Reason.RESTING, Reason.WAITS_ITS_TURN})
NOT_FAILED = frozenset({DeliveryState.SKIPPED, DeliveryState.DIGESTED})


@dataclass(frozen=True)
class Deliveries:
    """Moves deliveries. Every step done again, as after a crash, changes nothing."""

    ledger: Ledger
    audit: AuditTrail
    writeback: WritebackQueue
    clock: Clock
    checkpoint: Checkpoint
    count: Count

    def write(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Write a delivery that waits. Raises ``StaleDeliveryError`` and ``StorageError``."""
        self.ledger.write(delivery)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self.note_waiting(record, delivery)

    def end(
        self, record: NotificationRecord, delivery: Delivery, state: DeliveryState, reason: Reason, detail: str
    ) -> None:
        """Write that it has ended on this channel. Raises ``StaleDeliveryError`` and ``StorageError``."""
        ended = delivery.ended(self.clock(), state, reason, detail)
        self.ledger.write(ended)
        self.count(f"Deliveries{state.capitalize() if state in NOT_FAILED else 'Failed'}", 1)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self.settle(record, ended)

    def pass_on(self, record: NotificationRecord, delivery: Delivery, why: str) -> None:
        """Let the next channel carry the message too. Raises ``StaleDeliveryError`` and ``StorageError``."""
        passed_on = delivery.passed_on(self.clock())
        self.ledger.write(passed_on)
        self.checkpoint("dispatch.passed_on", record.notification.subject)
        self.audit.append(
            delivery_record(record, passed_on, f"passed_on:{delivery.reference}", "passed_on", self.clock(), why=why)
        )

    def note_waiting(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Note that a delivery waits and why."""
        outcome, key = _waiting(delivery)
        self.audit.append(delivery_record(record, delivery, key, outcome, self.clock()))

    def settle(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Do what follows from a state; every pass ends with it."""
        outcome = "submitted"
        if delivery.state in NOT_SENT or delivery.state is DeliveryState.DIGESTED:
            outcome = delivery.state.lower()
            put_writeback(self.writeback, record, delivery)
        self.audit.append(delivery_record(record, delivery, f"{outcome}:{delivery.reference}", outcome, self.clock()))
        self.checkpoint("dispatch.audited", record.notification.subject)

    def settle_all(self, record: NotificationRecord) -> None:
        """Do what follows from the state of each channel."""
        for delivery in record.deliveries:
            self.settle(record, delivery)


def open_delivery(record: NotificationRecord) -> Delivery | None:
    """Return the delivery to work on: on the first channel that neither failed nor is overdue; ``None`` if none is.

    A message that perhaps arrived is not sent again on another channel, and some reasons are over for all channels.
    """
    for channel in record.notification.channels:
        delivery = record.delivery(channel)
        if delivery.state not in NOT_SENT and not delivery.overdue:
            return delivery
        if delivery.state in NOT_SENT and delivery.reason in OVER_FOR_ALL_CHANNELS:
            return None
    return None


def put_writeback(queue: WritebackQueue, record: NotificationRecord, delivery: Delivery) -> None:
    """Enqueue that a delivery's state is to be noted in Threekit, if the notification is about an order."""
    kind, _, object_id = record.notification.subject.partition("/")
    if kind == "order":
        notification = record.notification
        queue.put(object_id, notification.id, notification.event_id, f"{delivery.channel}:{delivery.state}")


def delivery_record(
    record: NotificationRecord, delivery: Delivery, key: str, outcome: str, at: datetime, **details: str
) -> AuditRecord:
    """Return the audit line of a delivery's step, without the recipient's address."""
    notification = record.notification
    return AuditRecord(
        event_id=notification.event_id, key=key, action=f"delivery.{outcome}", actor="notification_dispatch", at=at,
        outcome=delivery.state,
        details={
            "notification": notification.id, "rule": notification.rule_id, "audience": notification.audience,
            "channel": delivery.channel, "job": delivery.job_id, "attempts": delivery.attempts,
            "reason": delivery.reason, "detail": delivery.detail, **details,
        },
    )  # fmt: skip


def _waiting(delivery: Delivery) -> tuple[str, str]:
    """Return how waiting is called in the audit, and under which key it is told once."""
    if delivery.state is DeliveryState.HELD and delivery.due_at is not None:
        return "held", f"held:{delivery.reference}:{delivery.reason}:{delivery.due_at.isoformat()}"
    outcome = "retry" if delivery.state is DeliveryState.RETRY_AT else "unknown"
    if delivery.reason in AT_THE_GATE:
        outcome = "held"
    return outcome, f"{outcome}:{delivery.reference}:{delivery.attempts}"
