"""A shelf: no change is lost, whoever is first to write, and nothing is written without need."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import MovingClock

from herald.adapters.memory import MemoryStateStore
from herald.ports import StateStore, StorageError, Stored
from herald.usecases.shelf import ATTEMPTS, Shelf, short_pause

KEEP = timedelta(hours=1)


@dataclass(frozen=True)
class Tally:
    """Who counted, in order."""

    names: tuple[str, ...] = ()

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Tally":
        return cls(tuple(document["names"]))

    def written(self) -> Mapping[str, Any]:
        return {"names": self.names}


@dataclass
class Watched:
    """A state store that notes the versions saved and lets something happen before each save."""

    store: StateStore
    before_save: Callable[[], None] = lambda: None
    saved: list[int] = field(default_factory=list)

    def load(self, kind: str, identity: str) -> Stored | None:
        return self.store.load(kind, identity)

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        self.before_save()
        self.store.save(kind, identity, document, version=version, keep=keep)
        self.saved.append(version)

    def every(self, kind: str) -> Mapping[str, Stored]:
        return self.store.every(kind)


def shelf_on(store: StateStore, pause: Callable[[], None] = lambda: None, kind: str = "tally") -> Shelf[Tally]:
    return Shelf(store, kind, Tally.read, Tally.written, KEEP, pause)


def adding(name: str) -> Callable[[Tally | None], tuple[Tally | None, int]]:
    """The change that adds a name; its result is the name's place."""

    def add(standing: Tally | None) -> tuple[Tally | None, int]:
        names = standing.names if standing is not None else ()
        return Tally((*names, name)), len(names)

    return add


def overtaken_by(others: list[str], times: int) -> Watched:
    """A store on which, before each of so many saves, somebody else adds a name; the names are noted in ``others``."""
    memory = MemoryStateStore(MovingClock())
    left = iter(range(times))

    def overtake() -> None:
        for number in left:
            others.append(f"other-{number}")
            shelf_on(memory).change("one", adding(others[-1]))
            return

    return Watched(memory, overtake)


@pytest.fixture
def store() -> Watched:
    return Watched(MemoryStateStore(MovingClock()))


def test_an_empty_shelf_has_nothing(store: Watched) -> None:
    assert shelf_on(store).get("one") is None
    assert shelf_on(store).all() == {}


def test_a_change_is_stored_and_its_result_returned(store: Watched) -> None:
    shelf = shelf_on(store)

    assert shelf.change("one", adding("anna")) == 0
    assert shelf.change("one", adding("bert")) == 1
    assert shelf.change("two", adding("carl")) == 0
    assert shelf.get("one") == Tally(("anna", "bert"))
    assert shelf.all() == {"one": Tally(("anna", "bert")), "two": Tally(("carl",))}
    assert store.saved == [0, 1, 0]


def test_kinds_are_shelves_of_their_own(store: Watched) -> None:
    shelf_on(store).change("one", adding("anna"))

    assert shelf_on(store, kind="other").get("one") is None
    assert shelf_on(store, kind="other").all() == {}


def test_a_value_is_gone_when_its_time_is_over() -> None:
    clock = MovingClock()
    shelf = shelf_on(MemoryStateStore(clock))
    shelf.change("one", adding("anna"))
    clock.advance(KEEP)

    assert shelf.get("one") is None
    assert shelf.change("one", adding("bert")) == 0


def test_none_leaves_all_as_it_is(store: Watched) -> None:
    shelf = shelf_on(store)
    assert shelf.change("one", lambda standing: (None, standing)) is None
    shelf.change("one", adding("anna"))

    assert shelf.change("one", lambda standing: (None, standing)) == Tally(("anna",))
    assert shelf.get("one") == Tally(("anna",))
    assert store.saved == [0]


def test_a_value_equal_to_the_one_that_stands_is_not_written(store: Watched) -> None:
    shelf = shelf_on(store)
    shelf.change("one", adding("anna"))

    assert shelf.change("one", lambda _standing: (Tally(("anna",)), "result")) == "result"
    assert store.saved == [0]


def test_what_is_false_is_a_value_too(store: Watched) -> None:
    counter: Shelf[int] = Shelf(store, "count", lambda document: int(document["n"]), lambda n: {"n": n}, KEEP)

    assert counter.change("one", lambda standing: (0, standing)) is None
    assert counter.change("one", lambda standing: (1, standing)) == 0
    assert counter.get("one") == 1


@given(times=st.integers(min_value=0, max_value=ATTEMPTS - 1))
def test_whoever_is_overtaken_counts_on_top_of_the_others(times: int) -> None:
    others: list[str] = []
    pauses: list[None] = []
    store = overtaken_by(others, times)
    shelf = shelf_on(store, lambda: pauses.append(None))

    assert shelf.change("one", adding("anna")) == times
    assert shelf.get("one") == Tally((*others, "anna"))
    assert (len(others), len(pauses)) == (times, times)


def test_whoever_finds_the_change_made_by_another_writes_nothing() -> None:
    others: list[str] = []
    store = overtaken_by(others, 1)

    def only_where_absent(standing: Tally | None) -> tuple[Tally | None, bool]:
        return (Tally(("anna",)), True) if standing is None else (None, False)

    assert shelf_on(store).change("one", only_where_absent) is False
    assert shelf_on(store).get("one") == Tally(tuple(others))
    assert store.saved == []


def test_endless_contention_ends_as_an_error_to_be_tried_again() -> None:
    others: list[str] = []
    shelf = shelf_on(overtaken_by(others, 1000))

    with pytest.raises(StorageError, match="20 times another writer was first to change a document of kind tally"):
        shelf.change("one", adding("anna"))
    assert shelf.get("one") == Tally(tuple(others))
    assert len(others) == ATTEMPTS


def test_an_error_of_the_change_is_the_callers_and_nothing_is_written(store: Watched) -> None:
    def fails(_standing: Tally | None) -> tuple[Tally | None, None]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shelf_on(store).change("one", fails)
    assert store.saved == []


def test_no_change_is_lost_when_threads_change_at_once() -> None:
    memory = MemoryStateStore(MovingClock())
    shelf = shelf_on(memory, short_pause)
    writers, each = 4, 5
    together = Barrier(writers)

    def write(writer: int) -> list[int]:
        together.wait(timeout=10)
        return [shelf.change("one", adding(f"{writer}:{number}")) for number in range(each)]

    with ThreadPoolExecutor(writers) as threads:
        places = [place for found in threads.map(write, range(writers)) for place in found]

    assert sorted(places) == list(range(writers * each))
    tally = shelf.get("one")
    assert tally is not None
    assert sorted(tally.names) == sorted(f"{writer}:{number}" for writer in range(writers) for number in range(each))
