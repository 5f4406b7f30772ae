"""The queues on SQS: work to be done, and what a consumer does with a message beside handling it."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from herald.adapters.aws_errors import storage_errors
from herald.domain.canonical import fingerprint, short_id
from herald.domain.errors import Reason
from herald.ports import StorageError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

LONGEST_SECONDS = 43_200 - 900
"""SQS hides a message for 12 hours at most from its receive on, and a function may run for 15 minutes after that."""
DETAIL_CHARACTERS = 256
AT_ONCE = 10
"""Messages SQS takes in one request."""

_GROUP = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class SqsDispatchQueue:
    """Implements ``ports.DispatchQueue``. The body is ``{"notification_id"}``."""

    client: "SQSClient"
    queue_url: str

    def put(self, notification_id: str) -> None:
        """Enqueue a notification's id. Raises ``StorageError``."""
        with storage_errors("sending to the dispatch queue"):
            self.client.send_message(
                QueueUrl=self.queue_url, MessageBody=json.dumps({"notification_id": notification_id})
            )


@dataclass(frozen=True)
class SqsWritebackQueue:
    """Implements ``ports.WritebackQueue`` on a FIFO queue.

    The body is ``{"object_id", "about", "event_id"}``, with ``"note"`` where there is one.
    """

    client: "SQSClient"
    queue_url: str

    def put(self, object_id: str, about: str, event_id: str, note: str = "") -> None:
        """Enqueue behind everything else about the object. Raises ``StorageError``."""
        body = {"object_id": object_id, "about": about, "event_id": event_id, **({"note": note} if note else {})}
        with storage_errors("sending to the write-back queue"):
            self.client.send_message(
                QueueUrl=self.queue_url,
                MessageBody=json.dumps(body),
                MessageGroupId=message_group(object_id),
                MessageDeduplicationId=fingerprint([object_id, about, event_id, note]),
            )


@dataclass(frozen=True)
class SqsScanQueue:
    """Implements ``ports.ScanQueue``. A body is a step: ``{"step", "run", ...}``."""

    client: "SQSClient"
    queue_url: str

    def put(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Enqueue steps. Raises ``StorageError`` if one of them is not known to be enqueued."""
        for start in range(0, len(steps), AT_ONCE):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(step)}
                for number, step in enumerate(steps[start : start + AT_ONCE])
            ]
            with storage_errors("sending to the scan queue"):
                answer = self.client.send_message_batch(QueueUrl=self.queue_url, Entries=entries)  # type: ignore[arg-type]
            if answer.get("Failed"):
                raise StorageError(f"sending to the scan queue: {answer['Failed'][0].get('Code', 'refused')}")


@dataclass(frozen=True)
class SqsReceivedQueue:
    """The queue a batch came from, and its dead-letter queue. A record is as Lambda hands it over."""

    client: "SQSClient"
    queue_url: str
    dead_letter_queue_url: str

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Make the message visible again after that many seconds, 11 h 45 min at most. Raises ``StorageError``."""
        with storage_errors("postponing a message"):
            self.client.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=whole_seconds(seconds)
            )

    def park(self, record: Mapping[str, Any], reason: Reason, detail: str) -> None:
        """Put a copy in the dead-letter queue, told why and since when.

        Message attributes are ``reason``, ``detail`` (256 characters at most) and ``first_received`` (ISO 8601). Raises
        ``StorageError``; then the message must not be acknowledged.
        """
        attributes = record.get("attributes", {})
        group: dict[str, Any] = {}
        if self.dead_letter_queue_url.endswith(".fifo"):
            group = {
                "MessageGroupId": attributes.get("MessageGroupId", record["messageId"]),
                "MessageDeduplicationId": record["messageId"],
            }
        with storage_errors("parking a message"):
            self.client.send_message(
                QueueUrl=self.dead_letter_queue_url, MessageBody=record["body"],
                MessageAttributes=_beside(reason, detail, attributes.get("ApproximateFirstReceiveTimestamp")), **group,
            )  # fmt: skip


def message_group(object_id: str) -> str:
    """Return an object's message group: its id where SQS takes it as one, else a hash of it."""
    return object_id if _GROUP.fullmatch(object_id) else short_id("object", object_id)


def whole_seconds(seconds: float) -> int:
    """Return the visibility timeout that is not shorter than asked for, within what SQS takes."""
    return max(0, min(math.ceil(min(seconds, LONGEST_SECONDS)), LONGEST_SECONDS))


def _beside(reason: Reason, detail: str, first_received: str | None) -> "dict[str, MessageAttributeValueTypeDef]":
    texts = {
        "reason": str(reason),
        # SQS refuses control characters, lone surrogates and an empty value.
        "detail": "".join(character if character.isprintable() else " " for character in detail)[:DETAIL_CHARACTERS],
        "first_received": _utc(first_received),
    }
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items() if text}


def _utc(milliseconds: str | None) -> str:
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC).isoformat() if milliseconds else ""
