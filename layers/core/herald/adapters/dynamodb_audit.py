"""The audit trail on DynamoDB: one item per entry, its number in the key, so that no two take one place."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from herald.adapters.dynamodb_items import audit_entry_of, audit_item
from herald.adapters.dynamodb_requests import every_item, put_unless
from herald.domain.audit import AuditEntry, AuditRecord, chained, genesis
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ATTEMPTS = 20
PAUSE_SECONDS = (0.005, 0.05)
"""Between two tries: whoever lost lets the others pass."""


class AuditContendedError(StorageError):
    """Others kept writing to the event's chain; to be tried again."""


@dataclass(frozen=True)
class DynamoAuditTrail:
    """Implements ``ports.AuditTrail``. Entries are put where none stands, and never changed."""

    client: "DynamoDBClient"
    table: str

    def append(self, record: AuditRecord) -> AuditEntry:
        """Append at the end of the chain, or return the entry that bears the record's key.

        Raises ``StorageError``, its subclass ``AuditContendedError`` after 20 lost races, and ``PoisonError`` if the
        details exceed what an item holds.
        """
        for _ in range(ATTEMPTS):
            chain = self.entries(record.event_id)
            for entry in chain:
                if entry.record.key == record.key:
                    return entry
            entry = chained(record, len(chain) + 1, chain[-1].hash if chain else genesis(record.event_id))
            written, _standing = put_unless(
                self.client, self.table, audit_item(entry),
                ConditionExpression="attribute_not_exists(event_id)",
            )  # fmt: skip
            if written:
                return entry
            time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - only to get out of each other's way
        raise AuditContendedError(f"{ATTEMPTS} times another writer was first to append to {record.event_id}")

    def entries(self, event_id: str) -> Sequence[AuditEntry]:
        """Return the whole chain in order, read consistently. Raises ``StorageError``."""
        items = every_item(
            self.client, self.table,
            KeyConditionExpression="event_id = :event AND begins_with(entry, :audit)",
            ExpressionAttributeValues={":event": {"S": event_id}, ":audit": {"S": "audit#"}},
            ConsistentRead=True,
        )  # fmt: skip
        return [audit_entry_of(item) for item in items]
