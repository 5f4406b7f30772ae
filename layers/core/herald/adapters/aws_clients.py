"""The clients of AWS, with timeouts, from one shared session."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_scheduler.client import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager.client import SecretsManagerClient
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_ssm.client import SSMClient

CONNECT_SECONDS = 2
READ_SECONDS = 5
ATTEMPTS = 3


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["events"]) -> "EventBridgeClient": ...
@overload
def client(service: Literal["s3"]) -> "S3Client": ...
@overload
def client(service: Literal["scheduler"]) -> "EventBridgeSchedulerClient": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
@overload
def client(service: Literal["ssm"]) -> "SSMClient": ...
@lru_cache(maxsize=8)
def client(service: str) -> Any:
    """Return the process's one client of a service; it gives up after 2 s to connect or 5 s to answer, 3 times.

    Region, credentials and endpoint come from the environment, as boto3 reads it. These are boto3's clients, made
    without its resources and transfers, which a cold start would pay for.
    """
    from botocore.config import Config  # noqa: PLC0415 - whoever needs no AWS does not pay for its import

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        tcp_keepalive=True,
        # The tests make every request of ours; checking its shape each time would only cost processor time.
        parameter_validation=False,
    )
    if service == "s3":
        # It signs URLs too; what botocore signs them with by itself S3 refuses for objects under a key of KMS.
        config = config.merge(Config(signature_version="s3v4"))
    return _session().create_client(service, config=config)


@lru_cache(maxsize=1)
def _session() -> "Session":
    from botocore.session import Session  # noqa: PLC0415 - as above

    return Session()
