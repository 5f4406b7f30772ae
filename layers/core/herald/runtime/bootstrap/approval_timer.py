"""Composes ``approval_timer``."""

import os
from datetime import timedelta
from functools import lru_cache

from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.sqs import SqsReceivedQueue
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import TimerSettings
from herald.usecases.approvals.timer import TimeHasCome


def compose(settings: TimerSettings, world: World) -> TimeHasCome:
    """Return the timer's end of a stack."""
    kept = timedelta(days=settings.event_retention_days)
    inbox = DynamoInbox(world.client("dynamodb"), settings.inbox_table, world.clock, kept)
    return TimeHasCome(inbox, world.clock, world.checkpoint)


@lru_cache(maxsize=1)
def _settings() -> TimerSettings:
    return TimerSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def due() -> TimeHasCome:
    """Return the process's own."""
    return compose(_settings(), this_process())


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
