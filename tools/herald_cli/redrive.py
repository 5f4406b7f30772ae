"""Moves what lies in a dead-letter queue back to its work queue. Nothing is deleted before it is sent."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import error_code, storage_errors
from herald.ports import StorageError
from herald_cli.dead_letters import attributes_of, receive, release

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

NOT_SUPPORTED = frozenset({"InvalidAction", "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"})
"""What a service answers that knows no message move tasks."""
LOOKS, LOOK_EVERY_SECONDS = 30, 1.0
"""How long a move is followed."""
HIDDEN_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many messages were moved so far. ``running`` says that SQS still moves; ``trouble`` what stopped it."""

    moved: int
    running: bool = False
    trouble: str = ""


def redrive(client: "SQSClient", source_url: str, target_url: str, most: int) -> Redriven:
    """Let SQS move the messages and follow it for a while; where SQS cannot, move ``most`` of them one by one.

    Raises ``StorageError`` if nothing could be begun.
    """
    with storage_errors("reading the queues"):
        source_arn = attributes_of(client, source_url)["QueueArn"]
        target_arn = attributes_of(client, target_url)["QueueArn"]
    if _started(client, source_arn, target_arn):
        return _followed(client, source_arn)
    return _one_by_one(client, source_url, target_url, most)


def _started(client: "SQSClient", source_arn: str, target_arn: str) -> bool:
    """Begin a move; false where there is no such thing. Parked messages have no source queue: the target is named."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only where AWS is asked

    with storage_errors(f"moving to {target_arn}"):
        try:
            client.start_message_move_task(SourceArn=source_arn, DestinationArn=target_arn)
        except ClientError as error:
            if error_code(error) not in NOT_SUPPORTED:
                raise
            return False
    return True


def _followed(client: "SQSClient", source_arn: str) -> Redriven:
    task: Mapping[str, Any] = {}
    for _ in range(LOOKS):
        time.sleep(LOOK_EVERY_SECONDS)
        with storage_errors(f"following the move from {source_arn}"):
            tasks = client.list_message_move_tasks(SourceArn=source_arn, MaxResults=1).get("Results", [])
        task = tasks[0] if tasks else {"Status": "RUNNING"}
        if task["Status"] != "RUNNING":
            break
    running, completed = task["Status"] == "RUNNING", task["Status"] == "COMPLETED"
    trouble = "" if running or completed else f"{task['Status']} {task.get('FailureReason', '')}".rstrip()
    return Redriven(int(task.get("ApproximateNumberOfMessagesMoved", 0)), running, trouble)


def _one_by_one(client: "SQSClient", source_url: str, target_url: str, most: int) -> Redriven:
    """Move no more than there were: what is parked again meanwhile is not moved for ever."""
    moved = 0
    left: Sequence[Mapping[str, Any]] = []
    try:
        while moved < most and (left := receive(client, source_url, min(10, most - moved), HIDDEN_SECONDS)):
            while left:
                _move(client, source_url, target_url, left[0])
                left, moved = left[1:], moved + 1
    except StorageError as error:
        return Redriven(moved, trouble=str(error))
    finally:
        for message in left:
            release(client, source_url, message)
    return Redriven(moved)


def _move(client: "SQSClient", source_url: str, target_url: str, message: Mapping[str, Any]) -> None:
    """Send, then delete. In a FIFO queue group and deduplication id stay, so one that is sent twice counts once."""
    beside = message.get("Attributes", {})
    order = {name: beside[name] for name in ("MessageGroupId", "MessageDeduplicationId") if name in beside}
    with storage_errors("sending to the work queue"):
        client.send_message(QueueUrl=target_url, MessageBody=message["Body"], **order)
    with storage_errors("deleting what was sent"):
        client.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
