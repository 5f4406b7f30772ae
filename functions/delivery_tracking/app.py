"""Applies each status report on its queue to the delivery ledger."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.delivery_tracking import queue, track
from herald.runtime.queue_messages import event_id
from herald.usecases.outcome import Outcome


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages are events of the bus."""
    return consume(event, handle=_handle, queue=queue(), remaining_ms=context.get_remaining_time_in_millis)


def _handle(body: Mapping[str, Any], attempt: int) -> Outcome:  # noqa: ARG001 - nothing here depends on it
    return track()(event_id(body))
