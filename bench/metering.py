"""What a request to AWS is metered as: units of DynamoDB, events, requests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bench.recorded_house import AwsCall

FIFO_QUEUE = ".fifo"
_WRITE_UNIT, _READ_UNIT, _CHUNK = 1024, 4096, 64 * 1024


@dataclass(frozen=True)
class Metered:
    """So many units of a price in ``prices.yaml``, taken by an operation on a table, queue, bus or secret."""

    price: str
    units: float
    what: str


@dataclass
class Meter:
    """Meters calls in the order they were made: whether an index entry is new depends on what was written before."""

    _indexed: set[tuple[Any, ...]] = field(default_factory=set)
    _sizes: dict[str, int] = field(default_factory=dict)

    def metered(self, call: AwsCall) -> Iterator[Metered]:
        """Give what a call is charged for."""
        if call.service == "dynamodb":
            yield from self._database(call)
        elif call.service == "events":
            for entry in call.request["Entries"]:
                size = sum(len(str(entry.get(part, ""))) for part in ("Source", "DetailType", "Detail"))
                yield Metered("eventbridge_event", ceil(size / _CHUNK), "PutEvents")
        elif call.service == "sqs":
            fifo = call.request["QueueUrl"].endswith(FIFO_QUEUE)
            queue = call.request["QueueUrl"].rpartition("/")[2]
            yield Metered("sqs_fifo_request" if fifo else "sqs_request", 1, f"{call.operation} {queue}")
        else:
            yield Metered(f"{call.service}_request", 1, call.operation)

    def _database(self, call: AwsCall) -> Iterator[Metered]:
        request, what = call.request, f"{call.operation} {call.request['TableName']}"
        if call.operation in ("GetItem", "Query"):
            found = [call.parsed["Item"]] if "Item" in call.parsed else call.parsed.get("Items", [])
            units = max(1, ceil(sum(map(item_bytes, found)) / _READ_UNIT))
            strong = request.get("ConsistentRead", False)
            yield Metered("dynamodb_read_unit", units if strong else units / 2, what)
            return
        key = f"{request['TableName']} {request.get('Key') or _key(request['Item'])}"
        written = request.get("Item") or {**request["Key"], **_set(request)}
        size = max(item_bytes(written), self._sizes.get(key, 0))
        if call.status == 200:
            self._sizes[key] = item_bytes(written)
        units = max(1, ceil(size / _WRITE_UNIT)) + (self._index_entries(key, written) if call.status == 200 else 0)
        yield Metered("dynamodb_write_unit", units, what)

    def _index_entries(self, key: str, written: Mapping[str, Any]) -> int:
        """Each index of the ledger holds keys only, so an entry is written once, when its attribute is."""
        if not key.startswith("LedgerTable"):
            return 0
        entries = {(key, name, str(written[name])) for name in ("job_id", "event_id") if name in written}
        new = entries - self._indexed
        self._indexed |= new
        return len(new)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return an item's size as DynamoDB counts it: names and values in UTF-8, numbers by their digits."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    if kind == "N":
        return (len(content) + 1) // 2 + 1
    if kind in ("S", "B"):
        return len(content.encode() if isinstance(content, str) else content)
    return 1


def _key(item: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id",) if "id" in item else ("event_id", "entry") if "entry" in item else ("pk", "sk")
    return {name: item[name] for name in names if name in item}


def _set(request: Mapping[str, Any]) -> dict[str, Any]:
    names = request["ExpressionAttributeNames"]
    values = request["ExpressionAttributeValues"]
    return {name: values[f":{name}"] for name in names.values() if f":{name}" in values}
