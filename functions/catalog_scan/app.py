"""Makes each step of a scan on its queue: what stands in the catalogue, and what is wrong with it."""

from typing import Any

from herald.runtime.batch import Context, consume, enough_time
from herald.runtime.bootstrap.catalog_scan import queue, step
from herald.runtime.queue_messages import text


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages come from the schedules and from other steps, and name a step."""
    remaining = context.get_remaining_time_in_millis
    may_go_on = enough_time(remaining)
    return consume(
        event,
        handle=lambda body, attempt: step(text(body, "step"))(body, attempt, may_go_on),
        queue=queue(),
        remaining_ms=remaining,
    )
