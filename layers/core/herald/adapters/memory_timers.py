"""The times of approvals and notifications in memory: they ring when whoever holds them asks."""

import threading
from datetime import datetime


class MemoryTimers:
    """Implements ``ports.Timers``. As with schedules named by what they are about and when, asked twice tells once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[datetime, str]] = set()

    def set(self, identity: str, due: datetime) -> None:
        """Note the time."""
        with self._lock:
            self._waiting.add((due, identity))

    @property
    def waiting(self) -> list[tuple[str, datetime]]:
        """What was asked for and has not been taken, earliest first."""
        with self._lock:
            return [(identity, due) for due, identity in sorted(self._waiting)]

    def take_due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Take out everything whose time has come, earliest first."""
        with self._lock:
            ringing = sorted(entry for entry in self._waiting if entry[0] <= now)
            self._waiting.difference_update(ringing)
        return [(identity, due) for due, identity in ringing]
