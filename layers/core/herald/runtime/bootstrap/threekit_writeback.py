"""Composes ``threekit_writeback``."""

import os
from datetime import timedelta
from functools import lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.http_client import HttpClient
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.sqs import SqsReceivedQueue
from herald.adapters.threekit import ThreekitPlatform
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import WritebackSettings
from herald.usecases.writeback import Writeback


def compose(settings: WritebackSettings, world: World) -> Writeback:
    """Return the write-back of a stack."""
    database = world.client("dynamodb")
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.secret_id, world.clock)
    return Writeback(
        ledger=DynamoLedger(database, settings.ledger_table),
        inbox=DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days)),
        threekit=ThreekitPlatform(
            HttpClient([settings.threekit_base_url], world.clock), settings.threekit_base_url, secrets
        ),
        audit=DynamoAuditTrail(database, settings.audit_table),
        clock=world.clock,
        chance=world.chance,
        checkpoint=world.checkpoint,
        window=timedelta(hours=settings.retry_window_hours),
    )


@lru_cache(maxsize=1)
def _settings() -> WritebackSettings:
    return WritebackSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def writeback() -> Writeback:
    """Return the process's write-back."""
    return compose(_settings(), this_process())


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
