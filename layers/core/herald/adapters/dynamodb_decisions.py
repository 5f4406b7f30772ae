"""The decisions on DynamoDB: in the audit table, beside the entries of their events."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from herald.adapters.dynamodb_items import decision_item, decision_of
from herald.adapters.dynamodb_requests import get, put_unless
from herald.domain.decision import Decision
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


RETENTION = timedelta(days=90)
"""As long as the ledger keeps what follows from a decision."""


@dataclass(frozen=True)
class DynamoDecisions:
    """Implements ``ports.Decisions``. The first decision about an event stands."""

    client: "DynamoDBClient"
    table: str
    retention: timedelta = RETENTION

    def save(self, decision: Decision) -> Decision:
        """Write it unless the event has one; return the one that stands.

        Raises ``StorageError``, and ``PoisonError`` if it exceeds what an item holds even when compressed.
        """
        written, standing = put_unless(
            self.client,
            self.table,
            decision_item(decision, self.retention),
            ConditionExpression="attribute_not_exists(event_id)",
        )
        if written:
            return decision
        found = decision_of(standing) if standing is not None else self.load(decision.event_id)
        if found is None:
            raise StorageError(f"writing {self.table}: a decision that stood in the way is not there when read")
        return found

    def load(self, event_id: str) -> Decision | None:
        """Return the event's decision, read consistently, or ``None``. Raises ``StorageError``."""
        item = get(self.client, self.table, {"event_id": {"S": event_id}, "entry": {"S": "decision"}})
        return decision_of(item) if item is not None else None
