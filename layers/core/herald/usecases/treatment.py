"""What was found courteous is done: a message is held, left out, or told within a digest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from herald.domain.delivery import Delivery, DeliveryState
from herald.domain.digest import WaitsIn
from herald.domain.errors import Reason
from herald.ports import NotificationRecord, StateStore, Timers
from herald.usecases import courtesy_shelves
from herald.usecases.basis import Basis, FindBasis
from herald.usecases.courtesy import Courtesies, Hold, Leave
from herald.usecases.deliveries import Deliveries
from herald.usecases.gathering import Gathering, Tell
from herald.usecases.outcome import AGAIN, DONE, Again, Outcome


@dataclass(frozen=True)
class Treat:
    """Treats a message before it is submitted."""

    courtesies: Courtesies
    gathering: Gathering
    deliveries: Deliveries
    basis: FindBasis
    state: StateStore
    timers: Timers

    def __call__(self, record: NotificationRecord, delivery: Delivery, basis: Basis) -> Outcome | Again | None:
        """Return how the message ends for now, or ``None`` if it goes out.

        Raises ``StaleDeliveryError`` and ``StorageError``.
        """
        treatment = self.courtesies(record, delivery, basis.configuration, basis.decision.facts)
        if isinstance(treatment, Hold):
            self._hold(record, delivery, treatment)
            return DONE
        if isinstance(treatment, Leave):
            state, reason, detail = DeliveryState.SKIPPED, treatment.reason, treatment.detail
            if delivery.in_doubt:
                state, reason = DeliveryState.FAILED, Reason.OUTCOME_UNKNOWN
                detail = f"not sent again ({treatment.reason}): {detail}"
            self.deliveries.end(record, delivery, state, reason, detail)
            return AGAIN
        if isinstance(treatment, Tell):
            self._tell(treatment)
            return AGAIN
        return None

    def put_off(self, record: NotificationRecord, delivery: Delivery, basis: Basis) -> Outcome | None:
        """Put an e-mail into the digest of what is over budget; ``None`` if it has to go as it is."""
        hold = self.courtesies.over_budget(record, delivery, basis.configuration, basis.decision.facts)
        if hold is None:
            return None
        self._hold(record, delivery, hold)
        return DONE

    def wake(self, record: NotificationRecord, delivery: Delivery) -> None:
        """Have a message that is held come again, if nobody else brings it."""
        self.deliveries.note_waiting(record, delivery)
        if delivery.due_at is not None and self._wakes_itself(record, delivery):
            self.timers.set(record.notification.id, delivery.due_at)

    def _hold(self, record: NotificationRecord, delivery: Delivery, hold: Hold) -> None:
        held = delivery.held(self.deliveries.clock(), hold.until, hold.reason, hold.detail)
        self.deliveries.write(record, held)
        self.deliveries.checkpoint("dispatch.held", record.notification.subject)
        if hold.wakes or self._closed_meanwhile(hold):
            self.timers.set(record.notification.id, hold.until)

    def _closed_meanwhile(self, hold: Hold) -> bool:
        """Say whether a digest was told while a message was on its way into it: nobody would bring that message."""
        window = courtesy_shelves.windows(self.state).get(WaitsIn.read(hold.detail).digest)
        return window is None or window.closed_at is not None

    def _wakes_itself(self, record: NotificationRecord, delivery: Delivery) -> bool:
        if delivery.reason is not Reason.GATHERED:
            return True
        window = courtesy_shelves.windows(self.state).get(WaitsIn.read(delivery.detail).digest)
        return window is None or window.opener == record.notification.id

    def _tell(self, tell: Tell) -> None:
        """End every member of a closed digest and have the digest sent. Whoever wakes the others is the last to end."""
        window = courtesy_shelves.windows(self.state).get(tell.digest)
        loaded = [self.deliveries.ledger.load(member) for member in (window.members if window else ())]
        waiting = [record for record in loaded if record is not None and _waits(record, tell.digest)]
        over = {record.notification.id: why for record in waiting if (why := self._left_out(record)) is not None}
        told = tuple(record.notification.id for record in waiting if record.notification.id not in over)
        told = told if tell.channels else ()
        window = self.gathering.telling(tell.digest, told)
        told = window.told or ()
        opener = next((record for record in waiting if record.notification.id == window.opener), None)
        for record in waiting:
            if record is not opener:
                self._end_member(record, tell, told, over)
        if len(told) == 1 and tell.alone:
            self.timers.set(told[0], self.deliveries.clock())
        elif told:
            severity = max((record.notification.severity for record in waiting), key=lambda one: one.rank)
            first = next(record for record in waiting if record.notification.id == told[0])
            self.gathering.tell(window, tell, replace(first.notification, severity=severity))
            self.deliveries.checkpoint("dispatch.digest_opened", first.notification.subject)
        if opener is not None:
            self._end_member(opener, tell, told, over)

    def _end_member(
        self, record: NotificationRecord, tell: Tell, told: tuple[str, ...], over: Mapping[str, Leave]
    ) -> None:
        delivery = record.delivery(record.notification.channels[0])
        identity = record.notification.id
        if delivery.state is not DeliveryState.HELD or (told == (identity,) and tell.alone):
            return
        if identity in told:
            message = self.gathering.message_of(tell.digest, record.notification.recipient)
            self.deliveries.end(record, delivery, DeliveryState.DIGESTED, Reason.GATHERED, message)
        elif identity in over:
            left_out = over[identity]
            self.deliveries.end(record, delivery, DeliveryState.SKIPPED, left_out.reason, left_out.detail)
        else:
            # It came in too late for the digest, and goes out by itself.
            self.timers.set(identity, self.deliveries.clock())

    def _left_out(self, record: NotificationRecord) -> Leave | None:
        delivery, basis = record.delivery(record.notification.channels[0]), self.basis(record.notification)
        return self.courtesies.left_out(record, delivery, basis.configuration, basis.decision.facts)


def _waits(record: NotificationRecord, digest: str) -> bool:
    """Say whether a message waits in that digest, or was told by it when a process died before it was done."""
    delivery = record.delivery(record.notification.channels[0])
    held = delivery.state is DeliveryState.HELD and WaitsIn.read(delivery.detail).digest == digest
    return held or delivery.state is DeliveryState.DIGESTED


def treatment(deliveries: Deliveries, basis: FindBasis, state: StateStore, timers: Timers) -> Treat:
    """Return the treatment over what dispatch works with."""
    gathering = Gathering(state, deliveries.ledger, timers, deliveries.clock)
    return Treat(Courtesies(state, gathering, deliveries.clock), gathering, deliveries, basis, state, timers)
