"""A stack's tables behind the ports, for the commands that read them."""

from datetime import timedelta

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_configuration import DynamoConfigurationStore
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.runtime.bootstrap.world import utc_now
from herald.usecases.trace import Tracer
from herald_cli.connection import Connection

KEPT = timedelta(days=30)


def tracer(connection: Connection) -> Tracer:
    """Return what finds an event's story."""
    database, outputs = connection.dynamodb(), connection.outputs
    return Tracer(
        inbox=DynamoInbox(database, outputs["InboxTableName"], utc_now, KEPT),
        decisions=DynamoDecisions(database, outputs["AuditTableName"]),
        audit=DynamoAuditTrail(database, outputs["AuditTableName"]),
        ledger=DynamoLedger(database, outputs["LedgerTableName"]),
    )


def configuration_store(connection: Connection) -> DynamoConfigurationStore:
    """Return the versions of ``config/``, always read anew."""
    return DynamoConfigurationStore(connection.dynamodb(), connection.outputs["ConfigTableName"], utc_now, timedelta(0))


def touch(connection: Connection, event_id: str) -> bool:
    """Change an event's item, so that the stream and with it the relay sees it again; false if there is none."""
    database = connection.dynamodb()
    try:
        database.update_item(
            TableName=connection.outputs["InboxTableName"],
            Key={"id": {"S": event_id}},
            UpdateExpression="SET republished_at = :now",
            ConditionExpression="attribute_exists(id) AND publish = :true",
            ExpressionAttributeValues={":now": {"S": utc_now().isoformat()}, ":true": {"BOOL": True}},
        )
    except database.exceptions.ConditionalCheckFailedException:
        return False
    return True
