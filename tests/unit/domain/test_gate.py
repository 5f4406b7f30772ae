"""The gate: a burst becomes a queue, an ill vendor rests, a well one never does."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.adapters.exact_json import dumps, loads
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.gate import (
    UNNAMED_PAUSE_SECONDS,
    Admission,
    Gate,
    GatePolicy,
    Go,
    Wait,
    admit,
    asked_pause,
    condition,
    gate_of,
    is_failure,
    reported,
    to_document,
)  # fmt: skip
from herald.domain.retry import LONGEST_RETRY_AFTER_SECONDS, backoff

SECOND = timedelta(seconds=1)
POLICY = GatePolicy(per_second=2)
DISTANCE = timedelta(milliseconds=500)


@dataclass
class Door:
    """A gate with those who come to it, and a time that moves."""

    policy: GatePolicy = POLICY
    gate: Gate = field(default_factory=Gate)
    now: datetime = NOW

    def after(self, by: timedelta) -> Self:
        self.now += by
        return self

    def ask(self, *, has_turn: bool = False) -> Admission:
        self.gate, admission = admit(self.gate, self.policy, self.now, has_turn=has_turn)
        return admission

    def told(self, *, has_turn: bool = False) -> Wait:
        admission = self.ask(has_turn=has_turn)
        assert isinstance(admission, Wait)
        return admission

    def rush(self, number: int) -> list[datetime]:
        """So many ask at once; return the turns of those who do not go."""
        return [admission.until for _ in range(number) if isinstance(admission := self.ask(), Wait)]

    def report(self, *, failed: bool, retry_after: float | None = None) -> bool:
        self.gate, opened = reported(self.gate, self.policy, self.now, failed=failed, retry_after=retry_after)
        return opened

    @property
    def condition(self) -> str:
        return condition(self.gate, self.now)


def failing(policy: GatePolicy = POLICY) -> Door:
    """A door whose circuit just opened: ten calls began with room to spare, and all failed."""
    door = Door(policy)
    for number in range(policy.least_calls):
        assert door.after(SECOND).ask() == Go()
        assert door.report(failed=True) is (number == policy.least_calls - 1)
    return door


# The queue


def test_a_burst_goes_at_once_and_what_comes_after_it_queues() -> None:
    door = Door()

    assert [door.ask(), door.ask()] == [Go(), Go()]
    assert [door.told() for _ in range(3)] == [
        Wait(NOW + number * DISTANCE, Reason.WAITS_ITS_TURN) for number in (1, 2, 3)
    ]


def test_a_call_goes_at_its_turn_and_changes_nothing() -> None:
    door = Door()
    [turn] = door.rush(3)
    before = door.gate
    door.now = turn

    assert door.ask(has_turn=True) == Go()
    assert door.gate is before


def test_quiet_saves_up_one_burst_and_no_more() -> None:
    door = Door()
    door.ask()
    door.after(timedelta(hours=5))

    assert [type(door.ask()) for _ in range(3)] == [Go, Go, Wait]


def test_the_burst_is_one_seconds_worth_unless_named() -> None:
    assert GatePolicy(per_second=7.5).burst == 7.5
    assert GatePolicy(per_second=0.2).burst == 1
    assert GatePolicy(per_second=7.5, burst=3).burst == 3


def test_a_rate_that_no_microsecond_fits_is_not_exceeded() -> None:
    assert GatePolicy(per_second=3).distance == timedelta(microseconds=333_334)


@pytest.mark.parametrize("wrong", [{"per_second": 0}, {"per_second": -1}, {"per_second": float("nan")},
                                   {"per_second": float("inf")}, {"per_second": 1, "burst": 0.5}])  # fmt: skip
def test_a_policy_that_lets_nobody_through_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a gate"):
        GatePolicy(**wrong)  # type: ignore[arg-type]


@given(
    per_second=st.floats(0.05, 1000),
    burst=st.integers(10, 500).map(lambda tenths: tenths / 10),
    number=st.integers(1, 300),
)
def test_a_burst_drains_in_order_at_the_rate(per_second: float, burst: float, number: int) -> None:
    policy = GatePolicy(per_second, burst)
    door = Door(policy)
    turns = door.rush(number)

    assert number - len(turns) == min(number, int(burst))
    assert all(after - before == policy.distance for before, after in pairwise(turns))
    if turns:
        # The distance is rounded up to whole microseconds.
        assert NOW < turns[0] <= NOW + policy.distance
        assert turns[-1] <= NOW + timedelta(seconds=len(turns) / per_second) + len(turns) * timedelta(microseconds=1)


# The circuit


def test_it_opens_when_half_of_enough_calls_fail() -> None:
    door = Door()
    opened = []
    for number in range(10):
        door.after(SECOND).ask()
        opened.append(door.report(failed=number % 2 == 1))

    assert opened == [False] * 9 + [True]
    assert door.condition == "open"
    assert door.gate.opened_at == door.now
    assert door.gate.opened_until == door.now + timedelta(seconds=30)


def test_a_few_calls_say_nothing_and_what_is_long_ago_says_nothing() -> None:
    door = Door()
    for number in range(100):
        door.after(timedelta(seconds=7 if number % 9 else 61)).ask()
        assert not door.report(failed=True)
    assert door.condition == "closed"


def test_failures_of_calls_that_began_in_the_window_before_count() -> None:
    door = Door()
    for _ in range(10):
        door.after(SECOND).ask()
    door.after(timedelta(seconds=60))

    assert [door.report(failed=True) for _ in range(10)] == [False] * 9 + [True]


def test_while_it_is_open_nobody_goes_and_new_turns_lie_behind_the_rest() -> None:
    door = failing()
    rest_ends = door.gate.opened_until
    assert rest_ends is not None
    behind_the_probe = rest_ends + POLICY.probe_time

    assert [door.after(SECOND).told(has_turn=has_turn) for has_turn in (False, True, False)] == [
        Wait(rest_ends, Reason.RESTING),
        Wait(behind_the_probe, Reason.RESTING),
        Wait(behind_the_probe + DISTANCE, Reason.RESTING),
    ]


def test_when_the_rest_is_over_one_probe_goes_and_the_others_wait_for_its_result() -> None:
    door = failing().after(timedelta(seconds=30))
    assert door.condition == "half-open"

    assert door.ask() == Go()
    probe_at = door.now
    waits = [door.after(SECOND).told(has_turn=has_turn) for has_turn in (True, False)]
    assert waits[0] == Wait(probe_at + POLICY.probe_time, Reason.RESTING)
    assert waits[1] == Wait(probe_at + POLICY.probe_time + DISTANCE, Reason.RESTING)
    door.now = probe_at + POLICY.probe_time + SECOND
    assert door.told(has_turn=True) == Wait(probe_at + POLICY.probe_patience, Reason.RESTING)


def test_a_call_with_a_turn_may_be_the_probe() -> None:
    door = failing()
    door.now = door.told().until

    assert door.ask(has_turn=True) == Go()
    assert isinstance(door.ask(has_turn=True), Wait)


def test_a_probe_that_succeeds_closes_the_circuit() -> None:
    door = failing().after(timedelta(seconds=30))
    door.ask()

    assert door.report(failed=False) is False
    assert door.condition == "closed"
    assert (door.gate.opened_at, door.gate.opened_until, door.gate.openings) == (None, None, 0)
    assert door.after(SECOND).ask() == Go()
    assert not any(door.report(failed=True) for _ in range(9))


def test_a_probe_without_a_turn_takes_one() -> None:
    door = failing(GatePolicy(per_second=2, burst=1)).after(timedelta(seconds=30))
    door.ask()
    door.report(failed=False)

    assert door.told() == Wait(door.now + DISTANCE, Reason.WAITS_ITS_TURN)


def test_each_probe_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    door = failing()
    began, rests = door.gate.opened_at, []
    for _ in range(9):
        assert door.gate.opened_until is not None
        rests.append((door.gate.opened_until - door.now).total_seconds())
        door.now = door.gate.opened_until
        assert door.ask() == Go()
        assert door.report(failed=True) is True

    assert rests == [30, 60, 120, 240, 480, 960, 1200, 1200, 1200]
    assert door.gate.openings == 10
    assert door.gate.opened_at == began


def test_a_probe_that_nobody_reported_counts_as_failed() -> None:
    door = failing().after(timedelta(seconds=30))
    door.ask()
    lost_at = door.now + POLICY.probe_patience
    door.now = lost_at

    assert door.told() == Wait(lost_at + timedelta(seconds=60), Reason.RESTING)
    assert door.gate.openings == 2
    assert door.report(failed=False) is False
    assert door.condition == "open"


def test_long_after_a_lost_probe_the_next_call_is_the_probe() -> None:
    door = failing().after(timedelta(seconds=30))
    door.ask()
    door.after(timedelta(hours=3))

    assert door.ask() == Go()
    assert isinstance(door.ask(), Wait)


def test_the_late_report_of_a_probe_counts_as_long_as_nobody_took_it_for_lost() -> None:
    door = failing().after(timedelta(seconds=30))
    door.ask()
    door.after(timedelta(seconds=90)).report(failed=False)

    assert door.condition == "closed"


@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize("later", [1, 31])
def test_calls_that_began_before_it_opened_change_nothing_when_they_end(failed: bool, later: int) -> None:
    door = failing()
    before = door.gate

    assert door.after(later * SECOND).report(failed=failed) is False
    assert door.gate == before


def test_turns_given_before_it_opened_keep_their_distance_from_those_given_after() -> None:
    door = Door(GatePolicy(per_second=2, burst=1, probe_time=SECOND))
    held = door.rush(400)
    for turn in held[:20]:
        door.now = turn
        if door.ask(has_turn=True) == Go():
            door.report(failed=True)
    new = [door.told(has_turn=True).until for _ in range(3)]

    assert new[0] >= held[-1] + DISTANCE
    assert new[1] - new[0] == new[2] - new[1] == DISTANCE


def test_a_turn_counts_as_a_call_when_it_comes_and_not_before() -> None:
    door = Door(GatePolicy(per_second=2, burst=1))
    turns, calls = door.rush(4), []
    for moment in (turns[0] - timedelta(microseconds=1), turns[0], turns[2]):
        door.now = moment
        door.report(failed=True)
        calls.append(door.gate.calls)

    assert calls == [1, 2, 4]


def test_failures_among_a_long_queue_are_seen_beside_its_successes() -> None:
    """Whoever comes at a turn leaves the gate as it is, so its success is seen nowhere but in its turn."""
    door = Door(GatePolicy(per_second=10))
    turns = door.rush(3000)
    for number, turn in enumerate(turns):
        door.now = turn
        assert door.ask(has_turn=True) == Go()
        assert not door.report(failed=number % 4 == 0)
    assert door.condition == "closed"


def test_a_queue_whose_calls_all_fail_rests() -> None:
    door = Door(GatePolicy(per_second=10))
    turns = door.rush(3000)
    went = 0
    for turn in turns:
        door.now = turn
        if door.ask(has_turn=True) == Go():
            went += 1
            door.report(failed=went > 1200)
    assert 1200 < went < 1300


# Pauses


def test_nobody_goes_before_the_time_the_vendor_named() -> None:
    door = Door()
    door.ask()

    assert door.report(failed=False, retry_after=7.0) is False
    assert door.condition == "paused"
    ends = NOW + timedelta(seconds=7)
    assert [door.told(has_turn=True), door.told()] == [
        Wait(ends, Reason.RESTING), Wait(ends + DISTANCE, Reason.RESTING)
    ]  # fmt: skip
    door.now = ends
    assert door.condition == "closed"
    assert door.ask(has_turn=True) == Go()


def test_turns_that_a_pause_made_void_are_not_counted_as_calls() -> None:
    door = Door()
    door.rush(20)
    door.report(failed=False, retry_after=30)
    door.now = door.told().until

    assert door.ask(has_turn=True) == Go()
    assert [door.report(failed=True) for _ in range(10)] == [False] * 9 + [True]


@given(asked=st.floats(allow_nan=True), later=st.floats(0, 10_000))
def test_a_pause_is_at_most_an_hour_and_is_never_cut_short(asked: float, later: float) -> None:
    door = Door()
    door.report(failed=False, retry_after=asked)
    first = door.gate.paused_until or NOW
    door.after(timedelta(seconds=later)).report(failed=False, retry_after=1)

    assert NOW <= first <= NOW + timedelta(seconds=LONGEST_RETRY_AFTER_SECONDS)
    assert door.gate.paused_until == max(first, door.now + SECOND)


def test_a_pause_and_a_rest_both_hold() -> None:
    door = failing()
    door.report(failed=True, retry_after=300)
    assert door.condition == "open"

    assert door.told().until == door.now + timedelta(seconds=300)
    door.after(timedelta(seconds=31))
    assert door.condition == "paused"
    assert door.told().reason is Reason.RESTING
    door.after(timedelta(seconds=270))
    assert door.condition == "half-open"
    assert door.ask() == Go()


def test_a_probe_told_to_slow_down_shows_that_the_vendor_is_well() -> None:
    door = failing().after(timedelta(seconds=30))
    door.ask()
    door.report(failed=False, retry_after=5)

    assert door.condition == "paused"
    assert door.after(timedelta(seconds=5)).ask() == Go()


# What a call's end says


@pytest.mark.parametrize("reason", list(Reason))
def test_a_failure_of_the_destination_is_one_every_call_would_meet(reason: Reason) -> None:
    ill = {"server_error", "unreachable", "timed_out", "connection_lost", "authentication", "answer_unreadable"}

    assert is_failure(CallFailed(Fate.TRANSIENT, reason)) is (reason in ill)


def test_success_is_no_failure_and_asks_no_pause() -> None:
    assert is_failure(None) is False
    assert asked_pause(None) is None


@pytest.mark.parametrize(
    ("reason", "status", "retry_after", "pause"),
    [
        (Reason.RATE_LIMITED, 429, 9.0, 9.0),
        (Reason.RATE_LIMITED, 425, 9.0, 9.0),
        (Reason.RATE_LIMITED, 429, None, UNNAMED_PAUSE_SECONDS),
        (Reason.RATE_LIMITED, 429, 0.0, 0.0),
        (Reason.SERVER_ERROR, 503, 9.0, 9.0),
        (Reason.SERVER_ERROR, 503, None, None),
        (Reason.SERVER_ERROR, 500, 9.0, None),
        (Reason.REFUSED, 400, 9.0, None),
    ],
)
def test_only_an_answer_about_the_destination_pauses_all(
    reason: Reason, status: int, retry_after: float | None, pause: float | None
) -> None:
    failure = CallFailed(Fate.TRANSIENT, reason, status=status, retry_after=retry_after)

    assert asked_pause(failure) == pause


# The document

moments = st.none() | st.datetimes(min_value=NOW.replace(tzinfo=None)).map(lambda at: at.replace(tzinfo=NOW.tzinfo))
numbers = st.integers(0, 10**9)
gates = st.builds(
    Gate, next_turn=moments, turns=numbers, window_start=moments, calls=numbers, failures=numbers, opened_at=moments,
    opened_until=moments, openings=numbers, probe_at=moments, paused_until=moments,
)  # fmt: skip


@given(gates)
def test_a_gate_comes_back_as_it_was_stored(gate: Gate) -> None:
    assert gate_of(loads(dumps(to_document(gate)))) == gate


def test_documents_of_other_versions_can_be_read() -> None:
    assert gate_of({"openings": 3, "unheard_of": 1}) == Gate(openings=3)


# Whatever happens in whatever order

ACTIONS = ("ask", "ask", "ask", "return", "return", "succeed", "fail", "fail", "limit", "wait")
policies = st.builds(
    GatePolicy,
    per_second=st.floats(0.1, 20), burst=st.just(0.0) | st.floats(1, 10), least_calls=st.integers(1, 4),
    failure_share=st.sampled_from([0.25, 0.5, 1.0]), first_rest=st.integers(1, 30).map(lambda n: n * SECOND),
)  # fmt: skip
gaps = st.sampled_from([0, 0, 0, 1, 40, 300, 1000, 5000, 15_000, 61_000]).map(lambda ms: timedelta(milliseconds=ms))
histories = st.lists(st.tuples(gaps, st.sampled_from(ACTIONS)), max_size=120)


@dataclass
class Watched(Door):
    """A door that notes who went and which turns were given, and checks each step."""

    went: list[datetime] = field(default_factory=list)
    turns: list[datetime] = field(default_factory=list)
    held: list[datetime] = field(default_factory=list)
    calls: int = 0

    def step(self, action: str) -> None:
        if action in ("ask", "return"):
            self._come(has_turn=action == "return")
        elif action == "wait":
            self.now = max(self.now, min(self.held, default=self.now))
        elif self.calls:
            self.calls -= 1
            self.report(failed=action == "fail", retry_after=2.5 if action == "limit" else None)

    def _come(self, *, has_turn: bool) -> None:
        if has_turn:
            if not self.held or self.held[0] > self.now:
                return
            heapq.heappop(self.held)
        before, stood = self.gate, self.condition
        admission = self.ask(has_turn=has_turn)
        if isinstance(admission, Go):
            self.calls += 1
            self._check_going(before, stood)
            if not has_turn:
                self.went.append(self.now)
            return
        assert admission.until > self.now
        assert admission.is_turn
        assert not self.turns or admission.until >= self.turns[-1] + self.policy.distance
        assert not has_turn or admission.reason is Reason.RESTING
        self.turns.append(admission.until)
        heapq.heappush(self.held, admission.until)

    def _check_going(self, before: Gate, stood: str) -> None:
        assert stood in ("closed", "half-open")
        if stood == "half-open":
            assert before.probe_at is None or before.probe_at + self.policy.probe_patience <= self.now
            assert self.gate.probe_at == self.now
            assert isinstance(admit(self.gate, self.policy, self.now, has_turn=True)[1], Wait)


@given(policies, histories)
def test_no_order_of_events_breaks_what_the_gate_promises(
    policy: GatePolicy, history: Iterable[tuple[timedelta, str]]
) -> None:
    door = Watched(policy)
    for gap, action in history:
        door.after(gap).step(action)

    for first in door.went:
        assert sum(first <= other <= first + SECOND for other in door.went) <= policy.burst + policy.per_second


@given(policies, histories)
def test_a_well_vendor_is_never_rested(policy: GatePolicy, history: Iterable[tuple[timedelta, str]]) -> None:
    door = Watched(policy)
    for gap, action in history:
        door.after(gap).step("succeed" if action == "fail" else action)
        assert door.gate.opened_until is None


@given(policies, histories)
def test_an_ill_vendor_that_gets_well_is_served_again(
    policy: GatePolicy, history: Iterable[tuple[timedelta, str]]
) -> None:
    door = Watched(policy)
    for gap, action in history:
        door.after(gap).step(action)
    door.after(timedelta(hours=2))
    door.ask()
    door.report(failed=False)

    assert door.condition == "closed"
    assert door.ask(has_turn=True) == Go()


@pytest.mark.parametrize("messages", [1, 2, 40, 400])
def test_a_vendor_ill_for_a_day_costs_no_message_its_receives(messages: int) -> None:
    """The work queues allow 100 receives; whoever waits at the gate must not be woken more often than that in a day."""
    door = Door(GatePolicy(per_second=5))
    call_takes = timedelta(seconds=10)
    receives, attempts = dict.fromkeys(range(messages), 0), dict.fromkeys(range(messages), 0)
    coming = [(NOW, message, "new") for message in range(messages)]
    while coming[0][0] < NOW + timedelta(hours=24):
        door.now, message, what = heapq.heappop(coming)
        if what == "ends":
            door.report(failed=True)
            attempts[message] += 1
            heapq.heappush(coming, (door.now + backoff(attempts[message], 0.0), message, "new"))
            continue
        receives[message] += 1
        admission = door.ask(has_turn=what == "turn")
        if isinstance(admission, Wait):
            heapq.heappush(coming, (admission.until, message, "turn"))
        else:
            heapq.heappush(coming, (door.now + call_takes, message, "ends"))

    assert max(receives.values()) < 90


def test_a_changed_rate_holds_from_the_next_turn_on() -> None:
    door = Door(GatePolicy(per_second=1))
    held = door.rush(5)
    door.policy = GatePolicy(per_second=10)

    turns = door.rush(3)
    assert turns[0] == held[-1] + SECOND
    assert turns[2] - turns[1] == turns[1] - turns[0] == timedelta(milliseconds=100)
