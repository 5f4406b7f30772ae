"""Submits each notification on its queue to OpenText."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.notification_dispatch import dispatch, queue
from herald.runtime.queue_messages import text
from herald.usecases.outcome import Outcome


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages name notifications."""
    return consume(event, handle=_handle, queue=queue(), remaining_ms=context.get_remaining_time_in_millis)


def _handle(body: Mapping[str, Any], attempt: int) -> Outcome:  # noqa: ARG001 - the ledger counts attempts itself
    return dispatch()(text(body, "notification_id"))
