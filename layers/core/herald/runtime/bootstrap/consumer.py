"""What the functions that work a queue off share."""

from datetime import timedelta

from herald.adapters.sqs import SqsReceivedQueue
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import QueueSettings

INBOX_IS_ONLY_READ = timedelta(days=30)
"""How long the inbox keeps events; it matters where something is recorded, and these functions only load."""


def received_queue(settings: QueueSettings, world: World) -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return SqsReceivedQueue(world.client("sqs"), settings.queue_url, settings.dlq_url)
