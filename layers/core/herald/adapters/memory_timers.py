"""The times of approvals in memory: they ring when whoever holds them asks."""

import threading
from datetime import datetime


class MemoryTimers:
    """Implements ``ports.Timers``. As with schedules that are named by approval and time, asked twice tells once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[tuple[datetime, str]] = set()

    def set(self, approval_id: str, due: datetime) -> None:
        """Note the time."""
        with self._lock:
            self._waiting.add((due, approval_id))

    @property
    def waiting(self) -> list[tuple[str, datetime]]:
        """What was asked for and has not been taken, earliest first."""
        with self._lock:
            return [(approval_id, due) for due, approval_id in sorted(self._waiting)]

    def take_due(self, now: datetime) -> list[tuple[str, datetime]]:
        """Take out everything whose time has come, earliest first."""
        with self._lock:
            ringing = sorted(entry for entry in self._waiting if entry[0] <= now)
            self._waiting.difference_update(ringing)
        return [(approval_id, due) for due, approval_id in ringing]
