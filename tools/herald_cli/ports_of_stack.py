"""A stack's tables, bucket and parameter behind the ports, for the commands that read them."""

from datetime import timedelta

from herald.adapters.aws_configuration import AwsConfigurationStore
from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.parameter_pointer import ParameterPointer
from herald.adapters.s3_configurations import S3Configurations
from herald.domain.gate import Gate, gate_of
from herald.ports import StateStore
from herald.runtime.bootstrap.world import utc_now
from herald.usecases import passage
from herald.usecases.trace import Tracer
from herald.usecases.why import AskWhy
from herald_cli.connection import Connection

KEPT = timedelta(days=30)
OPENTEXT = "opentext"
"""The name of OpenText's gate in the state table."""


def tracer(connection: Connection) -> Tracer:
    """Return what finds an event's story."""
    database, audit_table = connection.dynamodb(), connection.output("AuditTableName")
    return Tracer(
        inbox=inbox(connection),
        decisions=DynamoDecisions(database, audit_table),
        audit=DynamoAuditTrail(database, audit_table),
        ledger=ledger(connection),
    )


def ask_why(connection: Connection) -> AskWhy:
    """Return what finds why somebody was told of an event, or not."""
    return AskWhy(tracer(connection), configuration_store(connection), state_store(connection))


def inbox(connection: Connection) -> DynamoInbox:
    """Return the one door by which events enter."""
    return DynamoInbox(connection.dynamodb(), connection.output("InboxTableName"), utc_now, KEPT)


def ledger(connection: Connection) -> DynamoLedger:
    """Return the delivery ledger."""
    return DynamoLedger(connection.dynamodb(), connection.output("LedgerTableName"))


def state_store(connection: Connection) -> DynamoStateStore:
    """Return what the functions have to agree on."""
    return DynamoStateStore(connection.dynamodb(), connection.output("StateTableName"), utc_now)


def opentext_gate(state: StateStore) -> Gate:
    """Return OpenText's gate as it stands. Raises ``StorageError``."""
    stored = state.load(passage.KIND, OPENTEXT)
    return gate_of(stored.document) if stored is not None else Gate()


def configuration_store(connection: Connection) -> AwsConfigurationStore:
    """Return the versions of ``config/``; which one is active is always read anew."""
    versions = S3Configurations(connection.s3, connection.output("ConfigBucketName"))
    pointer = ParameterPointer(connection.ssm, connection.output("ConfigParameterName"))
    return AwsConfigurationStore(versions, pointer, utc_now, timedelta(0), lambda _name, _number: None)


def touch(connection: Connection, event_id: str) -> bool:
    """Change an event's item, so that the stream and with it the relay sees it again; false if there is none."""
    database = connection.dynamodb()
    try:
        database.update_item(
            TableName=connection.output("InboxTableName"),
            Key={"id": {"S": event_id}},
            UpdateExpression="SET republished_at = :now",
            ConditionExpression="attribute_exists(id) AND publish = :true",
            ExpressionAttributeValues={":now": {"S": utc_now().isoformat()}, ":true": {"BOOL": True}},
        )
    except database.exceptions.ConditionalCheckFailedException:
        return False
    return True
