"""Threekit and OpenText in memory: objects to be read, and messages to be looked at."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.domain.canonical import short_id
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.message import Outgoing


class MemoryThreekit:
    """Implements ``ports.Threekit`` over three mappings from an id to an object, which it keeps as given."""

    def __init__(
        self,
        orders: Mapping[str, Mapping[str, Any]] | None = None,
        configurations: Mapping[str, Mapping[str, Any]] | None = None,
        jobs: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._orders = {key: _copy(value) for key, value in (orders or {}).items()}
        self._configurations = {key: _copy(value) for key, value in (configurations or {}).items()}
        self._jobs = {key: _copy(value) for key, value in (jobs or {}).items()}

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._orders, "order", order_id))

    def configurations(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the saved configurations among these ids, by id."""
        with self._lock:
            return {one: _copy(self._configurations[one]) for one in ids if one in self._configurations}

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._jobs, "job", job_id))

    def put_order_metadata(self, order_id: str, metadata: Mapping[str, Any]) -> None:
        """Replace an order's metadata as a whole. Raises ``CallFailed`` (permanent) if there is no such order."""
        with self._lock:
            _found(self._orders, "order", order_id)["metadata"] = _copy(metadata)


class MemoryOpenText:
    """Implements ``ports.OpenText``. ``submitted`` is what was accepted; an error that ``fails`` returns is raised."""

    def __init__(self, fails: Callable[[Outgoing], CallFailed | None] = lambda _message: None) -> None:
        self._fails = fails
        self._lock = threading.Lock()
        self.submitted: list[Outgoing] = []

    def submit(self, message: Outgoing) -> str:
        """Accept the message; return a job id that no other submit gets."""
        failure = self._fails(message)
        if failure is not None:
            raise failure
        with self._lock:
            self.submitted.append(message)
            return short_id("job", message.message_id, str(len(self.submitted)))


def _found(objects: Mapping[str, dict[str, Any]], kind: str, object_id: str) -> dict[str, Any]:
    if object_id not in objects:
        raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, f"there is no such {kind}", status=404)
    return objects[object_id]


def _copy(value: Mapping[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = loads(dumps(value))
    return copy
