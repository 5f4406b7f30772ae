"""Conditional writes and whole queries on DynamoDB: what every table's adapter needs of it."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code, storage_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Item = Mapping[str, Any]
"""Attribute names to values in DynamoDB's own form, such as ``{"id": {"S": "evt_1"}}``."""


def get(client: "DynamoDBClient", table: str, key: Item) -> Item | None:
    """Return an item, read consistently, or ``None``. Raises ``StorageError``."""
    with storage_errors(f"reading {table}"):
        return client.get_item(TableName=table, Key=dict(key), ConsistentRead=True).get("Item")


def put_unless(client: "DynamoDBClient", table: str, item: Item, **condition: Any) -> tuple[bool, Item | None]:
    """Put an item under a condition; return whether it was written, and if not, what stands if the service told.

    ``condition`` is ``ConditionExpression`` and the names and values in it. Raises ``StorageError``.
    """
    return _conditional(client.put_item, table, Item=dict(item), **condition)


def update_if(client: "DynamoDBClient", table: str, key: Item, **update: Any) -> tuple[bool, Item | None]:
    """Update an item under a condition; return as ``put_unless`` does. Raises ``StorageError``."""
    return _conditional(client.update_item, table, Key=dict(key), **update)


def every_item(client: "DynamoDBClient", table: str, **query: Any) -> Iterator[Item]:
    """Give every item a query finds, page after page. Raises ``StorageError``."""
    while True:
        with storage_errors(f"querying {table}"):
            page = client.query(TableName=table, **query)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _conditional(call: Callable[..., Any], table: str, **request: Any) -> tuple[bool, Item | None]:
    with storage_errors(f"writing {table}"):
        try:
            call(TableName=table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **request)
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            standing: Item | None = error.response.get("Item")  # type: ignore[assignment]
            return False, standing or None
    return True, None
