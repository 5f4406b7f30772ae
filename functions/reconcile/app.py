"""Makes each sweep on its queue: finds what nobody told."""

from typing import Any

from herald.runtime.batch import Context, consume, enough_time
from herald.runtime.bootstrap.reconcile import queue, sweep
from herald.runtime.queue_messages import text


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages come from the schedules and name a sweep."""
    remaining = context.get_remaining_time_in_millis
    may_go_on = enough_time(remaining)
    return consume(
        event,
        handle=lambda body, attempt: sweep(text(body, "sweep"))(attempt, may_go_on),
        queue=queue(),
        remaining_ms=remaining,
    )
