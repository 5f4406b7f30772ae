"""Composes ``delivery_tracking``."""

import os
from functools import lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.sqs import SqsDispatchQueue, SqsReceivedQueue, SqsWritebackQueue
from herald.runtime.bootstrap.consumer import INBOX_IS_ONLY_READ, received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import TrackingSettings
from herald.usecases.track import Track


def compose(settings: TrackingSettings, world: World) -> Track:
    """Return the tracking of a stack."""
    database = world.client("dynamodb")
    messages = world.client("sqs")
    return Track(
        inbox=DynamoInbox(database, settings.inbox_table, world.clock, INBOX_IS_ONLY_READ),
        ledger=DynamoLedger(database, settings.ledger_table),
        audit=DynamoAuditTrail(database, settings.audit_table),
        dispatch=SqsDispatchQueue(messages, settings.dispatch_queue_url),
        writeback=SqsWritebackQueue(messages, settings.writeback_queue_url),
        clock=world.clock,
        checkpoint=world.checkpoint,
        count=world.count,
    )


@lru_cache(maxsize=1)
def _settings() -> TrackingSettings:
    return TrackingSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def track() -> Track:
    """Return the process's tracking."""
    return compose(_settings(), this_process())


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
