"""The passage: one gate for all instances, few writes, and no message that fails because of a crowd."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, MovingClock

from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.gate import Admission, Gate, GatePolicy, Go, Wait, condition
from herald.ports import StaleStateError, StorageError, Stored
from herald.usecases.passage import KEEP, TRIES, Passage

SECOND = timedelta(seconds=1)
ILL = CallFailed(Fate.TRANSIENT, Reason.SERVER_ERROR, status=500)
REFUSED = CallFailed(Fate.PERMANENT, Reason.REFUSED, status=400)
LIMITED = CallFailed(Fate.TRANSIENT, Reason.RATE_LIMITED, status=429, retry_after=20)


def nothing() -> None:
    """What happens before a write, unless a test says otherwise."""


@dataclass
class Documents:
    """A ``ports.StateStore`` of one kind that counts what it is asked for."""

    before_save: Callable[[], None] = nothing
    stored: dict[str, Stored] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, kind: str, identity: str) -> Stored | None:
        assert kind == "gate"
        with self.lock:
            self.reads += 1
            return self.stored.get(identity)

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        assert (kind, keep) == ("gate", KEEP)
        self.before_save()
        with self.lock:
            standing = self.stored.get(identity)
            if version != (standing.version if standing else 0):
                raise StaleStateError
            self.writes += 1
            self.stored[identity] = Stored(dict(document), version + 1)

    def every(self, kind: str) -> Mapping[str, Stored]:
        assert kind == "gate"
        return dict(self.stored)

    def overtake(self, identity: str) -> None:
        """Somebody else writes the same once more."""
        with self.lock:
            standing = self.stored.get(identity)
            document, version = (standing.document, standing.version) if standing else ({}, 0)
            self.stored[identity] = Stored(document, version + 1)


class Broken(Documents):
    """A store that cannot be used."""

    def load(self, kind: str, identity: str) -> Stored | None:
        raise StorageError(f"the table does not answer for {kind} {identity}")


@dataclass
class House:
    """Instances before one destination; each ``passage`` is one of them."""

    store: Documents = field(default_factory=Documents)
    policy: GatePolicy = field(default_factory=lambda: GatePolicy(per_second=2))
    clock: MovingClock = field(default_factory=MovingClock)
    counted: Counter[str] = field(default_factory=Counter)

    def passage(self, destination: str = "opentext") -> Passage:
        def count(name: str, number: int) -> None:
            self.counted[name] += number

        return Passage(self.store, destination, self.policy, self.clock, count)

    def with_open_gate(self) -> "House":
        passage = self.passage()
        for _ in range(self.policy.least_calls):
            self.clock.advance(SECOND)
            assert passage.ask(has_turn=False) == Go()
            passage.report(ILL)
        assert condition(passage.gate(), self.clock()) == "open"
        return self

    def writes_of(self, action: Callable[[], object]) -> int:
        before = self.store.writes
        action()
        return self.store.writes - before


def crowded(house: House) -> House:
    """Before every write from now on, somebody else is first."""
    house.store.before_save = lambda: house.store.overtake("opentext")
    return house


def test_instances_share_a_gate_and_destinations_do_not() -> None:
    house = House()
    first, second, other = house.passage(), house.passage(), house.passage("threekit")

    assert [first.ask(has_turn=False), second.ask(has_turn=False)] == [Go(), Go()]
    assert first.ask(has_turn=False) == Wait(NOW + timedelta(milliseconds=500), Reason.WAITS_ITS_TURN)
    assert second.ask(has_turn=False) == Wait(NOW + SECOND, Reason.WAITS_ITS_TURN)
    assert other.ask(has_turn=False) == Go()


def test_a_gate_nobody_came_to_is_closed() -> None:
    assert House().passage().gate() == Gate()


# The cost


def test_a_submit_that_goes_well_costs_one_write() -> None:
    house = House()
    passage = house.passage()

    assert house.writes_of(lambda: passage.ask(has_turn=False)) == 1
    assert house.writes_of(lambda: passage.report(None)) == 0
    assert house.writes_of(lambda: passage.report(REFUSED)) == 0
    assert house.store.reads == 3


def test_a_submit_at_its_turn_costs_the_write_that_gave_it() -> None:
    house = House()
    passage = house.passage()
    passage.ask(has_turn=False)
    passage.ask(has_turn=False)

    admission: Admission = Go()

    def wait() -> None:
        nonlocal admission
        admission = passage.ask(has_turn=False)

    assert house.writes_of(wait) == 1
    assert isinstance(admission, Wait)
    house.clock.now = admission.until
    assert house.writes_of(lambda: passage.ask(has_turn=True)) == 0
    assert house.writes_of(lambda: passage.report(None)) == 0


def test_at_a_new_gate_a_turn_from_a_forgotten_one_is_honoured_without_a_write() -> None:
    house = House()

    assert house.writes_of(lambda: house.passage().ask(has_turn=True)) == 0
    assert house.store.stored == {}


def test_a_failure_and_a_pause_cost_a_write_each() -> None:
    house = House()
    passage = house.passage()

    assert house.writes_of(lambda: passage.report(ILL)) == 1
    assert house.writes_of(lambda: passage.report(LIMITED)) == 1
    assert house.writes_of(lambda: passage.report(LIMITED)) == 0


# Opening and closing


def test_opening_is_counted_once_and_holds_for_all() -> None:
    house = House().with_open_gate()

    assert house.counted == {"GateOpened": 1}
    admission = house.passage().ask(has_turn=True)
    assert admission == Wait(house.clock() + timedelta(seconds=30), Reason.RESTING)


def test_the_probes_success_is_written_and_closes_the_gate_for_all() -> None:
    house = House().with_open_gate()
    house.clock.advance(timedelta(seconds=30))
    probe, other = house.passage(), house.passage()

    assert probe.ask(has_turn=False) == Go()
    assert isinstance(other.ask(has_turn=False), Wait)
    assert house.writes_of(lambda: probe.report(None)) == 1
    assert condition(other.gate(), house.clock()) == "closed"
    assert house.writes_of(lambda: probe.report(None)) == 0


def test_a_probe_that_fails_or_is_lost_is_counted_as_opening() -> None:
    house = House().with_open_gate()
    passage = house.passage()
    house.clock.advance(timedelta(seconds=30))
    passage.ask(has_turn=False)
    passage.report(ILL)
    assert house.counted["GateOpened"] == 2

    house.clock.advance(timedelta(seconds=60))
    assert passage.ask(has_turn=False) == Go()
    house.clock.advance(house.policy.probe_patience)
    assert isinstance(passage.ask(has_turn=False), Wait)
    assert house.counted["GateOpened"] == 3


def test_what_the_vendor_asks_of_one_instance_holds_for_all() -> None:
    house = House()
    house.passage().report(LIMITED)

    assert house.passage().ask(has_turn=False) == Wait(NOW + 20 * SECOND, Reason.RESTING)
    assert house.counted == {}


# Crowds and faults


@pytest.mark.parametrize("has_turn", [True, False])
def test_who_is_always_overtaken_is_told_to_come_again_soon(has_turn: bool) -> None:
    house = crowded(House().with_open_gate())
    house.clock.now = NOW.replace(microsecond=750_000)
    reads = house.store.reads

    admission = house.passage().ask(has_turn=has_turn)

    assert admission == Wait(house.clock() + timedelta(seconds=2.5), Reason.WAITS_ITS_TURN, is_turn=has_turn)
    assert house.store.reads - reads == TRIES + 1


@pytest.mark.parametrize("microsecond", [0, 1, 499_999, 500_000, 999_999])
def test_the_crowd_is_spread_over_two_seconds(microsecond: int) -> None:
    house = crowded(House())
    house.clock.now = NOW.replace(microsecond=microsecond)

    admission = house.passage().ask(has_turn=False)

    assert isinstance(admission, Wait)
    assert SECOND <= admission.until - house.clock() < 3 * SECOND


def test_who_is_overtaken_a_few_times_is_served() -> None:
    house = House()
    others = iter(range(TRIES - 1))
    house.store.before_save = lambda: house.store.overtake("opentext") if next(others, None) is not None else None

    assert house.passage().ask(has_turn=False) == Go()
    assert house.store.writes == 1


@pytest.mark.parametrize("house", [crowded(House()), House(Broken())], ids=["crowded", "broken"])
def test_a_report_that_cannot_be_written_fails_no_message(house: House) -> None:
    house.passage().report(ILL)

    assert house.counted == {"GateReportsLost": 1}


def test_without_its_store_nobody_is_let_through() -> None:
    house = House(Broken())

    with pytest.raises(StorageError, match="does not answer"):
        house.passage().ask(has_turn=False)
    with pytest.raises(StorageError, match="does not answer"):
        house.passage().gate()


def test_threads_that_race_get_no_more_than_the_burst_and_turns_of_their_own() -> None:
    house = House(policy=GatePolicy(per_second=4, burst=5))
    callers = 12
    together = threading.Barrier(callers)

    def ask(_caller: int) -> Admission:
        together.wait(timeout=10)
        return house.passage().ask(has_turn=False)

    with ThreadPoolExecutor(callers) as threads:
        admissions = list(threads.map(ask, range(callers)))

    turns = sorted(found.until for found in admissions if isinstance(found, Wait) and found.is_turn)
    crowded_out = [found for found in admissions if isinstance(found, Wait) and not found.is_turn]
    assert admissions.count(Go()) <= 5
    assert admissions.count(Go()) + len(turns) == house.store.writes == callers - len(crowded_out)
    assert turns == [NOW + number * timedelta(milliseconds=250) for number in range(1, len(turns) + 1)]


def test_of_threads_that_race_after_a_rest_one_is_the_probe() -> None:
    house = House().with_open_gate()
    house.clock.advance(timedelta(seconds=30))
    callers = 8
    together = threading.Barrier(callers)

    def ask(caller: int) -> Admission:
        together.wait(timeout=10)
        return house.passage().ask(has_turn=caller % 2 == 0)

    with ThreadPoolExecutor(callers) as threads:
        assert list(threads.map(ask, range(callers))).count(Go()) == 1


def test_no_failure_is_lost_among_threads() -> None:
    house = House(policy=GatePolicy(per_second=100, least_calls=1000))
    reporters = 6
    together = threading.Barrier(reporters)

    def report(_reporter: int) -> None:
        together.wait(timeout=10)
        house.passage().report(ILL)

    with ThreadPoolExecutor(reporters) as threads:
        list(threads.map(report, range(reporters)))

    assert house.passage().gate().failures + house.counted["GateReportsLost"] == reporters


def test_who_can_as_well_come_later_takes_no_turn_from_those_who_wait() -> None:
    documents = Documents()
    clock = MovingClock()
    passage = Passage(documents, "opentext", GatePolicy(per_second=1), clock, lambda _name, _number: None)
    assert isinstance(passage.ask_if_free(), Go)
    before = documents.writes
    waits = [passage.ask_if_free() for _ in range(5)]
    assert all(isinstance(wait, Wait) for wait in waits)
    assert documents.writes == before
    turn = passage.ask(has_turn=False)
    assert isinstance(turn, Wait)
    assert turn.until == NOW + SECOND
