"""Composes ``notification_dispatch``."""

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from herald.adapters.credentials import credential
from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.sqs import SqsReceivedQueue, SqsWritebackQueue
from herald.adapters.templates import JinjaRenderer
from herald.runtime.bootstrap import opentext
from herald.runtime.bootstrap.configurations import versions
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import DispatchSettings
from herald.usecases.dispatch import Dispatch


def compose(settings: DispatchSettings, world: World) -> Dispatch:
    """Return the dispatch of a stack."""
    database = world.client("dynamodb")
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.secret_id, world.clock)
    state = DynamoStateStore(database, settings.state_table, world.clock)
    approval_secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.approval_secret_id, world.clock)

    def links(telling: Mapping[str, Any]) -> Mapping[str, Any]:
        from herald.usecases.approvals.approval_links import ApprovalLinks  # noqa: PLC0415 - most messages have none

        return ApprovalLinks(lambda: credential(approval_secrets, "key"), settings.approval_base_url)(telling)

    return Dispatch(
        ledger=DynamoLedger(database, settings.ledger_table),
        decisions=DynamoDecisions(database, settings.audit_table),
        audit=DynamoAuditTrail(database, settings.audit_table),
        configurations=versions(settings, world),
        renderer=JinjaRenderer(),
        opentext=opentext.client(settings, world, secrets),
        passage=opentext.passage(settings, world, state),
        state=state,
        writeback=SqsWritebackQueue(world.client("sqs"), settings.writeback_queue_url),
        links=links,
        clock=world.clock,
        chance=world.chance,
        checkpoint=world.checkpoint,
        count=world.count,
        prefix=settings.message_prefix,
        lease=timedelta(seconds=settings.lease_seconds),
        grace=timedelta(seconds=settings.grace_seconds),
        window=timedelta(hours=settings.retry_window_hours),
    )


@lru_cache(maxsize=1)
def _settings() -> DispatchSettings:
    return DispatchSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def dispatch() -> Dispatch:
    """Return the process's dispatch."""
    return compose(_settings(), this_process())


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
