"""Interludes: acts of somebody else that a test places between two requests of a client."""

import threading
from collections.abc import Callable

from simulators.routes import RoutePattern


class Interludes:
    """The waiting acts of one simulator, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[RoutePattern, Callable[[], None]]] = []

    def add(self, route: str, act: Callable[[], None]) -> None:
        """Let ``act`` wait for the next request that fits ``route``. Raises ValueError unless it is METHOD /path."""
        pattern = RoutePattern(route)
        with self._lock:
            self._waiting.append((pattern, act))

    def play(self, method: str, path: str) -> None:
        """Call the oldest act that waits for this request; it is forgotten first. Raises what the act raises."""
        act = self._take(method, path)
        if act is not None:
            act()

    def clear(self) -> None:
        """Forget every waiting act."""
        with self._lock:
            self._waiting.clear()

    def _take(self, method: str, path: str) -> Callable[[], None] | None:
        with self._lock:
            for position, (pattern, act) in enumerate(self._waiting):
                if pattern.fits(method, path):
                    del self._waiting[position]
                    return act
        return None
