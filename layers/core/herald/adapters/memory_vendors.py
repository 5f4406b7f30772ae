"""Threekit and OpenText in memory: objects to be read, and messages to be looked at."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from herald.adapters.exact_json import dumps, loads
from herald.domain.canonical import short_id
from herald.domain.delivery import Channel
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.message import Outgoing

PER_PAGE: Final = 100

Found = TypeVar("Found", bound=Mapping[str, Any])
Objects = Mapping[str, Mapping[str, Any]]
"""Objects by id."""


class MemoryThreekit:
    """Implements ``ports.Threekit`` over mappings from an id to an object, which it keeps as given.

    ``items`` are assets, with metadata as a plain map; ``records`` are the same items as the export has them.
    """

    def __init__(
        self,
        orders: Objects | None = None,
        configurations: Objects | None = None,
        jobs: Objects | None = None,
        *,
        items: Objects | None = None,
        records: Objects | None = None,
        pictures: Mapping[str, bytes] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._orders = _copies(orders)
        self._configurations = _copies(configurations)
        self._jobs = _copies(jobs)
        self._items = _copies(items)
        self._records = _copies(records)
        self._pictures = dict(pictures or {})

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._orders, "order", order_id))

    def configurations(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the saved configurations among these ids, by id."""
        with self._lock:
            return {one: _copy(self._configurations[one]) for one in ids if one in self._configurations}

    def picture(self, configuration_id: str) -> bytes:
        """Return a configuration's picture. Raises ``CallFailed`` (permanent) if there is none."""
        if configuration_id not in self._pictures:
            raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, "there is no picture", status=404)
        return self._pictures[configuration_id]

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._jobs, "job", job_id))

    def put_order(self, order_id: str, metadata: Mapping[str, Any], status: str | None = None) -> None:
        """Replace an order's metadata as a whole, and its status where one is given.

        Raises ``CallFailed`` (permanent) if there is no such order.
        """
        with self._lock:
            order = _found(self._orders, "order", order_id)
            order["metadata"] = _copy(metadata)
            if status is not None:
                order["status"] = status

    def orders_page(self, page: int, sort: str) -> list[dict[str, Any]]:
        """Return a page of a hundred orders, counted from 1, sorted by ``+`` or ``-`` and a field."""
        with self._lock:
            return _page(self._orders.values(), page, sort)

    def jobs_page(self, page: int) -> list[dict[str, Any]]:
        """Return a page of a hundred stopped jobs, counted from 1, newest first."""
        with self._lock:
            return _page([job for job in self._jobs.values() if job.get("status") == "stopped"], page, "-createdAt")

    def item(self, item_id: str) -> dict[str, Any]:
        """Return an item. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._items, "item", item_id))

    def item_record(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return an item's whole record. Raises ``CallFailed`` (permanent) if there is none."""
        with self._lock:
            return _copy(_found(self._records, "record", str(item["id"])))

    def import_item(self, record: Mapping[str, Any]) -> None:
        """Write a whole record, found by ``query.id``, and the item's name, tags and metadata with it.

        Raises ``CallFailed`` (permanent) if there is no such item: Herald makes none.
        """
        with self._lock:
            written = _copy(record)
            item, product = _found(self._items, "item", str(written["query"]["id"])), written["product"]
            self._records[item["id"]] = written
            item.update({name: product[name] for name in ("name", "tags") if name in product})
            item["metadata"] = {row["name"]: row["defaultValue"] for row in product.get("metadata", ())}


class MemoryOpenText:
    """Implements ``ports.OpenText``. ``submitted`` is what was accepted; an error that ``fails`` returns is raised.

    ``statuses`` is what is answered about jobs, by job id; whoever plays the vendor sets it.
    """

    def __init__(self, fails: Callable[[Outgoing], CallFailed | None] = lambda _message: None) -> None:
        self._fails = fails
        self._lock = threading.Lock()
        self.submitted: list[Outgoing] = []
        self.statuses: dict[str, Mapping[str, Any]] = {}

    def submit(self, message: Outgoing) -> str:
        """Accept the message; return a job id that no other submit gets."""
        failure = self._fails(message)
        if failure is not None:
            raise failure
        with self._lock:
            self.submitted.append(message)
            return short_id("job", message.message_id, str(len(self.submitted)))

    def status(self, channel: Channel, job_id: str) -> dict[str, Any]:  # noqa: ARG002 - job ids are of no channel here
        """Return what ``statuses`` says about a job. Raises ``CallFailed`` (permanent) if that is nothing."""
        with self._lock:
            return _copy(_found(self.statuses, "job", job_id))


def _page(records: Iterable[dict[str, Any]], page: int, sort: str) -> list[dict[str, Any]]:
    by = sort.lstrip("+-")
    ordered = sorted(records, key=lambda record: str(record.get(by)), reverse=sort.startswith("-"))
    return [_copy(record) for record in ordered[(page - 1) * PER_PAGE : page * PER_PAGE]]


def _found(objects: Mapping[str, Found], kind: str, object_id: str) -> Found:
    if object_id not in objects:
        raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, f"there is no such {kind}", status=404)
    return objects[object_id]


def _copies(objects: Objects | None) -> dict[str, dict[str, Any]]:
    return {key: _copy(value) for key, value in (objects or {}).items()}


def _copy(value: Mapping[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = loads(dumps(value))
    return copy
