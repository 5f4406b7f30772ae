"""Deliveries without a final state: OpenText is asked about those it took, others are woken, the oldest are closed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from herald.domain.delivery import LOOKS_END, Delivery, DeliveryState
from herald.domain.envelope import EnvelopeRefusedError, Told
from herald.domain.errors import CallFailed, Reason
from herald.domain.event import Origin
from herald.domain.gate import Wait
from herald.domain.media_type import JSON
from herald.domain.opentext_envelope import read_status_push
from herald.domain.sweep import Sweep
from herald.ports import (
    AuditTrail,
    Checkpoint,
    Clock,
    Count,
    DispatchQueue,
    Inbox,
    Ledger,
    OpenText,
    Recorded,
    StaleDeliveryError,
    StateStore,
    WritebackQueue,
)  # fmt: skip
from herald.usecases import shelves
from herald.usecases.deliveries import delivery_record, put_writeback
from herald.usecases.outcome import DONE, SOON, Later, Outcome
from herald.usecases.passage import Passage
from herald.usecases.track import record_with

TAKEN = frozenset({DeliveryState.SUBMITTED, DeliveryState.SENT})
NAME = "deliveries"
MOST = 100
ABANDONED = timedelta(minutes=10)
"""How long after its time a waiting delivery counts as forgotten by its queue."""


@dataclass(frozen=True)
class SettleDeliveries:
    """Looks at deliveries whose time has come, those waiting longest first.

    What OpenText answers enters the inbox as the webhook would have told it, so a late webhook is absorbed and tracking
    applies it like any other report.
    """

    ledger: Ledger
    inbox: Inbox
    opentext: OpenText
    passage: Passage
    state: StateStore
    audit: AuditTrail
    dispatch: DispatchQueue
    writeback: WritebackQueue
    clock: Clock
    checkpoint: Checkpoint
    count: Count
    source: str

    def __call__(self, attempt: int, enough_time: Callable[[], bool]) -> Outcome:  # noqa: ARG002 - as every sweep is called
        """Go through what is due; ``Later`` where time gave out or others go first at OpenText's gate.

        One sweep at a time: while there is much to ask, each schedule would otherwise add one that goes on and on.
        """
        shelf = shelves.sweeps(self.state)

        def take(standing: Sweep | None) -> tuple[Sweep | None, bool]:
            taken = (standing or Sweep()).leased(self.clock(), timedelta(0))
            return taken, taken is not None

        if not shelf.change(NAME, take):
            return DONE
        outcome = self._go_through(enough_time)
        ended = outcome is DONE

        def release(standing: Sweep | None) -> tuple[Sweep | None, None]:
            sweep = standing or Sweep()
            return (sweep.finished(self.clock()) if ended else sweep.released()), None

        shelf.change(NAME, release)
        if ended:
            self.count("SweepsFinished", 1)
        return outcome

    def _go_through(self, enough_time: Callable[[], bool]) -> Outcome:
        while due := self.ledger.unsettled(self.clock(), MOST):
            for delivery in due:
                if not enough_time():
                    return Later(timedelta(0), Reason.CONTINUED)
                try:
                    waiting = self._look(delivery)
                except StaleDeliveryError:
                    continue
                if waiting is not None:
                    return waiting
            if len(due) < MOST:
                break
        return DONE

    def _look(self, delivery: Delivery) -> Outcome | None:
        now = self.clock()
        if delivery.state not in TAKEN:
            if delivery.due_at is None or now - delivery.due_at >= ABANDONED:
                self.dispatch.put(delivery.notification_id)
            self.ledger.write(delivery.looked_at(now))
            return None
        if delivery.next_at is not None and now - delivery.next_at >= ABANDONED:
            self.dispatch.put(delivery.notification_id)
        if now - (delivery.submitted_at or delivery.begun_at or now) >= LOOKS_END:
            self._close(delivery, now)
            return None
        admission = self.passage.ask_if_free()
        if isinstance(admission, Wait):
            # In a rest nothing is asked; the next schedule looks again.
            return DONE if admission.reason is Reason.RESTING else Later(SOON, admission.reason)
        self._ask(delivery)
        self.checkpoint("settle.asked", delivery.reference)
        self.ledger.write(delivery.looked_at(self.clock()))
        return None

    def _ask(self, delivery: Delivery) -> None:
        try:
            body = self.opentext.status(delivery.channel, delivery.job_id or "")
        except CallFailed as failure:
            # No answer is no news: it is asked again when the interval is over, and closed at the end.
            self.passage.report(failure)
            self.count("StatusAsksFailed", 1)
            return
        self.passage.report(None)
        self._enter(body)

    def _enter(self, body: dict[str, Any]) -> None:
        told = Told(self.source, JSON, body, signed=False, message_id="", received_at=self.clock())
        try:
            events = read_status_push(told)
        except EnvelopeRefusedError:
            self.count("StatusAsksFailed", 1)
            return
        for event in events:
            if self.inbox.record(replace(event, origin=Origin.RECONCILE)) is Recorded.NEW:
                self.count("ReportsFound", 1)

    def _close(self, delivery: Delivery, now: datetime) -> None:
        detail = f"{delivery.state} was the last that OpenText told in {LOOKS_END.total_seconds() / 3600:.0f} hours"
        closed = delivery.ended(now, DeliveryState.UNCONFIRMED, Reason.VENDOR_SILENT, detail)
        self.ledger.write(closed)
        self.count("DeliveriesUnconfirmed", 1)
        self.checkpoint("settle.closed", delivery.reference)
        record = self.ledger.load(delivery.notification_id)
        if record is None:
            return
        key = f"unconfirmed:{delivery.reference}"
        line = delivery_record(record_with(record, closed), closed, key, "unconfirmed", now)
        self.audit.append(replace(line, actor="reconcile"))
        put_writeback(self.writeback, record, closed)
