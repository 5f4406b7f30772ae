"""Faults a simulator plays on demand: a queue of them per route, each consumed by the next matching requests."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain
from typing import Any, Literal

from simulators.exchange import Reply
from simulators.json_types import Record, to_bytes
from simulators.routes import RoutePattern

ResetPoint = Literal["before_body", "before_effect", "after_effect"]
BadAnswer = Literal["truncated", "invalid_json"]
_CHOICES = {
    "reset": ("before_body", "before_effect", "after_effect"),
    "answer": ("truncated", "invalid_json"),
}


@dataclass(frozen=True)
class Fault:
    """One fault for the requests whose ``METHOD /path`` fits ``route`` (shell wildcards; ``*`` crosses slashes).

    - ``status`` with ``body`` (JSON document or text) and ``headers``: answer this instead; the effect does not happen
      unless ``effect_done`` is true.
    - ``delay_seconds``: wait before the effect; alone it only slows the request.
    - ``reset``: cut the connection (TCP RST) before the body is read, after it but before the effect, or after the
      effect, so that the answer is lost.
    - ``hang_seconds``: the effect happens, the answer is withheld for so long, then the connection is cut.
    - ``answer``: the effect happens, the answer is ``truncated`` (fewer bytes than Content-Length says, then closed) or
      ``invalid_json`` (a complete answer whose body is not JSON).

    Raises ValueError for contradicting fields.
    """

    route: str
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    effect_done: bool = False
    delay_seconds: float = 0.0
    hang_seconds: float = 0.0
    reset: ResetPoint | None = None
    answer: BadAnswer | None = None

    def __post_init__(self) -> None:
        """Refuse a fault that nobody could play."""
        RoutePattern(self.route)
        ways = [self.status is not None, self.reset is not None, self.hang_seconds > 0, self.answer is not None]
        if sum(ways) > 1:
            raise ValueError("a fault has one of status, reset, hang_seconds, answer")
        if not any(ways) and self.delay_seconds <= 0:
            raise ValueError("a fault without status, reset, hang_seconds, answer or delay_seconds does nothing")
        if self.status is None and (self.body is not None or self.headers or self.effect_done):
            raise ValueError("body, headers and effect_done belong to a fault with a status")
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in (None, *allowed):
                raise ValueError(f"a fault's {name} is one of {allowed}")

    @property
    def body_bytes(self) -> bytes:
        """The body of a status fault as it goes over the wire."""
        if self.body is None:
            return to_bytes({"message": f"simulated fault: {self.status}"})
        return self.body.encode() if isinstance(self.body, str) else to_bytes(self.body)

    def changed(self, reply: Reply) -> Reply:
        """Return the answer this fault gives in place of the vendor's."""
        if self.status is not None:
            return Reply(self.status, self.body_bytes, {"Content-Type": "application/json", **self.headers})
        if self.answer != "invalid_json":
            return reply
        stream = None if reply.stream is None else chain([b"<html>"], reply.stream)
        return replace(reply, body=b"<html>" + reply.body, stream=stream)

    def fits(self, method: str, path: str) -> bool:
        """Whether this fault is meant for the request."""
        return RoutePattern(self.route).fits(method, path)


class FaultQueue:
    """The waiting faults of one simulator, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def next(self, route: str, *, times: int = 1, **kind: Any) -> None:
        """Play a fault on the next ``times`` requests that fit ``route``; ``kind`` are the fields of ``Fault``.

        Raises ValueError for contradicting fields or ``times`` below 1, TypeError for an unknown field.
        """
        if times < 1:
            raise ValueError("a fault is played at least once")
        fault = Fault(route, **kind)
        with self._lock:
            self._waiting.extend([fault] * times)

    def add_documents(self, documents: object) -> None:
        """Add faults given as JSON: one object or a list, fields as in ``next``. All or none; raises ValueError."""
        rows = documents if isinstance(documents, list) else [documents]
        known = {spec.name for spec in fields(Fault)} | {"times"}
        fresh: list[Fault] = []
        for row in rows:
            if not isinstance(row, dict) or "route" not in row or not set(row) <= known:
                raise ValueError(f"a fault is an object with a route and only these fields: {sorted(known)}")
            times = row.get("times", 1)
            if not isinstance(times, int) or times < 1:
                raise ValueError("times is a whole number, at least 1")
            fresh.extend([Fault(**{key: value for key, value in row.items() if key != "times"})] * times)
        with self._lock:
            self._waiting.extend(fresh)

    def take(self, method: str, path: str) -> Fault | None:
        """Remove and return the oldest fault meant for the request; None when there is none."""
        with self._lock:
            for position, fault in enumerate(self._waiting):
                if fault.fits(method, path):
                    return self._waiting.pop(position)
        return None

    def clear(self) -> None:
        """Forget every waiting fault."""
        with self._lock:
            self._waiting.clear()

    def documents(self) -> list[Record]:
        """Return the waiting faults as JSON documents, oldest first."""
        with self._lock:
            return [json.loads(json.dumps(asdict(fault))) for fault in self._waiting]
