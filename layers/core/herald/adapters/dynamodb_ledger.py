"""The delivery ledger on DynamoDB: a notification and its deliveries in one partition, moved by conditional writes."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from herald.adapters.dynamodb_items import (
    UNSETTLED,
    delivery_attributes,
    delivery_key,
    delivery_of,
    notification_item,
    notification_key,
    notification_of,
    sortable,
)
from herald.adapters.dynamodb_requests import Item, every_item, get, put_unless, update_if
from herald.adapters.ledger_records import record_of
from herald.domain.delivery import Delivery
from herald.domain.notification import Notification
from herald.ports import NotificationRecord, StaleDeliveryError, StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(days=90)
"""How long an effect is known to be done: far beyond the two weeks a message may lie in a dead-letter queue."""


@dataclass(frozen=True)
class DynamoLedger:
    """Implements ``ports.Ledger``."""

    client: "DynamoDBClient"
    table: str
    retention: timedelta = RETENTION

    def open(self, notification: Notification) -> Notification:
        """Write the notification unless its id is taken; return the one that stands. Raises ``StorageError``."""
        written, standing = put_unless(
            self.client, self.table, notification_item(notification, self.retention),
            ConditionExpression="attribute_not_exists(pk)",
        )  # fmt: skip
        if written:
            return notification
        standing = standing or get(self.client, self.table, notification_key(notification.id))
        if standing is None:
            raise StorageError(f"writing {self.table}: a notification that stood in the way is not there when read")
        return notification_of(standing)

    def load(self, notification_id: str) -> NotificationRecord | None:
        """Return a notification with its deliveries, read consistently, or ``None``. Raises ``StorageError``."""
        items = every_item(
            self.client, self.table,
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": notification_id}},
            ConsistentRead=True,
        )  # fmt: skip
        notification: Notification | None = None
        deliveries: list[Delivery] = []
        for item in items:
            if item["sk"]["S"] == "notification":
                notification = notification_of(item)
            else:
                deliveries.append(delivery_of(item))
        return record_of(notification, deliveries) if notification is not None else None

    def by_job(self, job_id: str) -> Sequence[Delivery]:
        """Return the deliveries submitted under a job. Raises ``StorageError``."""
        keys = [{"pk": key["pk"], "sk": key["sk"]} for key in self._indexed("by_job", "job_id", job_id)]
        items = [get(self.client, self.table, key) for key in keys]
        deliveries = [delivery_of(item) for item in items if item is not None]
        # The index lags: it may still know a delivery by a job it no longer has.
        return sorted(
            (delivery for delivery in deliveries if delivery.job_id == job_id), key=lambda delivery: delivery.reference
        )

    def write(self, delivery: Delivery) -> None:
        """Store a moved delivery. Raises ``StaleDeliveryError`` if another version stands, and ``StorageError``."""
        # The client repeats a request whose answer was lost; the token tells our own first try from somebody else's.
        token = {"S": secrets.token_hex(8)}
        attributes = {**delivery_attributes(delivery, self.retention), "write_token": token}
        given = {name: value for name, value in attributes.items() if value is not None}
        absent = [name for name in attributes if name not in given]
        condition, values = _unmoved(delivery)
        written, standing = update_if(
            self.client, self.table, delivery_key(delivery),
            UpdateExpression=_clause("SET", [f"#{name} = :{name}" for name in given])
            + _clause(" REMOVE", [f"#{name}" for name in absent]),
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ExpressionAttributeValues={**{f":{name}": value for name, value in given.items()}, **values},
        )  # fmt: skip
        if written:
            return
        standing = standing or get(self.client, self.table, delivery_key(delivery))
        if standing is None or standing.get("write_token") != token:
            raise StaleDeliveryError(f"{delivery.reference} is no longer at version {delivery.version - 1}")

    def unsettled(self, now: datetime, most: int) -> Sequence[Delivery]:
        """Return the deliveries whose ``look_at`` has come, those waiting longest first. Raises ``StorageError``."""
        return list(islice(self._due(now, most), most)) if most > 0 else []

    def _due(self, now: datetime, a_page: int) -> Iterator[Delivery]:
        keys = every_item(
            self.client, self.table,
            IndexName="by_look",
            KeyConditionExpression="unsettled = :unsettled AND look_at <= :now",
            ExpressionAttributeValues={":unsettled": {"S": UNSETTLED}, ":now": sortable(now)},
            Limit=a_page,
        )  # fmt: skip
        for key in keys:
            item = get(self.client, self.table, {"pk": key["pk"], "sk": key["sk"]})
            delivery = delivery_of(item) if item is not None else None
            # The index lags: the delivery may have moved on since.
            if delivery is not None and delivery.look_at is not None and delivery.look_at <= now:
                yield delivery

    def _indexed(self, index: str, attribute: str, value: str) -> list[Item]:
        query: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": "#attribute = :value",
            "ExpressionAttributeNames": {"#attribute": attribute},
            "ExpressionAttributeValues": {":value": {"S": value}},
        }
        return list(every_item(self.client, self.table, **query))


def _unmoved(delivery: Delivery) -> tuple[str, dict[str, Any]]:
    if delivery.version == 1:
        return "attribute_not_exists(pk) OR #opened_by <> :opened_by", {}
    return "#version = :before AND #opened_by = :opened_by", {":before": {"N": str(delivery.version - 1)}}


def _clause(word: str, parts: Sequence[str]) -> str:
    return f"{word} {', '.join(parts)}" if parts else ""
