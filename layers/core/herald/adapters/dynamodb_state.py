"""The documents several functions change together, on DynamoDB: one item each, guarded by its version."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from herald.adapters.dynamodb_items import epoch, packed, unpacked
from herald.adapters.dynamodb_requests import Item, every_item, get, put_unless
from herald.adapters.exact_json import dumps, loads
from herald.ports import Clock, StaleStateError, Stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True)
class DynamoStateStore:
    """Implements ``ports.StateStore``.

    DynamoDB removes what has expired only days later; until then it counts as absent.
    """

    client: "DynamoDBClient"
    table: str
    clock: Clock

    def load(self, kind: str, identity: str) -> Stored | None:
        """Return a document that has not expired, read consistently, or ``None``. Raises ``StorageError``."""
        item = get(self.client, self.table, _key(kind, identity))
        return _stored(item) if item is not None and _stands(item, self.clock()) else None

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        """Write it by one conditional put.

        Raises ``StaleStateError`` if another version stands, ``StorageError`` if it is not known to be written, and
        ``PoisonError`` if an item cannot hold it.
        """
        now = self.clock()
        # The client repeats a request whose answer was lost; the token tells our own first try from somebody else's.
        token = {"S": secrets.token_hex(8)}
        item = {
            **_key(kind, identity),
            "document": packed(dumps(document), f"a document of kind {kind}"),
            "version": {"N": str(version + 1)},
            "expires_at": epoch(now + keep),
            "write_token": token,
        }
        written, standing = put_unless(self.client, self.table, item, **_unchanged(version, now))
        if written:
            return
        standing = standing or get(self.client, self.table, _key(kind, identity))
        if standing is None or standing.get("write_token") != token:
            raise StaleStateError(f"a document of kind {kind} is no longer at version {version}")

    def every(self, kind: str) -> Mapping[str, Stored]:
        """Return all documents of a kind that have not expired, by id. Raises ``StorageError``."""
        now = self.clock()
        items = every_item(
            self.client, self.table,
            KeyConditionExpression="kind = :kind", ExpressionAttributeValues={":kind": {"S": kind}},
        )  # fmt: skip
        return {item["id"]["S"]: _stored(item) for item in items if _stands(item, now)}


def _key(kind: str, identity: str) -> dict[str, Any]:
    return {"kind": {"S": kind}, "id": {"S": identity}}


def _unchanged(version: int, now: datetime) -> dict[str, Any]:
    if version == 0:
        return {
            "ConditionExpression": "attribute_not_exists(id) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": epoch(now)},
        }
    return {
        "ConditionExpression": "#version = :version AND expires_at > :now",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": {"N": str(version)}, ":now": epoch(now)},
    }


def _stands(item: Item, now: datetime) -> bool:
    return int(item["expires_at"]["N"]) > int(now.timestamp())


def _stored(item: Item) -> Stored:
    return Stored(loads(unpacked(item["document"])), int(item["version"]["N"]))
