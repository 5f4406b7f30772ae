"""The relay notes which sources were heard, and lets nothing of that stand in the way of publishing."""

from datetime import timedelta
from typing import Any

from tests.builders import NOW, MovingClock, a_reference

from herald.adapters.memory import MemoryAuditTrail, MemoryBus, MemoryStateStore
from herald.domain.event import Origin
from herald.ports import StateStore, StorageError, Stored
from herald.usecases import shelves
from herald.usecases.relay import Relay


class Unusable(MemoryStateStore):
    """A state table that cannot be used."""

    def load(self, *_: Any) -> Stored | None:
        raise StorageError("throttled")


def relay(state: StateStore, bus: MemoryBus) -> Relay:
    return Relay(bus, MemoryAuditTrail(), state, MovingClock(), lambda _name, _subject: None)


def test_a_source_is_heard_by_what_it_sends_and_not_by_what_a_sweep_finds() -> None:
    state = MemoryStateStore(MovingClock())
    found = a_reference(2, source="/threekit/other", origin=Origin.RECONCILE)
    relay(state, MemoryBus())([a_reference(1), found])
    assert shelves.sources(state).all() == {"/threekit/main": NOW}


def test_a_source_that_sends_much_is_noted_once_a_minute() -> None:
    state = MemoryStateStore(MovingClock())
    relaying = relay(state, MemoryBus())
    for second in range(0, 180, 10):
        relaying([a_reference(second, received_at=NOW + timedelta(seconds=second))])
    stored = state.load("source", "/threekit/main")
    assert stored is not None
    assert stored.version == 3


def test_a_state_table_that_cannot_be_used_keeps_nothing_from_the_bus() -> None:
    bus = MemoryBus()
    relay(Unusable(MovingClock()), bus)([a_reference(1)])
    assert [one.event_id for one in bus.published] == [a_reference(1).event_id]
