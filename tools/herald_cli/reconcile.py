"""Asks for sweeps now, the way the schedules do."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SweepName(StrEnum):
    """What can be swept."""

    DELIVERIES = "deliveries"
    ORDERS = "orders"
    APPROVALS = "approvals"
    JOBS = "jobs"
    SOURCES = "sources"


def ask_for(client: "SQSClient", queue_url: str, sweeps: Sequence[SweepName]) -> None:
    """Put one message per sweep into the queue. A sweep that is under way is not begun a second time."""
    for sweep in sweeps:
        client.send_message(QueueUrl=queue_url, MessageBody=json.dumps({"sweep": str(sweep)}))
