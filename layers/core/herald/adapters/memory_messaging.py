"""Bus, queues and secrets in memory: what was sent can be looked at, and worked off by whoever holds them."""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from herald.domain.errors import Reason
from herald.domain.event import EventReference

Message = TypeVar("Message")


class MemoryBus:
    """Implements ``ports.Bus``. ``published`` is what was taken, in order; ``refuses`` says what is not."""

    def __init__(self, refuses: Callable[[EventReference], bool] = lambda _reference: False) -> None:
        self._refuses = refuses
        self._lock = threading.Lock()
        self.published: list[EventReference] = []

    def publish(self, references: Sequence[EventReference]) -> Sequence[EventReference]:
        """Publish all; return those refused, in the order given."""
        refused = [reference for reference in references if self._refuses(reference)]
        with self._lock:
            self.published.extend(reference for reference in references if reference not in refused)
        return refused


@dataclass(frozen=True, slots=True)
class WritebackMessage:
    """One message of the write-back queue."""

    object_id: str
    about: str
    event_id: str
    note: str = ""


class MemoryDispatchQueue:
    """Implements ``ports.DispatchQueue``."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()

    def put(self, notification_id: str) -> None:
        """Enqueue a notification's id."""
        self._waiting.append(notification_id)

    def take_all(self) -> list[str]:
        """Take out everything that waits, oldest first."""
        return _taken(self._waiting)


class MemoryWritebackQueue:
    """Implements ``ports.WritebackQueue``. Unlike SQS, which does so for five minutes, it makes equals one for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[WritebackMessage] = set()
        self._waiting: deque[WritebackMessage] = deque()

    def put(self, object_id: str, about: str, event_id: str, note: str = "") -> None:
        """Enqueue unless an equal message was put before."""
        message = WritebackMessage(object_id, about, event_id, note)
        with self._lock:
            if message not in self._seen:
                self._seen.add(message)
                self._waiting.append(message)

    def take_all(self) -> list[WritebackMessage]:
        """Take out everything that waits, oldest first."""
        return _taken(self._waiting)


@dataclass(frozen=True, slots=True)
class Parked:
    """A message in the dead-letter queue."""

    record: Mapping[str, Any]
    reason: Reason
    detail: str


@dataclass(frozen=True)
class MemoryReceivedQueue:
    """The queue a batch came from: notes what is postponed and what is parked."""

    postponed: list[tuple[str, float]] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Note the receipt handle and the seconds."""
        self.postponed.append((receipt_handle, seconds))

    def park(self, record: Mapping[str, Any], reason: Reason, detail: str) -> None:
        """Note the record with the reason."""
        self.parked.append(Parked(record, reason, detail))


@dataclass(frozen=True)
class MemorySecrets:
    """Implements ``ports.Secrets``."""

    value: Mapping[str, Any] = field(repr=False)

    def get(self) -> Mapping[str, Any]:
        """Return the value given."""
        return self.value

    def refused(self) -> None:
        """Do nothing: the value is what it is."""


def _taken(waiting: deque[Message]) -> list[Message]:
    return [waiting.popleft() for _ in range(len(waiting))]
