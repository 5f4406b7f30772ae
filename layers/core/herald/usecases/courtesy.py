"""Whether a message goes out now, later, within another one, or not at all: asked before every submit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.configuration import Configuration
from herald.domain.courtesy import DIGEST_RULE, OVER_BUDGET, Throttle, Until
from herald.domain.delivery import NOT_SENT, Channel, Delivery, DeliveryState
from herald.domain.digest import WaitsIn
from herald.domain.errors import Reason
from herald.domain.notification import Notification, Severity
from herald.domain.paths import found
from herald.domain.sending_hours import held_until
from herald.ports import Clock, NotificationRecord, StateStore
from herald.usecases import courtesy_shelves, shelves
from herald.usecases.deliveries import open_delivery
from herald.usecases.gathering import Gathering, Tell
from herald.usecases.settled import settled


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now. ``wakes``: this very message has to come again when the time has come."""

    until: datetime
    reason: Reason
    detail: str
    wakes: bool = True


@dataclass(frozen=True, slots=True)
class Leave:
    """Not on this channel, or, for some reasons, not at all."""

    reason: Reason
    detail: str


Treatment = Hold | Leave | Tell


@dataclass(frozen=True)
class Courtesies:
    """Treats messages as ``courtesy.yaml`` says, and as operators silence them. What is critical only they hold up."""

    state: StateStore
    gathering: Gathering
    clock: Clock

    def __call__(
        self, record: NotificationRecord, delivery: Delivery, configuration: Configuration, facts: Mapping[str, Any]
    ) -> Treatment | None:
        """Return what becomes of a message before it is submitted on a channel; ``None``: it goes out.

        Asked again, after a crash or because the message came twice, it says the same. Raises ``StorageError``.
        """
        case = _Case(record, delivery, configuration, facts, self.clock())
        courteous: tuple[Callable[[_Case], Treatment | None], ...] = (
            self._reached, self._settled, self._silenced, self._repeated, self._gathered, self._throttled, _held,
        )  # fmt: skip
        # Whoever brings a digest comes first of all: others wait for it, whatever has become of itself.
        treatments = (
            self._told_in_digest, self._opted_out, *(courteous if delivery.attempts == 0 else ()), self._overtaken,
        )  # fmt: skip
        return next((found for treat in treatments if (found := treat(case)) is not None), None)

    def over_budget(
        self, record: NotificationRecord, delivery: Delivery, configuration: Configuration, facts: Mapping[str, Any]
    ) -> Hold | None:
        """Return in which digest a message waits that is dear for its budget; ``None`` if none can take it."""
        case = _Case(record, delivery, configuration, facts, self.clock())
        digest = OVER_BUDGET
        known = any(key.startswith(f"{digest.template}/") for key in configuration.templates)
        if not known or not self._may_be_gathered(case, digest.told_over):
            return None
        group = courtesy_shelves.group_key(f"over-budget/{digest.id}", case.person, "")
        return self._joined(case, group, digest.id, digest.wait, digest.interval)

    def left_out(
        self, record: NotificationRecord, delivery: Delivery, configuration: Configuration, facts: Mapping[str, Any]
    ) -> Leave | None:
        """Return why a digest leaves a message out that waits in it; ``None`` if it tells it. Raises ``StorageError``.

        It notes what it tells, as what goes out by itself is noted.
        """
        case = _Case(record, delivery, configuration, facts, self.clock())
        return self._settled(case) or self._silenced(case) or self._overtaken(case)

    def _opted_out(self, case: "_Case") -> Leave | None:
        event = self._stopped(case, case.delivery.channel)
        return Leave(Reason.OPTED_OUT, f"the recipient said stop ({event})") if event else None

    def _stopped(self, case: "_Case", channel: Channel) -> str:
        """Return the event by which the recipient said stop on a channel; empty if they did not."""
        if channel is Channel.EMAIL:
            return ""
        key = shelves.address_key(channel, case.notification.recipient.address(channel) or "")
        said = shelves.opt_outs(self.state).get(key)
        return str(said["event"]) if said and said["out"] else ""

    def _may_be_gathered(self, case: "_Case", channels: tuple[Channel, ...]) -> bool:
        """Say whether it may become part of a digest that can reach them: once, before anything else is done with it.

        What has waited in a digest or for its hours goes out when that is over, or it could wait by turns for ever.
        What is told in words of its own, as approvals are, holds links and codes that no digest could tell.
        """
        alone = case.is_digest or case.notification.about or case.is_critical
        return not (case.record.deliveries or alone) and bool(self._reachable(case, channels))

    def _reachable(self, case: "_Case", channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
        """Return over which channels a digest may go: those they have, want, agreed to and did not stop."""
        return tuple(one for one in case.notification.recipient.over(channels) if not self._stopped(case, one))

    def _overtaken(self, case: "_Case") -> Leave | None:
        """Treat what stands in a row. It is the last to be asked, for it notes that this one is told."""
        if case.notification.sequence is None:
            return None
        row, place = case.notification.sequence

        def tell(last: int | None) -> tuple[int | None, int]:
            return (place, place) if last is None or last < place else (None, last)

        last = shelves.told_so_far(self.state).change(shelves.row_key(row, case.person), tell)
        return Leave(Reason.OVERTAKEN, "the recipient was told of a later step before") if last > place else None

    def _reached(self, case: "_Case") -> Treatment | None:
        after = case.configuration.courtesy.next_channel_for(case.notification.rule_id)
        if after is None or after.unless is Until.SETTLED:
            return None
        reached = [one for one in case.record.deliveries if one.overdue and one.state is DeliveryState.DELIVERED]
        return Leave(Reason.REACHED, f"it arrived by {reached[0].channel} meanwhile") if reached else None

    def _settled(self, case: "_Case") -> Leave | None:
        if not case.has_waited or case.is_digest:
            return None
        why = settled(case.notification, case.facts, self.state)
        return Leave(Reason.SETTLED, why) if why else None

    def _silenced(self, case: "_Case") -> Leave | None:
        for silence in courtesy_shelves.silences(self.state).get(courtesy_shelves.ALL) or ():
            if silence.keeps_back(case.notification, case.now):
                return Leave(Reason.SILENCED, f"{silence.id} by {silence.by}: {silence.comment}")
        return None

    def _gathered(self, case: "_Case") -> Treatment | None:
        digest = case.configuration.courtesy.digest_for(case.notification.rule_id)
        if digest is None or not self._may_be_gathered(case, digest.told_over):
            return None
        group = courtesy_shelves.group_key(f"digest/{digest.id}", case.person, case.value(digest.by))
        # What comes in the night is one digest in the morning.
        opens = case.opens(self._reachable(case, digest.told_over)[0]) or case.now
        return self._joined(case, group, digest.id, max(digest.wait, opens - case.now), digest.interval)

    def _told_in_digest(self, case: "_Case") -> Treatment | None:
        """Treat what has waited in a digest; ``None`` where it is told by itself: alone in it, or too late for it."""
        if case.delivery.state is not DeliveryState.HELD or case.delivery.reason is not Reason.GATHERED:
            return None
        waits_in = WaitsIn.read(case.delivery.detail)
        window = self.gathering.of(waits_in.digest)
        mine = case.notification.id
        told_by = case.configuration.courtesy.gatherer(waits_in.gatherer)
        alone = told_by is not OVER_BUDGET or case.delivery.channel in OVER_BUDGET.told_over
        if window is None or (window.told is not None and mine not in window.told):
            return None
        if window.told == (mine,) and alone:
            return None
        if window.closed_at is None:
            return Hold(window.due_at, Reason.GATHERED, case.delivery.detail, wakes=window.opener == mine)
        return Tell(waits_in.digest, told_by.template, self._reachable(case, told_by.told_over), alone)

    def _repeated(self, case: "_Case") -> Treatment | None:
        repeat = case.configuration.courtesy.repeat_for(case.notification.rule_id)
        value = case.value(repeat.by) if repeat is not None else ""
        # Of what the path does not find nobody knows whether it is the same.
        if repeat is None or not value or case.is_critical or case.is_digest or case.notification.about:
            return None
        mine, key = case.notification.id, courtesy_shelves.group_key(f"repeat/{repeat.id}", case.person, value)
        shelf = courtesy_shelves.told(self.state)
        before = shelf.get(key)
        lost = before["notification"] if before is not None and self._never_told(before["notification"]) else None

        def tell(last: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
            if last is not None and last["notification"] != lost and case.now - last["at"] < repeat.within:
                return None, last
            return {"notification": mine, "at": case.now}, None

        last = shelf.change(key, tell)
        if last is None or last["notification"] == mine:
            return None
        return Leave(Reason.REPEATED, f"{last['notification']} of {last['at']:%Y-%m-%dT%H:%MZ} tells it ({repeat.id})")

    def _never_told(self, identity: str) -> bool:
        """Say whether a message came to an end on all its channels without having gone out."""
        record = self.gathering.ledger.load(identity)
        if record is None or open_delivery(record) is not None:
            return False
        return all(one.state in NOT_SENT and one.reason is not Reason.OUTCOME_UNKNOWN for one in record.deliveries)

    def _throttled(self, case: "_Case") -> Treatment | None:
        for throttle in case.configuration.courtesy.throttles:
            counts = throttle.serves(case.notification.rule_id) and case.delivery.channel in throttle.channels
            if not counts or case.is_critical or case.is_digest or case.notification.about:
                continue
            gathers = self._may_be_gathered(case, throttle.told_over)
            free_at = self._free_at(case, throttle, gathers=gathers)
            if free_at is not None:
                group = courtesy_shelves.group_key(f"throttle/{throttle.id}", case.person, "")
                return self._joined(case, group, throttle.id, free_at - case.now, timedelta(0))
        return None

    def _free_at(self, case: "_Case", throttle: Throttle, *, gathers: bool) -> datetime | None:
        """Count a message for when it may go out; return when there is room again if there is none then.

        What cannot be gathered goes out and is counted all the same.
        """
        mine, goes_at = case.delivery.reference, case.opens(case.delivery.channel) or case.now

        def count(before: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, datetime | None]:
            passed = [(one, at) for one, at in (before or {}).get("passed", ()) if goes_at - at < throttle.within]
            if any(one == mine for one, _ in passed):
                return None, None
            near = sorted(at for _, at in passed if at - goes_at < throttle.within)
            if gathers and len(near) >= throttle.most:
                return None, near[-throttle.most] + throttle.within
            return {"passed": [*([one, at] for one, at in passed), [mine, goes_at]]}, None

        return courtesy_shelves.counted(self.state).change(
            courtesy_shelves.group_key(throttle.id, case.person, ""), count
        )

    def _joined(self, case: "_Case", group: str, name: str, wait: timedelta, interval: timedelta) -> Hold:
        place = self.gathering.join(group, case.notification.id, wait, interval)
        return Hold(place.due_at, Reason.GATHERED, str(WaitsIn(name, place.digest)), wakes=place.opener)


@dataclass(frozen=True, slots=True)
class _Case:
    """One message before one submit."""

    record: NotificationRecord
    delivery: Delivery
    configuration: Configuration
    facts: Mapping[str, Any]
    now: datetime

    @property
    def notification(self) -> Notification:
        return self.record.notification

    @property
    def person(self) -> str:
        return self.notification.recipient.key

    @property
    def is_critical(self) -> bool:
        return self.notification.severity is Severity.CRITICAL

    @property
    def is_digest(self) -> bool:
        return self.notification.rule_id == DIGEST_RULE

    @property
    def has_waited(self) -> bool:
        """Whether so much time went by that the matter may be over: it was held, or another channel had its time."""
        return self.delivery.state is DeliveryState.HELD or any(one.overdue for one in self.record.deliveries)

    def opens(self, channel: Channel) -> datetime | None:
        recipient = self.notification.recipient
        return held_until(self.configuration, recipient, channel, self.notification.severity, self.now)

    def value(self, path: str | None) -> str:
        value = found(path, self.facts) if path else None
        return "" if value is None else str(value)


def _held(case: _Case) -> Treatment | None:
    channel = case.delivery.channel
    until = case.opens(channel)
    return Hold(until, Reason.QUIET_HOURS, f"outside sending hours of {channel}") if until is not None else None
