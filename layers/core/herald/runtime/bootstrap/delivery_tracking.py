"""Composes ``delivery_tracking``."""

import os
from datetime import timedelta
from functools import lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.sqs import SqsDispatchQueue, SqsReceivedQueue, SqsWritebackQueue
from herald.runtime.bootstrap.configurations import store
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import TrackingSettings
from herald.usecases.outcome import Outcome
from herald.usecases.track import Track


def compose(settings: TrackingSettings, world: World) -> Track:
    """Return the tracking of a stack."""
    database = world.client("dynamodb")
    messages = world.client("sqs")
    inbox = DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days))
    ledger = DynamoLedger(database, settings.ledger_table)
    audit = DynamoAuditTrail(database, settings.audit_table)
    configurations = store(settings, world)

    def replies(event_id: str) -> Outcome:
        from herald.adapters.credentials import credential  # noqa: PLC0415 - replies are rare beside status reports
        from herald.adapters.secrets_manager import SecretsManagerSecrets  # noqa: PLC0415 - as above
        from herald.usecases.approvals.decision_replies import DecisionReplies  # noqa: PLC0415 - as above
        from herald.usecases.replies import Replies  # noqa: PLC0415 - as above

        state = DynamoStateStore(database, settings.state_table, world.clock)
        secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.approval_secret_id, world.clock)
        decisions = DecisionReplies(
            state, inbox, lambda: credential(secrets, "key"), world.clock, world.count, world.checkpoint
        )
        return Replies(inbox, ledger, state, audit, configurations, world.clock, world.count, decisions)(event_id)

    return Track(
        inbox=inbox,
        ledger=ledger,
        audit=audit,
        replies=replies,
        configurations=configurations,
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
