"""Decides about each event on its queue."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.rule_evaluation import evaluate, queue
from herald.runtime.queue_messages import event_id
from herald.usecases.outcome import Outcome


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages are events of the bus."""
    return consume(event, handle=_handle, queue=queue(), remaining_ms=context.get_remaining_time_in_millis)


def _handle(body: Mapping[str, Any], attempt: int) -> Outcome:
    return evaluate()(event_id(body), attempt)
