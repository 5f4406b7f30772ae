"""Notes each outcome on its queue on the order in Threekit."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.threekit_writeback import queue, writeback
from herald.runtime.queue_messages import text
from herald.usecases.outcome import Outcome


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS FIFO batch; the messages name an order and a notification."""
    return consume(event, handle=_handle, queue=queue(), remaining_ms=context.get_remaining_time_in_millis)


def _handle(body: Mapping[str, Any], attempt: int) -> Outcome:
    return writeback()(text(body, "object_id"), text(body, "notification_id"), attempt)
