"""Plays jobs forward in time: one thread that calls back when a job's next step is due."""

import heapq
import threading
import time
from collections.abc import Callable


class Timeline:
    """Calls ``due(job_id)`` for each planned moment, in order of time, from one thread."""

    def __init__(self, due: Callable[[str], None]) -> None:
        self._due = due
        self._planned: list[tuple[float, int, str]] = []
        self._count = 0
        self._changed = threading.Condition()
        self._running = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._running = True
        self._thread = threading.Thread(target=self._play, name="job-timeline", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; planned moments are forgotten."""
        with self._changed:
            self._running = False
            self._planned.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def plan(self, job_id: str, seconds: float) -> None:
        """Plan a call in so many seconds."""
        with self._changed:
            self._count += 1
            heapq.heappush(self._planned, (time.monotonic() + seconds, self._count, job_id))
            self._changed.notify()

    def clear(self) -> None:
        """Forget what is planned."""
        with self._changed:
            self._planned.clear()

    def _play(self) -> None:
        while (job_id := self._next()) is not None:
            self._due(job_id)

    def _next(self) -> str | None:
        with self._changed:
            while self._running:
                wait = self._planned[0][0] - time.monotonic() if self._planned else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._planned)[2]
                self._changed.wait(wait)
        return None
