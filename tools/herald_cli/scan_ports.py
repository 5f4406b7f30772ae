"""What scans work with in a stack, behind the ports."""

from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.adapters.s3_files import S3Files
from herald.adapters.sqs import SqsScanQueue
from herald.domain.catalog.plan import CatalogPlan, plan_of
from herald_cli.connection import Connection
from herald_cli.ports_of_stack import configuration_store


def files(connection: Connection) -> S3Files:
    """Return workings of scans, and reports."""
    return S3Files(connection.s3(), connection.output("CatalogBucketName"))


def item_states(connection: Connection) -> DynamoItemStates:
    """Return how each item was at the last scan."""
    return DynamoItemStates(connection.dynamodb(), connection.output("CatalogTableName"))


def scan_queue(connection: Connection) -> SqsScanQueue:
    """Return the queue of the steps of scans."""
    return SqsScanQueue(connection.sqs(), connection.output("ScanQueueUrl"))


def active_plan(connection: Connection) -> CatalogPlan:
    """Return how the catalogue is watched at present. Raises ``ConfigurationError`` if no configuration is active."""
    return plan_of(configuration_store(connection).active().catalog)
