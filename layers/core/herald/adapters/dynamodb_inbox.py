"""The inbox on DynamoDB. Its stream feeds the relay, so recording and publishing cannot disagree."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from herald.adapters.dynamodb_items import epoch, event_item, event_of
from herald.adapters.dynamodb_requests import Item, get, put_unless
from herald.domain.event import Event, IdentityKind
from herald.ports import Clock, Recorded, StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ATTEMPTS = 3


@dataclass(frozen=True)
class DynamoInbox:
    """Implements ``ports.Inbox``: one item per event, gone when ``retention`` is over."""

    client: "DynamoDBClient"
    table: str
    clock: Clock
    retention: timedelta

    def record(self, event: Event) -> Recorded:
        """Write the event by one conditional put; only where that finds an older telling may anything be read.

        Raises ``StorageError`` if it is not known to be written, ``PoisonError`` if an item cannot hold it.
        """
        item = event_item(event, self.retention)
        for _ in range(ATTEMPTS):
            # DynamoDB removes what has expired only days later; until then it counts as absent.
            written, standing = put_unless(
                self.client, self.table, item,
                ConditionExpression="attribute_not_exists(id) OR expires_at <= :now",
                ExpressionAttributeValues={":now": epoch(self.clock())},
            )  # fmt: skip
            if written:
                return Recorded.NEW
            standing = standing or self._standing(event.id)
            if standing is not None:
                return _telling(event, standing["body_hash"]["S"])
        raise StorageError(f"writing {self.table}: an item that stood in the way is not there when read")

    def load(self, event_id: str) -> Event | None:
        """Return the event, read consistently, or ``None``. Raises ``StorageError``."""
        item = self._standing(event_id)
        return event_of(item) if item is not None else None

    def _standing(self, event_id: str) -> Item | None:
        key: dict[str, Any] = {"id": {"S": event_id}}
        item = get(self.client, self.table, key)
        if item is None or int(item["expires_at"]["N"]) <= int(self.clock().timestamp()):
            return None
        return item


def _telling(event: Event, body_hash: str) -> Recorded:
    if event.identity.kind is IdentityKind.SENDER_ID and body_hash != event.body_hash:
        return Recorded.CONFLICT
    return Recorded.DUPLICATE
