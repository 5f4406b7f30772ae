"""Records on its queue that the time of an approval has come."""

from typing import Any

from herald.runtime.batch import Context, consume
from herald.runtime.bootstrap.approval_timer import due, queue
from herald.runtime.queue_messages import text


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Handle one SQS batch; the messages come from the schedules of approvals and name an approval and a time."""
    return consume(
        event,
        handle=lambda body, _attempt: due()(text(body, "approval"), text(body, "due")),
        queue=queue(),
        remaining_ms=context.get_remaining_time_in_millis,
    )
