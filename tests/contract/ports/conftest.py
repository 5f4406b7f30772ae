"""Clients of the emulated AWS, and which implementations a port's contract is run on."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.builders import MovingClock
from tests.contract.ports.configurations import Configurations

IMPLEMENTATIONS = ("memory", "aws")


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request: pytest.FixtureRequest) -> str:
    """Which implementation of the port the test is about."""
    return str(request.param)


@pytest.fixture
def dynamodb(emulated_aws: None) -> Any:
    """A DynamoDB without tables."""
    return boto3.client("dynamodb")


@pytest.fixture
def sqs(emulated_aws: None) -> Any:
    """An SQS without queues."""
    return boto3.client("sqs")


@pytest.fixture
def events(emulated_aws: None) -> Any:
    """An EventBridge with the default bus."""
    return boto3.client("events")


@pytest.fixture
def scheduler(emulated_aws: None) -> Any:
    """An EventBridge Scheduler with the default group."""
    return boto3.client("scheduler")


@pytest.fixture
def secretsmanager(emulated_aws: None) -> Any:
    """A Secrets Manager without secrets."""
    return boto3.client("secretsmanager")


@pytest.fixture
def kept(emulated_aws: None, clock: MovingClock) -> Configurations:
    """A bucket for configurations, and no pointer yet."""
    return Configurations(clock).made()


@pytest.fixture
def throttled() -> ClientError:
    """What AWS answers when there is too much of it; its message quotes what nobody may read in a log."""
    error: Any = {"Error": {"Code": "ThrottlingException", "Message": "item approvals.dach@example.com was too much"}}
    return ClientError(error, "AnyOperation")
