"""Brings each note on its queue into Threekit: on its order, or on its item."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.threekit_writeback import queue, writeback
from herald.runtime.queue_messages import told
from herald.usecases.outcome import Outcome


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS FIFO batch; the messages name an object, what is to be noted on it, and the event behind it."""
    return consume(event, handle=_handle, queue=queue(), remaining_ms=context.get_remaining_time_in_millis)


def _handle(body: Mapping[str, Any], attempt: int) -> Outcome:
    return writeback()(told(body), attempt)
