"""The one SQS loop: every record ends in exactly one of done, later, parked."""

import json
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Literal, Protocol

from herald.domain.errors import ConfigurationError, PoisonError, Reason
from herald.domain.retry import backoff
from herald.ports import StorageError
from herald.runtime.observability import MetricUnit, described, logger, metrics
from herald.usecases.outcome import Later, Outcome

PATIENCE = 5
"""From which receive on a message is parked when it raises an error nobody foresaw."""
RESERVE_MS = 20_000
"""No record is begun with less time than this left (or half of the function's, where that is less): a call to a vendor
with a new token and the writes around it fit."""


Handle = Callable[[Mapping[str, Any], int], Outcome]
_Ending = Literal["done", "parked"] | Later


class Context(Protocol):
    """What we read of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how much of the function's time is left."""
        ...


class ReceivedQueue(Protocol):
    """The queue that the batch came from."""

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        """Make the message visible again after that many seconds."""
        ...

    def park(self, record: Mapping[str, Any], reason: Reason, detail: str) -> None:
        """Put a copy in the dead-letter queue, with the reason beside it."""
        ...


def enough_time(remaining_ms: Callable[[], int]) -> Callable[[], bool]:
    """Return a question: is there time left to begin something? The reserve, or half of what is left now, is kept."""
    reserve = min(RESERVE_MS, remaining_ms() // 2)
    return lambda: remaining_ms() >= reserve


def consume(
    event: Mapping[str, Any],
    *,
    handle: Handle,
    queue: ReceivedQueue,
    remaining_ms: Callable[[], int],
) -> dict[str, list[dict[str, str]]]:
    """Handle each record of an SQS batch; return Lambda's partial batch response.

    ``handle`` gets the body as an object and how often it was received. What it postpones or what fails comes again by
    itself; in a FIFO queue everything behind it in its group comes again too, so order holds.
    """
    again: list[dict[str, str]] = []
    held_groups: dict[str, float] = {}
    may_begin = enough_time(remaining_ms)
    counts = {"done": 0, "later": 0, "parked": 0}
    for record in event["Records"]:
        group = record.get("attributes", {}).get("MessageGroupId")
        result: _Ending
        if group in held_groups:
            # It must not come before what is ahead of it, nor keep its group waiting after that.
            result = _postpone(record, queue, held_groups[group], Reason.HELD_BACK, {"message_id": record["messageId"]})
        elif not may_begin():
            result = _postpone(record, queue, 0.0, Reason.TIMED_OUT, {"message_id": record["messageId"]})
        else:
            result = _one(record, handle, queue)
        if isinstance(result, Later):
            counts["later"] += 1
            again.append({"itemIdentifier": record["messageId"]})
            if group is not None:
                held_groups.setdefault(group, result.after.total_seconds())
        else:
            counts[result] += 1
    with_metrics = metrics()
    for name, count in counts.items():
        with_metrics.add_metric(name=f"Records{name.capitalize()}", unit=MetricUnit.Count, value=count)
    with_metrics.flush_metrics()
    return {"batchItemFailures": again}


def _one(
    record: Mapping[str, Any], handle: Callable[[Mapping[str, Any], int], Outcome], queue: ReceivedQueue
) -> _Ending:
    attempt = int(record.get("attributes", {}).get("ApproximateReceiveCount", "1"))
    fields: dict[str, Any] = {"message_id": record["messageId"], "attempt": attempt}
    try:
        body = _body(record)
        fields["about"] = _named(body)
        outcome = handle(body, attempt)
    except PoisonError as error:
        return _park(record, queue, error.reason, error.detail, fields)
    except (StorageError, ConfigurationError) as error:
        # Neither is the message's fault: it waits until the table answers or the operator has acted.
        logger().error("record.hindered", extra={**fields, "error": type(error).__name__, "detail": str(error)})
        return _postpone(record, queue, _wait(attempt), Reason.HINDERED, fields)
    except Exception as error:  # noqa: BLE001 - the loop is where an unforeseen error of one record is kept from the others
        logger().error("record.error", extra={**fields, **described(error)})
        if attempt >= PATIENCE:
            return _park(record, queue, Reason.UNEXPECTED_ERROR, type(error).__name__, fields)
        return _postpone(record, queue, _wait(attempt), Reason.UNEXPECTED_ERROR, fields)
    if isinstance(outcome, Later):
        return _postpone(record, queue, outcome.after.total_seconds(), outcome.reason, fields)
    logger().info("record.done", extra=fields)
    return "done"


def _wait(attempt: int) -> float:
    return backoff(attempt, random.random()).total_seconds()  # noqa: S311 - jitter


def _body(record: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        body = json.loads(record["body"])
    except (ValueError, RecursionError) as error:
        raise PoisonError(Reason.MALFORMED_MESSAGE, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise PoisonError(Reason.MALFORMED_MESSAGE, "the body is not a JSON object")
    return body


def _named(body: Mapping[str, Any]) -> str:
    """Return the id a message is about, for the log: of an event, a notification, a sweep, an approval, a scan."""
    detail = body.get("detail")
    named = detail if isinstance(detail, Mapping) else body
    names = ("event_id", "notification_id", "sweep", "approval", "run", "step")
    return next((str(named[name])[:80] for name in names if named.get(name)), "")


def _postpone(
    record: Mapping[str, Any], queue: ReceivedQueue, seconds: float, reason: Reason, fields: Mapping[str, Any]
) -> Later:
    logger().info("record.later", extra={**fields, "seconds": round(seconds, 1), "reason": reason})
    with suppress(StorageError):  # the visibility timeout brings it back as well, only at another time
        queue.postpone(record["receiptHandle"], seconds)
    return Later(timedelta(seconds=seconds), reason)


def _park(
    record: Mapping[str, Any], queue: ReceivedQueue, reason: Reason, detail: str, fields: Mapping[str, Any]
) -> _Ending:
    logger().error("record.parked", extra={**fields, "reason": reason, "detail": detail})
    try:
        queue.park(record, reason, detail)
    except StorageError:
        return Later(timedelta(0), reason)
    return "parked"
