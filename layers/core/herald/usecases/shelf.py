"""A shelf: values of one kind in the state store, each changed by whoever read its latest version."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from herald.ports import StaleStateError, StateStore, StorageError

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 20
PAUSE_SECONDS = (0.005, 0.05)
"""Between two tries: whoever lost lets the others pass."""


def short_pause() -> None:
    """Sleep for a moment that differs each time, to get out of each other's way."""
    time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - no secret depends on it


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """The values of one kind, found by their ids; ``read`` and ``write`` turn documents into values and back.

    A value is gone when ``keep`` is over; every write begins that time anew.
    """

    store: StateStore
    kind: str
    read: Callable[[Mapping[str, Any]], T]
    write: Callable[[T], Mapping[str, Any]]
    keep: timedelta
    pause: Callable[[], None] = short_pause

    def get(self, identity: str) -> T | None:
        """Return the value, read consistently, or ``None``. Raises ``StorageError``."""
        stored = self.store.load(self.kind, identity)
        return self.read(stored.document) if stored is not None else None

    def all(self) -> dict[str, T]:
        """Return all values by id (may lag). Raises ``StorageError``."""
        return {identity: self.read(stored.document) for identity, stored in self.store.every(self.kind).items()}

    def change(self, identity: str, change: Callable[[T | None], tuple[T | None, R]]) -> R:
        """Store the new value that ``change`` makes of the one that stands; return what it returns beside it.

        ``change`` gets ``None`` where nothing stands, and gives ``None`` to leave all as it is. It must not alter the
        value it gets, and is called again whenever somebody else was first to write; only its last call counts. A
        value equal to the one that stands is not written. Raises ``StorageError``, also after 20 lost races.
        """
        for _ in range(ATTEMPTS):
            stored = self.store.load(self.kind, identity)
            standing, version = (self.read(stored.document), stored.version) if stored is not None else (None, 0)
            new, result = change(standing)
            if new is None or new == standing:
                return result
            try:
                self.store.save(self.kind, identity, self.write(new), version=version, keep=self.keep)
            except StaleStateError:
                self.pause()
            else:
                return result
        raise StorageError(f"{ATTEMPTS} times another writer was first to change a document of kind {self.kind}")
