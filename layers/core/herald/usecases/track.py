"""From OpenText's status to the ledger: forward only, each report matched by its reference and job."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from herald.domain.audit import AuditRecord
from herald.domain.delivery import NOT_SENT, Delivery, DeliveryState, parse_reference
from herald.domain.errors import PoisonError, Reason
from herald.domain.event import Event
from herald.domain.opentext_envelope import STATUS_TYPE
from herald.domain.opentext_status import JobStatus, ReportedDelivery, StatusUnreadableError, read_status
from herald.ports import (
    AuditTrail,
    Checkpoint,
    Clock,
    ConfigurationStore,
    Count,
    DispatchQueue,
    Inbox,
    Ledger,
    NotificationRecord,
    StaleDeliveryError,
    WritebackQueue,
)  # fmt: skip
from herald.usecases.deliveries import delivery_record, open_delivery, put_writeback
from herald.usecases.outcome import DONE, SOON, Later, Outcome

WORTH_WRITING_BACK = frozenset({DeliveryState.SENT, DeliveryState.UNCONFIRMED, DeliveryState.DELIVERED, *NOT_SENT})


@dataclass(frozen=True)
class Track:
    """Applies one status report to the deliveries it speaks of; a reply on the same queue goes to ``replies``."""

    inbox: Inbox
    ledger: Ledger
    audit: AuditTrail
    replies: Callable[[str], Outcome]
    configurations: ConfigurationStore
    dispatch: DispatchQueue
    writeback: WritebackQueue
    clock: Clock
    checkpoint: Checkpoint
    count: Count

    def __call__(self, event_id: str) -> Outcome:
        """Apply the report recorded under that event id. Raises ``PoisonError`` if there is none to be read."""
        event = self.inbox.load(event_id)
        if event is None:
            raise PoisonError(Reason.NOT_FOUND, f"the inbox holds no event {event_id}")
        if event.type != STATUS_TYPE:
            return self.replies(event_id)
        active = self.configurations.active()
        try:
            status = read_status(event.data, active.status, pages_confirm=active.fax.pages_confirm)
        except StatusUnreadableError as error:
            raise PoisonError(Reason.MALFORMED_MESSAGE, str(error)) from error
        if status.unknown_values:
            self.count("UnknownStatusValues", status.unknown_values)
        for number, reported in enumerate(status.deliveries):
            try:
                self._apply(event, status, number, reported)
            except StaleDeliveryError:
                return Later(SOON, Reason.CHANGED_MEANWHILE)
        return DONE

    def _apply(self, event: Event, status: JobStatus, number: int, reported: ReportedDelivery) -> None:
        found = self._find(status, reported)
        if found is None:
            self._unmatched(event, status, number, reported)
            return
        record, delivery = found
        if reported.state is None:
            self._note(
                event, record, delivery, f"unclear:{delivery.reference}:{event.id}", "unclear_report",
                seen=_seen(status, reported),
            )  # fmt: skip
            return
        moved = delivery.observed(self.clock(), reported.state, status.job_id, reported.reason, reported.detail)
        if moved is not None:
            self.checkpoint("track.observed", record.notification.subject)
            self.ledger.write(moved)
            if moved.state in NOT_SENT:
                self.count("DeliveriesFailed", 1)
            self.checkpoint("track.recorded", record.notification.subject)
            delivery = moved
        seen = _seen(status, reported)
        if reported.state is delivery.state:
            self._settle(event, record, delivery, seen)
        else:
            self._late(event, record, delivery, reported, seen)

    def _find(self, status: JobStatus, reported: ReportedDelivery) -> tuple[NotificationRecord, Delivery] | None:
        ours = parse_reference(reported.reference) if reported.reference else None
        if ours is None:
            same_job = self.ledger.by_job(status.job_id)
            if len(same_job) != 1:
                return None
            ours = (same_job[0].notification_id, same_job[0].channel)
        record = self.ledger.load(ours[0])
        if record is None or ours[1] not in record.notification.channels:
            return None
        delivery = record.delivery(ours[1])
        # A reference alone is enough while no answer to our submit is known; a job that contradicts it is not ours.
        if delivery.version == 0 or delivery.job_id not in (None, status.job_id):
            return None
        return record, delivery

    def _settle(self, event: Event, record: NotificationRecord, delivery: Delivery, seen: str) -> None:
        """Do what follows from a state; done again after a crash it changes nothing."""
        if delivery.state in WORTH_WRITING_BACK:
            put_writeback(self.writeback, record, delivery)
        if delivery.state in NOT_SENT and open_delivery(record_with(record, delivery)):
            self.dispatch.put(record.notification.id)
        # Under the key that dispatch uses too, so that an accepted submit is told once, whoever learnt of it first.
        outcome = delivery.state.lower()
        self._note(event, record, delivery, f"{outcome}:{delivery.reference}", outcome, seen=seen)
        self.checkpoint("track.audited", record.notification.subject)

    def _late(
        self, event: Event, record: NotificationRecord, delivery: Delivery, reported: ReportedDelivery, seen: str
    ) -> None:
        key = f"late:{delivery.reference}:{event.id}"
        self._note(event, record, delivery, key, "late_report", reported=str(reported.state), seen=seen)

    def _note(
        self, event: Event, record: NotificationRecord, delivery: Delivery, key: str, outcome: str, **details: str
    ) -> None:
        line = delivery_record(record, delivery, key, outcome, self.clock(), callback=event.id, **details)
        self.audit.append(replace(line, actor="delivery_tracking"))

    def _unmatched(self, event: Event, status: JobStatus, number: int, reported: ReportedDelivery) -> None:
        self.audit.append(
            AuditRecord(
                event_id=event.id, key=f"unmatched:{number}", action="callback.unmatched", actor="delivery_tracking",
                at=self.clock(), outcome=Reason.NOT_OURS, details={"job": status.job_id, "state": reported.raw_state},
            )
        )  # fmt: skip


def _seen(status: JobStatus, reported: ReportedDelivery) -> str:
    """Return what OpenText said, in its own words."""
    said = (", ".join(status.job_state), reported.raw_state, reported.detail)
    return " / ".join(part for part in said if part)[:200]


def record_with(record: NotificationRecord, delivery: Delivery) -> NotificationRecord:
    """Return the record as it is with that delivery in place of the one on the same channel."""
    others = tuple(other for other in record.deliveries if other.channel is not delivery.channel)
    return NotificationRecord(record.notification, (*others, delivery))
