"""How each item of the catalogue was at the last scan, on DynamoDB: one item each."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import storage_errors
from herald.adapters.dynamodb_items import packed, unpacked
from herald.adapters.dynamodb_requests import get, put_unless
from herald.adapters.exact_json import dumps, loads
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

    from herald.domain.catalog.state import ItemState

GETS, WRITES = 100, 25
"""How many DynamoDB takes in one request."""
AT_A_TIME = 4
ATTEMPTS = 8


@dataclass(frozen=True)
class DynamoItemStates:
    """Implements ``catalog_ports.ItemStates``."""

    client: "DynamoDBClient"
    table: str

    def load(self, ids: Sequence[str]) -> "Mapping[str, ItemState]":
        """Return the states that there are, by id. Raises ``StorageError``."""
        from herald.domain.catalog.state import state_of  # noqa: PLC0415 - rule_evaluation hardly ever asks

        found: dict[str, ItemState] = {}
        for items in self._side_by_side(self._get, _parts([*dict.fromkeys(ids)], GETS)):
            found |= {item["id"]["S"]: state_of(item["id"]["S"], loads(unpacked(item["document"]))) for item in items}
        return found

    def keep(self, states: "Sequence[ItemState]") -> None:
        """Write states. Raises ``StorageError`` if one of them is not known to be written."""
        # One batch must not name an item twice.
        requests = [{"PutRequest": {"Item": _item(state)}} for state in {state.id: state for state in states}.values()]
        self._side_by_side(self._write, _parts(requests, WRITES))

    def exchange(self, before: "ItemState", after: "ItemState") -> bool:
        """Write one state if the other one stands; say whether it did. Raises ``StorageError``."""
        written, _ = put_unless(
            self.client, self.table, _item(after),
            ConditionExpression="#document = :before", ExpressionAttributeNames={"#document": "document"},
            ExpressionAttributeValues={":before": _item(before)["document"]},
        )  # fmt: skip
        return written

    def forget(self, ids: Sequence[str]) -> None:
        """Remove states. Raises ``StorageError``."""
        requests = [{"DeleteRequest": {"Key": {"id": {"S": one}}}} for one in dict.fromkeys(ids)]
        self._side_by_side(self._write, _parts(requests, WRITES))

    def _side_by_side(self, work: Callable[[list[Any]], Any], parts: list[list[Any]]) -> list[Any]:
        if len(parts) <= 1:
            return [work(part) for part in parts]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as above

        with ThreadPoolExecutor(AT_A_TIME) as workers:
            return list(workers.map(work, parts))

    def _get(self, ids: list[str]) -> list[Mapping[str, Any]]:
        if len(ids) == 1:
            # Who moves one item of the board has no right to batches.
            item = get(self.client, self.table, {"id": {"S": ids[0]}})
            return [item] if item is not None else []
        wanted: Any = {self.table: {"Keys": [{"id": {"S": one}} for one in ids]}}
        found: list[Mapping[str, Any]] = []
        for _ in self._tries():
            with storage_errors("reading what is known of items"):
                answer = self.client.batch_get_item(RequestItems=wanted)
            found += answer["Responses"].get(self.table, [])
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return found
        raise StorageError("reading what is known of items: DynamoDB left some out, again and again")

    def _write(self, requests: list[Any]) -> None:
        if len(requests) == 1 and "PutRequest" in requests[0]:
            with storage_errors("writing what is known of an item"):
                self.client.put_item(TableName=self.table, Item=requests[0]["PutRequest"]["Item"])
            return
        waiting: Any = {self.table: requests}
        for _ in self._tries():
            with storage_errors("writing what is known of items"):
                waiting = self.client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
            if not waiting:
                return
        raise StorageError("writing what is known of items: DynamoDB left some out, again and again")

    def _tries(self) -> Iterator[None]:
        """Yield for each try; what a batch leaves out is asked for again after a growing pause."""
        for attempt in range(ATTEMPTS):
            yield
            time.sleep(random.uniform(0, min(5.0, 0.05 * 2**attempt)))  # noqa: S311 - jitter


def _parts(whole: Sequence[Any], size: int) -> list[list[Any]]:
    return [list(whole[start : start + size]) for start in range(0, len(whole), size)]


def _item(state: "ItemState") -> dict[str, Any]:
    from herald.domain.catalog.state import state_document  # noqa: PLC0415 - as above

    return {"id": {"S": state.id}, "document": packed(dumps(state_document(state)), "an item's state")}
