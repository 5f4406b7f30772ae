"""Goes through the inbox of a stack by time, with the decision about each event.

The inbox has no index by time, so the whole table is read, half a read unit for each four kilobytes; decisions cost the
same. One page is in memory at a time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import storage_errors
from herald.adapters.dynamodb_items import decision_of, event_of
from herald.domain.decision import Decision
from herald.domain.event import Event
from herald.usecases.shelf import short_pause
from herald_cli.backtest_facts import goes_through_rules

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

AT_ONCE = 100
"""Keys that DynamoDB takes in one batch."""


@dataclass
class InboxScan:
    """Reads with eventual consistency, at half the price. ``read_units`` adds up what was paid for."""

    client: "DynamoDBClient"
    inbox: str
    audit: str
    read_units: float = 0.0

    def about(self) -> int:
        """Return about how many events there are, as DynamoDB counts every six hours. Raises ``StorageError``."""
        with storage_errors(f"describing {self.inbox}"):
            return int(self.client.describe_table(TableName=self.inbox)["Table"].get("ItemCount", 0))

    def since(self, start: datetime) -> Iterator[tuple[Event, Decision | None]]:
        """Yield events received since then, in no order. Raises ``StorageError``."""
        events = self._events(start)
        while batch := list(islice(events, AT_ONCE)):
            decisions = self._decisions([event.id for event in batch if goes_through_rules(event)])
            yield from ((event, decisions.get(event.id)) for event in batch)

    def _events(self, start: datetime) -> Iterator[Event]:
        request: dict[str, Any] = {
            "FilterExpression": "received_at >= :start",
            "ExpressionAttributeValues": {":start": {"S": start.isoformat()}},
        }
        while True:
            with storage_errors(f"scanning {self.inbox}"):
                page = self.client.scan(TableName=self.inbox, ReturnConsumedCapacity="TOTAL", **request)
            self._pay(page.get("ConsumedCapacity", {}))
            yield from map(event_of, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _decisions(self, events: Sequence[str]) -> dict[str, Decision]:
        found: dict[str, Decision] = {}
        left: list[Any] = [{"event_id": {"S": event}, "entry": {"S": "decision"}} for event in events]
        while left:
            with storage_errors(f"reading {self.audit}"):
                answer = self.client.batch_get_item(
                    RequestItems={self.audit: {"Keys": left}}, ReturnConsumedCapacity="TOTAL"
                )
            self._pay(*answer.get("ConsumedCapacity", ()))
            decisions = map(decision_of, answer["Responses"].get(self.audit, ()))
            found |= {decision.event_id: decision for decision in decisions}
            unprocessed = answer["UnprocessedKeys"].get(self.audit)
            left = list(unprocessed["Keys"]) if unprocessed else []
            if left:
                short_pause()
        return found

    def _pay(self, *consumed: Mapping[str, Any]) -> None:
        self.read_units += sum(float(one.get("CapacityUnits", 0)) for one in consumed)
