"""The times of approvals and notifications: schedules of EventBridge Scheduler that ring once, into a queue."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code, storage_errors
from herald.domain.rfc3339 import spell_timestamp
from herald.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_scheduler.client import EventBridgeSchedulerClient
    from mypy_boto3_sqs.client import SQSClient

SOON = timedelta(seconds=60)
"""What comes sooner is told by the queue's own delay: Scheduler does not say what becomes of a time that is past."""
KEPT_TRYING_SECONDS = 86_400
STANDS_ALREADY = "ConflictException"


@dataclass(frozen=True, slots=True)
class TimerPlace:
    """Where timers are made, where they ring and by which role, and where is put what could not ring."""

    group: str
    queue_url: str
    queue_arn: str
    dead_letter_arn: str
    role_arn: str


@dataclass(frozen=True)
class SchedulerTimers:
    """Implements ``ports.Timers``. ``message`` makes what rings; ``scheduler`` is called for what is further away."""

    scheduler: "Callable[[], EventBridgeSchedulerClient]"
    messages: "SQSClient"
    place: TimerPlace
    clock: Clock
    message: Callable[[str, datetime], Mapping[str, str]]

    def set(self, identity: str, due: datetime) -> None:
        """Ask to be told, never before ``due`` and within two minutes after it. Raises ``StorageError``."""
        body = json.dumps(self.message(identity, due))
        left = due - self.clock()
        if left < SOON:
            self._soon(body, max(0, math.ceil(left.total_seconds())))
        else:
            self._later(f"{identity}-{math.ceil(due.timestamp())}", body, due)

    def _soon(self, body: str, seconds: int) -> None:
        with storage_errors("sending to the timer's queue"):
            self.messages.send_message(QueueUrl=self.place.queue_url, MessageBody=body, DelaySeconds=seconds)

    def _later(self, name: str, body: str, due: datetime) -> None:
        with storage_errors("setting a timer"):
            try:
                self.scheduler().create_schedule(
                    Name=name, GroupName=self.place.group,
                    ScheduleExpression=f"at({whole_minute(due):%Y-%m-%dT%H:%M:%S})", ScheduleExpressionTimezone="UTC",
                    FlexibleTimeWindow={"Mode": "OFF"}, ActionAfterCompletion="DELETE",
                    Target={
                        "Arn": self.place.queue_arn, "RoleArn": self.place.role_arn, "Input": body,
                        "RetryPolicy": {"MaximumEventAgeInSeconds": KEPT_TRYING_SECONDS},
                        "DeadLetterConfig": {"Arn": self.place.dead_letter_arn},
                    },
                )  # fmt: skip
            except ClientError as error:
                if error_code(error) != STANDS_ALREADY:
                    raise


def of_approval(identity: str, due: datetime) -> dict[str, str]:
    """Return what tells that an approval's time has come: the time too, spelt as in RFC 3339."""
    return {"approval": identity, "due": spell_timestamp(due)}


def of_notification(identity: str, _due: datetime) -> dict[str, str]:
    """Return what tells that a notification's time has come: the message that sent it to be dispatched at first."""
    return {"notification_id": identity}


def whole_minute(due: datetime) -> datetime:
    """Return the first whole minute that is not before ``due``, in UTC.

    Scheduler rings somewhere within the minute it is given, so another second than its first could ring too early.
    """
    minute = timedelta(minutes=1)
    at = due.astimezone(UTC)
    return at + (datetime.min.replace(tzinfo=UTC) - at) % minute
