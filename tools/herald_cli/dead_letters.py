"""What lies in a dead-letter queue, and why. Looking moves nothing."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import storage_errors
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

LOOKED_AT = 100
WAIT_SECONDS = 1
"""With a wait SQS asks all its servers; without one it may overlook messages."""
LOOK_SECONDS = 30
MOVED_BY_SQS = "moved by SQS"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message. ``about`` is the id, the sweep or the approval it names; ``reason`` is why it was given up."""

    reason: str
    detail: str
    first_received: str
    about: str


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """How many there are, and those that were looked at: ``LOOKED_AT`` at most, ten of each message group."""

    count: int
    seen: tuple[DeadLetter, ...]


def look(client: "SQSClient", url: str) -> DeadLetters:
    """Return what lies in the queue, and leave it there. Raises ``StorageError``."""
    with storage_errors(f"reading {url}"):
        told = int(attributes_of(client, url)["ApproximateNumberOfMessages"])
    seen: dict[str, Mapping[str, Any]] = {}
    try:
        while len(seen) < LOOKED_AT:
            batch = receive(client, url, 10, LOOK_SECONDS)
            seen |= {message["MessageId"]: message for message in batch}
            if not batch or len(seen) >= told:
                break
    finally:
        for message in seen.values():
            release(client, url, message)
    return DeadLetters(max(told, len(seen)), tuple(_letter(message) for message in seen.values()))


def attributes_of(client: "SQSClient", url: str) -> Mapping[str, str]:
    """Return a queue's ARN and how many messages are visible in it."""
    told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "ApproximateNumberOfMessages"])
    return {str(name): value for name, value in told["Attributes"].items()}


def receive(client: "SQSClient", url: str, most: int, hidden_seconds: int) -> Sequence["MessageTypeDef"]:
    """Return up to ten messages with all that is beside them, hidden for a while. Raises ``StorageError``."""
    with storage_errors(f"receiving from {url}"):
        return client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=most, VisibilityTimeout=hidden_seconds, WaitTimeSeconds=WAIT_SECONDS,
            MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"],
        ).get("Messages", [])  # fmt: skip


def release(client: "SQSClient", url: str, message: Mapping[str, Any]) -> None:
    """Make a received message visible again now; if that fails, its time does it."""
    with suppress(StorageError), storage_errors("releasing a message"):
        client.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    attributes = message.get("MessageAttributes", {})
    beside = {name: attribute.get("StringValue", "") for name, attribute in attributes.items()}
    # EventBridge and its Scheduler put what they could not deliver there themselves, with attributes of their own.
    reason = beside.get("reason") or beside.get("ERROR_CODE") or MOVED_BY_SQS
    detail = beside.get("detail") or beside.get("ERROR_MESSAGE") or ""
    return DeadLetter(reason, detail, beside.get("first_received", ""), _about(message["Body"]))


def _about(text: str) -> str:
    body: Any = None
    with suppress(ValueError, RecursionError):
        body = json.loads(text)
    if not isinstance(body, dict):
        return ""
    detail = body["detail"] if isinstance(body.get("detail"), dict) else body
    told = next((detail[name] for name in ("event_id", "notification_id", "sweep", "approval") if name in detail), "")
    return told if isinstance(told, str) else ""
