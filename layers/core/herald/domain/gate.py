"""The gate before a vendor: a rate limit that makes a burst a queue, and a circuit breaker that lets an ill one rest.

All who call the vendor share one gate, so it is a value: each step takes it and gives the next one. A call that cannot
go now is told when to come, not to try its luck: a turn once given is its own.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from herald.domain.errors import CallFailed, Reason
from herald.domain.retry import LONGEST_RETRY_AFTER_SECONDS

UNNAMED_PAUSE_SECONDS = 1.0
"""How long nobody goes after a rate-limited answer that names no time. It does not grow: the one who got the answer
backs off by itself, and each further such answer pauses all again."""
ASKS_TO_WAIT = frozenset({425, 429, 503})
"""The statuses whose ``Retry-After`` speaks of the destination, not of the one call (RFC 9110 15.6.4, RFC 6585 4)."""
FAILURES_OF_THE_DESTINATION = frozenset({
    Reason.SERVER_ERROR, Reason.UNREACHABLE, Reason.TIMED_OUT, Reason.CONNECTION_LOST, Reason.AUTHENTICATION,
    Reason.ANSWER_UNREADABLE,
})  # fmt: skip
"""What any other call would have met too. A wrong credential is among them: it fails all calls alike."""

Condition = Literal["closed", "open", "half-open", "paused"]


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """How much a destination bears, and when it is left alone.

    ``per_second`` is what flows in the long run; ``burst`` goes at once after quiet (left out: one second's worth, at
    least 1). The circuit opens when within ``window`` at least ``least_calls`` calls were begun or reported and
    ``failure_share`` of them failed. It rests for ``first_rest``, doubled with each probe that fails, up to
    ``longest_rest``. A probe without a report counts as failed after ``probe_patience``. ``probe_time`` is what a probe
    usually takes; turns are given after that, so that most who wait find its result and need not be sent away twice.
    Raises ``ValueError`` unless ``per_second`` is finite and above 0 and ``burst`` at least 1.
    """

    per_second: float
    burst: float = 0.0
    window: timedelta = timedelta(seconds=60)
    least_calls: int = 10
    failure_share: float = 0.5
    first_rest: timedelta = timedelta(seconds=30)
    longest_rest: timedelta = timedelta(minutes=20)
    probe_patience: timedelta = timedelta(seconds=60)
    probe_time: timedelta = timedelta(seconds=15)

    def __post_init__(self) -> None:
        """Fill in the burst and check."""
        if not 0 < self.per_second < math.inf:
            raise ValueError("a gate lets through a finite number of calls per second, more than 0")
        if self.burst == 0:
            object.__setattr__(self, "burst", max(1.0, self.per_second))
        if not self.burst >= 1:
            raise ValueError("a gate's burst is at least one call")

    @property
    def distance(self) -> timedelta:
        """The time between two turns, in whole microseconds; rounded up, so that the rate is never exceeded."""
        return timedelta(microseconds=math.ceil(1_000_000 / self.per_second))

    @property
    def credit(self) -> timedelta:
        """How far the next turn may lie in the past: what quiet saves up for a burst."""
        return self.distance * (self.burst - 1)


@dataclass(frozen=True, slots=True)
class Gate:
    """What all who call a destination know of it together.

    ``next_turn`` is the turn that the next call gets; in the past, it is the credit for a burst. ``turns`` counts those
    given in a row just before ``next_turn`` whose time was still to come: they count as calls when it comes.
    ``calls`` and ``failures`` are those since ``window_start``. While the circuit is not closed ``opened_until`` ends
    the rest, ``opened_at`` is the first of ``openings`` consecutive openings, and ``probe_at`` is when the probe went
    that nobody reported yet. ``paused_until`` is what the destination asked for.
    """

    next_turn: datetime | None = None
    turns: int = 0
    window_start: datetime | None = None
    calls: int = 0
    failures: int = 0
    opened_at: datetime | None = None
    opened_until: datetime | None = None
    openings: int = 0
    probe_at: datetime | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """The call may be made now, once, and its end is to be reported."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The call may not be made now: come again at ``until``, which is in the future.

    ``is_turn`` says that ``until`` was given as a turn; without one the call must ask for one when it comes again.
    """

    until: datetime
    reason: Reason
    is_turn: bool = True


Admission = Go | Wait


def admit(gate: Gate, policy: GatePolicy, now: datetime, *, has_turn: bool) -> tuple[Gate, Admission]:
    """Say whether a call may be made now, and what the gate is after that.

    ``has_turn`` says that the call comes back at a turn it was given. It then goes without taking another, and leaves a
    closed gate as it is, so that nothing need be written; in a rest its turn is void, and it gets a new one. When the
    rest is over, whoever comes first is the probe, with or without a turn: one call alone at the vendor does no harm,
    and all others wait for its result.
    """
    gate = _without_lost_probe(gate, policy, now)
    rest_ends = _rest_ends(gate, policy, now)
    if rest_ends is not None:
        turn = _turn_after(gate, policy, rest_ends)
        return _turn_given(gate, policy, now, turn), Wait(turn, Reason.RESTING)
    if gate.opened_until is not None:
        probed = gate if has_turn else _gone(gate, policy, now)
        return replace(probed, probe_at=now), Go()
    if has_turn:
        return gate, Go()
    if gate.next_turn is not None and gate.next_turn > now:
        return _turn_given(gate, policy, now, gate.next_turn), Wait(gate.next_turn, Reason.WAITS_ITS_TURN)
    return _gone(gate, policy, now), Go()


def reported(
    gate: Gate, policy: GatePolicy, now: datetime, *, failed: bool, retry_after: float | None
) -> tuple[Gate, bool]:
    """Return the gate after a call ended, and whether that opened the circuit.

    ``failed`` is about the destination (``is_failure``); ``retry_after`` is the seconds for which nobody is to go
    (``asked_pause``), clamped to an hour. A success leaves a closed gate as it is, so that nothing need be written: the
    call was counted when it began. While the circuit is not closed only the probe is believed, also a late one that
    nobody took for lost yet. Where no probe is out, the report is of a call that began before: it says nothing of now.
    """
    gate = _paused(gate, now, retry_after)
    if gate.opened_until is not None:
        if gate.probe_at is None:
            return gate, False
        return (_opened(gate, policy, now), True) if failed else (_closed(gate, policy, now), False)
    if not failed:
        return gate, False
    counted = _in_window(gate, policy, now)
    failures = counted.failures + 1
    # A call that began in the window before is reported in this one, where it was not counted.
    counted = replace(counted, failures=failures, calls=max(counted.calls, failures))
    if counted.calls >= policy.least_calls and failures >= policy.failure_share * counted.calls:
        return _opened(counted, policy, now), True
    return counted, False


def is_failure(failure: CallFailed | None) -> bool:
    """Say whether a call's end speaks against the destination. One that refuses a single request is well."""
    return failure is not None and failure.reason in FAILURES_OF_THE_DESTINATION


def asked_pause(failure: CallFailed | None) -> float | None:
    """Return for how many seconds the destination asks all to stay away; ``None`` if it does not."""
    if failure is None:
        return None
    limited = failure.reason is Reason.RATE_LIMITED
    if failure.retry_after is not None and (limited or failure.status in ASKS_TO_WAIT):
        return failure.retry_after
    return UNNAMED_PAUSE_SECONDS if limited else None


def condition(gate: Gate, now: datetime) -> Condition:
    """Return what a person is shown: ``open`` and ``paused`` let nobody through, ``half-open`` one probe at a time."""
    if gate.opened_until is not None and gate.opened_until > now:
        return "open"
    if gate.paused_until is not None and gate.paused_until > now:
        return "paused"
    return "closed" if gate.opened_until is None else "half-open"


def to_document(gate: Gate) -> dict[str, Any]:
    """Return the gate as the state table keeps it: points in time and whole numbers, so nothing is rounded."""
    return {field.name: getattr(gate, field.name) for field in fields(Gate)}


def gate_of(document: Mapping[str, Any]) -> Gate:
    """Return the gate the state table holds. What another version of Herald wrote beside it is passed over."""
    return Gate(**{field.name: document[field.name] for field in fields(Gate) if field.name in document})


def _rest_ends(gate: Gate, policy: GatePolicy, now: datetime) -> datetime | None:
    """Return when somebody may go again; ``None`` if somebody may go now."""
    ends = [end for end in (gate.opened_until, gate.paused_until) if end is not None]
    if gate.probe_at is not None:
        usually = gate.probe_at + policy.probe_time
        ends.append(usually if usually > now else gate.probe_at + policy.probe_patience)
    latest = max(ends, default=now)
    return latest if latest > now else None


def _turn_after(gate: Gate, policy: GatePolicy, rest_ends: datetime) -> datetime:
    """Return the next turn that lies in no rest: the first after an open circuit is the probe's, and is kept apart."""
    if gate.next_turn is None or gate.next_turn <= rest_ends:
        return rest_ends
    probe_to_come = gate.opened_until is not None and gate.probe_at is None
    return max(gate.next_turn, rest_ends + policy.probe_time) if probe_to_come else gate.next_turn


def _turn_given(gate: Gate, policy: GatePolicy, now: datetime, turn: datetime) -> Gate:
    settled = _in_window(gate, policy, now)
    # A turn that does not follow the last one leaves only turns behind it that lie in a rest and are void.
    turns = settled.turns + 1 if turn == gate.next_turn else 1
    return replace(settled, next_turn=turn + policy.distance, turns=turns)


def _gone(gate: Gate, policy: GatePolicy, now: datetime) -> Gate:
    settled = _in_window(gate, policy, now)
    least = now - policy.credit
    turn = least if gate.next_turn is None else max(gate.next_turn, least)
    return replace(settled, next_turn=turn + policy.distance, calls=settled.calls + 1)


def _in_window(gate: Gate, policy: GatePolicy, now: datetime) -> Gate:
    """Return the gate with the present window, in which the turns that have come since are counted.

    Whoever comes at a turn writes nothing, so the turns stand for those calls. Uncounted, a few failures among the
    successes of a long queue would look like the failure of all.
    """
    ahead = 0
    if gate.next_turn is not None and gate.turns:
        ahead = min(gate.turns, max(0, -((now - gate.next_turn) // policy.distance) - 1))
    if gate.window_start is None or now - gate.window_start >= policy.window:
        return replace(gate, window_start=now, calls=0, failures=0, turns=ahead)
    return replace(gate, calls=gate.calls + gate.turns - ahead, turns=ahead)


def _without_lost_probe(gate: Gate, policy: GatePolicy, now: datetime) -> Gate:
    """Return the gate opened again at the time at which a probe that nobody reported counts as failed."""
    if gate.probe_at is None or now < gate.probe_at + policy.probe_patience:
        return gate
    return _opened(gate, policy, gate.probe_at + policy.probe_patience)


def _opened(gate: Gate, policy: GatePolicy, at: datetime) -> Gate:
    rest = min(policy.first_rest * 2 ** min(gate.openings, 20), policy.longest_rest)
    return replace(
        gate, opened_at=gate.opened_at or at, opened_until=at + rest, openings=gate.openings + 1, probe_at=None
    )


def _closed(gate: Gate, policy: GatePolicy, now: datetime) -> Gate:
    well = replace(gate, opened_at=None, opened_until=None, openings=0, probe_at=None, window_start=None)
    return _in_window(well, policy, now)


def _paused(gate: Gate, now: datetime, retry_after: float | None) -> Gate:
    if retry_after is None or not retry_after > 0:
        return gate
    until = now + timedelta(seconds=min(retry_after, LONGEST_RETRY_AFTER_SECONDS))
    return gate if gate.paused_until is not None and gate.paused_until >= until else replace(gate, paused_until=until)
