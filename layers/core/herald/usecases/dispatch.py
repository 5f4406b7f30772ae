"""From notification to OpenText: the ledger decides, one channel at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.audit import AuditRecord
from herald.domain.delivery import ACCEPTED, NOT_SENT, Channel, Delivery, DeliveryState, message_id
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.gate import Wait
from herald.domain.message import TELLINGS, Content, Outgoing, template_values
from herald.domain.recipient_zone import zone_of
from herald.domain.retry import KEY_MENDED_WITHIN, backoff
from herald.ports import (
    AuditTrail,
    Checkpoint,
    Clock,
    ConfigurationStore,
    Count,
    Decisions,
    Ledger,
    NotificationRecord,
    OpenText,
    Renderer,
    RenderError,
    StaleDeliveryError,
    StateStore,
    WritebackQueue,
)  # fmt: skip
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.passage import Passage

MAX_RESENDS = 1
SOON = timedelta(seconds=2)
OVER_FOR_ALL_CHANNELS = frozenset({Reason.OUTCOME_UNKNOWN, Reason.WINDOW_PASSED, Reason.OVERTAKEN})
TURN_IS_KEPT = timedelta(minutes=1)
"""How late a delivery may come to its turn: if all who were held up came at once, they would be a burst again."""
AT_THE_GATE = frozenset({Reason.RESTING, Reason.WAITS_ITS_TURN})
WAITING = frozenset({DeliveryState.CLAIMED, DeliveryState.RETRY_AT, DeliveryState.UNKNOWN})


@dataclass(frozen=True)
class Dispatch:
    """Submits a notification on its first channel that still can carry it."""

    ledger: Ledger
    decisions: Decisions
    audit: AuditTrail
    configurations: ConfigurationStore
    renderer: Renderer
    opentext: OpenText
    passage: Passage
    state: StateStore
    writeback: WritebackQueue
    links: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """Fills a telling's links in. They are made here, so that none is stored. Raises ``CallFailed``."""
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    count: Count
    prefix: str
    lease: timedelta
    grace: timedelta
    window: timedelta

    def __call__(self, notification_id: str) -> Outcome:
        """Bring the notification one step on. Raises ``PoisonError`` if the ledger holds no such notification."""
        while True:
            record = self.ledger.load(notification_id)
            if record is None:
                raise PoisonError(Reason.NOT_FOUND, f"the ledger holds no notification {notification_id}")
            delivery = open_delivery(record)
            if delivery is None:
                self._settle_all(record)
                return DONE
            try:
                outcome = self._step(record, delivery)
            except StaleDeliveryError:
                return Later(SOON, Reason.CHANGED_MEANWHILE)
            if outcome is not None:
                return outcome

    def _step(self, record: NotificationRecord, delivery: Delivery) -> Outcome | None:
        """Return how the message ends, or ``None`` if the ledger moved and must be read again."""
        now = self.clock()
        if delivery.state in ACCEPTED:
            self._settle(record, delivery)
            return DONE
        if delivery.state in (DeliveryState.RETRY_AT, DeliveryState.UNKNOWN):
            self._note_waiting(record, delivery)
        if delivery.state in WAITING and delivery.due_at is not None and now < delivery.due_at:
            return Later(delivery.due_at - now, delivery.reason or Reason.OUTCOME_UNKNOWN)
        if delivery.state is DeliveryState.CLAIMED:
            # Whoever held the lease is gone, and nobody knows whether the submit went out before that.
            self._unknown(record, delivery, Reason.OUTCOME_UNKNOWN, "the process that held the claim ended")
            return None
        if delivery.state is DeliveryState.UNKNOWN and delivery.resends >= MAX_RESENDS:
            self._end(record, delivery, DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN, "re-sent once, still no answer")
            return None
        if delivery.state in WAITING and now - (delivery.begun_at or now) >= self.window:
            doubtful = delivery.state is DeliveryState.UNKNOWN
            state = DeliveryState.FAILED if doubtful else DeliveryState.EXPIRED
            reason = Reason.OUTCOME_UNKNOWN if doubtful else Reason.WINDOW_PASSED
            self._end(record, delivery, state, reason, delivery.detail)
            return None
        return self._submit(record, delivery, now)

    def _submit(self, record: NotificationRecord, delivery: Delivery, now: datetime) -> Outcome | None:
        # Everything that can go wrong on our side goes wrong before the claim, so that a claim means a submit.
        try:
            message = self._message(record, delivery.channel, delivery.reference)
        except RenderError as error:
            self._refused(record, delivery, Reason.RENDER_FAILED, str(error))
            return None
        except CallFailed as failure:
            # The key that signs links cannot be had: nothing was claimed, and the message comes again.
            return Later(KEY_MENDED_WITHIN, failure.reason)
        kept_back = self._kept_back(record, delivery)
        if kept_back is not None:
            self._end(record, delivery, DeliveryState.SKIPPED, *kept_back)
            return None
        on_time = delivery.turn and delivery.due_at is not None and now - delivery.due_at < TURN_IS_KEPT
        admission = self.passage.ask(has_turn=on_time)
        if isinstance(admission, Wait):
            held = delivery.held(now, admission.until, admission.reason, "at OpenText's gate", turn=admission.is_turn)
            self._write(record, held)
            return Later(admission.until - now, admission.reason)
        claimed = delivery.claimed(now, self.lease, resend=delivery.state is DeliveryState.UNKNOWN)
        self.ledger.write(claimed)
        self.checkpoint("dispatch.claimed", record.notification.subject)
        try:
            job_id = self.opentext.submit(message)
        except CallFailed as failure:
            outcome = self._failed(record, claimed, failure)
            self.passage.report(failure)
            return outcome
        self.checkpoint("dispatch.submitted", record.notification.subject)
        submitted = claimed.submitted(self.clock(), job_id)
        self.ledger.write(submitted)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self.passage.report(None)
        self._remember_address(record, submitted)
        self._settle(record, submitted)
        return DONE

    def _kept_back(self, record: NotificationRecord, delivery: Delivery) -> tuple[Reason, str] | None:
        """Return why the message must not go out on this channel, if so."""
        notification = record.notification
        if delivery.channel is not Channel.EMAIL:
            key = shelves.address_key(delivery.channel, notification.recipient.address(delivery.channel) or "")
            said = shelves.opt_outs(self.state).get(key)
            if said is not None and said["out"]:
                return Reason.OPTED_OUT, f"the recipient said stop ({said['event']})"
        if notification.sequence is None:
            return None
        row, place = notification.sequence
        key = shelves.row_key(row, notification.recipient.key)

        def tell(last: int | None) -> tuple[int | None, int]:
            return (place, place) if last is None or last < place else (None, last)

        last = shelves.told_so_far(self.state).change(key, tell)
        return (Reason.OVERTAKEN, "the recipient was told of a later step before") if last > place else None

    def _remember_address(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Note what an address got last, so that a reply without a reference finds what it answers."""
        if delivery.channel is Channel.EMAIL:
            return
        key = shelves.address_key(delivery.channel, record.notification.recipient.address(delivery.channel) or "")
        latest = {"notification": record.notification.id, "at": self.clock()}
        shelves.last_written_to(self.state).change(key, lambda _before: (latest, None))

    def _message(self, record: NotificationRecord, channel: Channel, reference: str) -> Outgoing:
        notification = record.notification
        decision = self.decisions.load(notification.event_id)
        if decision is None:
            raise PoisonError(Reason.NOT_FOUND, f"event {notification.event_id} has no decision")
        configuration = self.configurations.version(notification.config_version)
        rule = next((rule for rule in configuration.rules if rule.id == notification.rule_id), None)
        description = rule.description if rule else ""
        zone = zone_of(notification.recipient, configuration) if configuration.local_times else None
        values = template_values(
            decision.facts, notification.recipient, notification.rule_id, description, notification.severity, zone
        )
        telling = decision.facts.get(TELLINGS, {}).get(notification.about)
        if telling is not None:
            values |= self.links(telling)
        locale = notification.recipient.locale or configuration.default_locale
        renders: Mapping[Channel, Callable[..., Content]] = {
            Channel.EMAIL: self.renderer.email,
            Channel.SMS: self.renderer.sms,
            Channel.WHATSAPP: self.renderer.whatsapp,
        }
        return Outgoing(
            channel=channel, address=notification.recipient.address(channel) or "", reference=reference,
            message_id=message_id(self.prefix, reference), customer_reference=notification.event_id,
            content=renders[channel](configuration, notification.template, locale, values),
        )  # fmt: skip

    def _failed(self, record: NotificationRecord, claimed: Delivery, failure: CallFailed) -> Outcome | None:
        detail = f"HTTP {failure.status}: {failure.detail}" if failure.status else failure.detail
        if failure.fate is Fate.PERMANENT:
            self._refused(record, claimed, failure.reason, detail)
            return None
        if failure.fate is Fate.UNKNOWN:
            self._unknown(record, claimed, failure.reason, detail)
            return Later(self.grace, failure.reason)
        now = self.clock()
        wait = backoff(claimed.attempts, self.chance(), failure.retry_after)
        self._write(record, claimed.retry_at(now, now + wait, failure.reason, detail))
        return Later(wait, failure.reason)

    def _unknown(self, record: NotificationRecord, delivery: Delivery, reason: Reason, detail: str) -> None:
        now = self.clock()
        self._write(record, delivery.unknown(now, now + self.grace, reason, detail))

    def _refused(self, record: NotificationRecord, delivery: Delivery, reason: Reason, detail: str) -> None:
        """End for good. Where an earlier submit is in doubt, a refusal of the second says nothing about the first."""
        doubtful = delivery.resends > 0 or delivery.state is DeliveryState.UNKNOWN
        if doubtful:
            reason, detail = Reason.OUTCOME_UNKNOWN, f"the re-send was refused ({reason}): {detail}"
        self._end(record, delivery, DeliveryState.FAILED, reason, detail)

    def _end(
        self, record: NotificationRecord, delivery: Delivery, state: DeliveryState, reason: Reason, detail: str
    ) -> None:
        ended = delivery.ended(self.clock(), state, reason, detail)
        self.ledger.write(ended)
        self.count("DeliveriesSkipped" if state is DeliveryState.SKIPPED else "DeliveriesFailed", 1)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self._settle(record, ended)

    def _write(self, record: NotificationRecord, delivery: Delivery) -> None:
        self.ledger.write(delivery)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self._note_waiting(record, delivery)

    def _note_waiting(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Note that a delivery waits and why; again after a crash it changes nothing."""
        outcome = "retry" if delivery.state is DeliveryState.RETRY_AT else "unknown"
        if delivery.reason in AT_THE_GATE:
            outcome = "held"
        key = f"{outcome}:{delivery.reference}:{delivery.attempts}"
        self.audit.append(delivery_record(record, delivery, key, outcome, self.clock()))

    def _settle_all(self, record: NotificationRecord) -> None:
        for delivery in record.deliveries:
            self._settle(record, delivery)

    def _settle(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Do what follows from a state. Done again after a crash it changes nothing, so every pass ends with it."""
        if delivery.state in NOT_SENT:
            outcome = delivery.state.lower()
            put_writeback(self.writeback, record, delivery)
        else:
            outcome = "submitted"
        self.audit.append(delivery_record(record, delivery, f"{outcome}:{delivery.reference}", outcome, self.clock()))
        self.checkpoint("dispatch.audited", record.notification.subject)


def open_delivery(record: NotificationRecord) -> Delivery | None:
    """Return the delivery to work on: that of the first channel that did not fail; ``None`` if no channel is left.

    A message that perhaps arrived is not sent again on another channel, a passed window is over for all channels, and
    what a later step has overtaken is not told anywhere.
    """
    for channel in record.notification.channels:
        delivery = record.delivery(channel)
        if delivery.state not in NOT_SENT:
            return delivery
        if delivery.reason in OVER_FOR_ALL_CHANNELS:
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
