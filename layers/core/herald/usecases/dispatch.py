"""From notification to OpenText: the ledger decides, one channel at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from herald.domain.budget import DIGEST, Admit
from herald.domain.courtesy import DIGEST_RULE, Until
from herald.domain.delivery import ACCEPTED, Channel, Delivery, DeliveryState
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.gate import Wait
from herald.domain.message import Outgoing
from herald.domain.retry import KEY_MENDED_WITHIN, backoff
from herald.ports import (
    Checkpoint,
    Clock,
    Ledger,
    NotificationRecord,
    OpenText,
    RenderError,
    StaleDeliveryError,
    StateStore,
    Timers,
)  # fmt: skip
from herald.usecases import shelves
from herald.usecases.basis import Basis, FindBasis
from herald.usecases.budget import Budgets
from herald.usecases.deliveries import Deliveries, open_delivery
from herald.usecases.message_making import MessageMaker
from herald.usecases.outcome import AGAIN, DONE, SOON, Again, Later, Outcome
from herald.usecases.passage import Passage
from herald.usecases.treatment import Treat

MAX_RESENDS = 1
TURN_IS_KEPT = timedelta(minutes=1)
"""How late a delivery may come to its turn: if all who were held up came at once, they would be a burst again."""
WAITING = frozenset({DeliveryState.CLAIMED, DeliveryState.RETRY_AT, DeliveryState.UNKNOWN})
SUCCESS: Final[Mapping[Until, frozenset[DeliveryState]]] = {
    Until.SENT: frozenset({DeliveryState.SENT, DeliveryState.DELIVERED}),
    Until.DELIVERED: frozenset({DeliveryState.DELIVERED}),
    # Whether a matter is settled is asked before the next channel is used.
    Until.SETTLED: frozenset(),
}


@dataclass(frozen=True)
class Dispatch:
    """Submits a notification on its first channel that still can carry it."""

    ledger: Ledger
    deliveries: Deliveries
    basis: FindBasis
    messages: MessageMaker
    treat: Treat
    timers: Timers
    budgets: Budgets
    opentext: OpenText
    passage: Passage
    state: StateStore
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
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
                self.deliveries.settle_all(record)
                return DONE
            try:
                outcome = self._step(record, delivery)
            except StaleDeliveryError:
                return Later(SOON, Reason.CHANGED_MEANWHILE)
            if not isinstance(outcome, Again):
                return outcome

    def _step(self, record: NotificationRecord, delivery: Delivery) -> Outcome | Again:
        now = self.clock()
        if delivery.state in ACCEPTED:
            self.deliveries.settle(record, delivery)
            return self._after_submit(record, delivery, now)
        if delivery.state is DeliveryState.HELD and delivery.due_at is not None and now < delivery.due_at:
            self.treat.wake(record, delivery)
            return DONE
        return self._after_a_try(record, delivery, now) or self._submit(record, delivery, now)

    def _after_a_try(self, record: NotificationRecord, delivery: Delivery, now: datetime) -> Outcome | Again | None:
        """Return what becomes of a message that waits for its next try, or is in doubt; ``None``: its try is due."""
        if delivery.state in (DeliveryState.RETRY_AT, DeliveryState.UNKNOWN):
            self.deliveries.note_waiting(record, delivery)
        if delivery.state in WAITING and delivery.due_at is not None and now < delivery.due_at:
            return Later(delivery.due_at - now, delivery.reason or Reason.OUTCOME_UNKNOWN)
        if delivery.state is DeliveryState.CLAIMED:
            # Whoever held the lease is gone, and nobody knows whether the submit went out before that.
            self._unknown(record, delivery, Reason.OUTCOME_UNKNOWN, "the process that held the claim ended")
            return AGAIN
        doubtful = delivery.state is DeliveryState.UNKNOWN
        if doubtful and delivery.resends >= MAX_RESENDS:
            silent = "re-sent once, still no answer"
            self.deliveries.end(record, delivery, DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN, silent)
            return AGAIN
        if delivery.state in WAITING and now - (delivery.begun_at or now) >= self.window:
            state = DeliveryState.FAILED if doubtful else DeliveryState.EXPIRED
            reason = Reason.OUTCOME_UNKNOWN if doubtful else Reason.WINDOW_PASSED
            self.deliveries.end(record, delivery, state, reason, delivery.detail)
            return AGAIN
        return None

    def _after_submit(self, record: NotificationRecord, delivery: Delivery, now: datetime) -> Outcome | Again:
        """See to it that the next channel takes over where this one had no success in its time."""
        if delivery.next_at is None:
            return DONE
        after = self.basis(record.notification).next_channel
        if after is None or delivery.state in SUCCESS[after.unless]:
            return DONE
        if now < delivery.next_at:
            self.timers.set(record.notification.id, delivery.next_at)
            return DONE
        self.deliveries.pass_on(record, delivery, f"not {after.unless} within {after.after}")
        return AGAIN

    def _submit(self, record: NotificationRecord, delivery: Delivery, now: datetime) -> Outcome | Again:
        # Everything that can go wrong on our side goes wrong before the claim, so that a claim means a submit.
        basis = self.basis(record.notification)
        try:
            message = self.messages(delivery, basis)
        except RenderError as error:
            self._refused(record, delivery, Reason.RENDER_FAILED, str(error))
            return AGAIN
        except CallFailed as failure:
            # The key that signs links cannot be had: nothing was claimed, and the message comes again.
            return Later(KEY_MENDED_WITHIN, failure.reason)
        treated = (
            self.treat(record, delivery, basis)
            or self._over_budget(record, delivery, basis, message)
            or self._held_at_the_gate(record, delivery, now)
        )
        if treated is not None:
            return treated
        claimed = delivery.claimed(now, self.lease, resend=delivery.state is DeliveryState.UNKNOWN)
        self.ledger.write(claimed)
        self.checkpoint("dispatch.claimed", record.notification.subject)
        self.budgets.charge(record.notification, claimed, message, now)
        try:
            job_id = self.opentext.submit(message)
        except CallFailed as failure:
            outcome = self._failed(record, claimed, failure)
            self.passage.report(failure)
            return outcome
        self.checkpoint("dispatch.submitted", record.notification.subject)
        next_at = self._next_at(record, basis)
        submitted = claimed.submitted(self.clock(), job_id, next_at)
        self.ledger.write(submitted)
        self.checkpoint("dispatch.recorded", record.notification.subject)
        self.passage.report(None)
        self._remember_address(record, submitted)
        self.deliveries.settle(record, submitted)
        if next_at is not None:
            self.timers.set(record.notification.id, next_at)
        return DONE

    def _over_budget(
        self, record: NotificationRecord, delivery: Delivery, basis: Basis, message: Outgoing
    ) -> Outcome | Again | None:
        """Send it a cheaper way where a budget is nearly spent; what perhaps arrived already goes no other way."""
        if delivery.in_doubt or record.notification.rule_id == DIGEST_RULE:
            return None
        ruling = self.budgets.look(record.notification, message, self.clock())
        if isinstance(ruling, Admit):
            return None
        if ruling.to == DIGEST:
            return self.treat.put_off(record, delivery, basis)
        self.deliveries.end(record, delivery, DeliveryState.SKIPPED, Reason.OVER_BUDGET, ruling.detail)
        return AGAIN

    def _held_at_the_gate(self, record: NotificationRecord, delivery: Delivery, now: datetime) -> Outcome | None:
        on_time = delivery.turn and delivery.due_at is not None and now - delivery.due_at < TURN_IS_KEPT
        admission = self.passage.ask(has_turn=on_time)
        if not isinstance(admission, Wait):
            return None
        waiting = delivery.waits(now, admission.until, admission.reason, "at OpenText's gate", turn=admission.is_turn)
        self.deliveries.write(record, waiting)
        return Later(admission.until - now, admission.reason)

    def _next_at(self, record: NotificationRecord, basis: Basis) -> datetime | None:
        """Return when the next channel takes over, where the configuration says so."""
        after = basis.next_channel
        return self.clock() + after.after if after is not None and len(record.notification.channels) > 1 else None

    def _remember_address(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Note what an address got last, so that a reply without a reference finds what it answers."""
        if delivery.channel is Channel.EMAIL:
            return
        key = shelves.address_key(delivery.channel, record.notification.recipient.address(delivery.channel) or "")
        latest = {"notification": record.notification.id, "at": self.clock()}
        shelves.last_written_to(self.state).change(key, lambda _before: (latest, None))

    def _failed(self, record: NotificationRecord, claimed: Delivery, failure: CallFailed) -> Outcome | Again:
        detail = f"HTTP {failure.status}: {failure.detail}" if failure.status else failure.detail
        if failure.fate is Fate.PERMANENT:
            self._refused(record, claimed, failure.reason, detail)
            return AGAIN
        if failure.fate is Fate.UNKNOWN:
            self._unknown(record, claimed, failure.reason, detail)
            return Later(self.grace, failure.reason)
        now = self.clock()
        wait = backoff(claimed.attempts, self.chance(), failure.retry_after)
        self.deliveries.write(record, claimed.retry_at(now, now + wait, failure.reason, detail))
        return Later(wait, failure.reason)

    def _unknown(self, record: NotificationRecord, delivery: Delivery, reason: Reason, detail: str) -> None:
        now = self.clock()
        self.deliveries.write(record, delivery.unknown(now, now + self.grace, reason, detail))

    def _refused(self, record: NotificationRecord, delivery: Delivery, reason: Reason, detail: str) -> None:
        """End for good. Where an earlier submit is in doubt, a refusal of the second says nothing about the first."""
        if delivery.in_doubt:
            reason, detail = Reason.OUTCOME_UNKNOWN, f"the re-send was refused ({reason}): {detail}"
        self.deliveries.end(record, delivery, DeliveryState.FAILED, reason, detail)
