"""Composes ``rule_evaluation``."""

import os
from datetime import timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from herald.adapters.cel import CelRuleEngine
from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.sqs import SqsDispatchQueue, SqsReceivedQueue, SqsScanQueue, SqsWritebackQueue
from herald.runtime.bootstrap import threekit
from herald.runtime.bootstrap.configurations import store
from herald.runtime.bootstrap.consumer import INBOX_IS_ONLY_READ, received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import EvaluationSettings
from herald.usecases.catalog_words import CatalogWords
from herald.usecases.evaluate import Evaluate
from herald.usecases.matters import Matters

if TYPE_CHECKING:
    from herald.usecases.approvals.approvals import Approvals


def compose(settings: EvaluationSettings, world: World) -> Evaluate:
    """Return the evaluation of a stack."""
    database = world.client("dynamodb")
    state = DynamoStateStore(database, settings.state_table, world.clock)
    configurations = store(settings, world)
    platform = threekit.client(settings.threekit_base_url, settings.secret_id, world)
    writeback = SqsWritebackQueue(world.client("sqs"), settings.writeback_queue_url)

    def approvals() -> "Approvals":
        from herald.runtime.bootstrap import approvals as composed  # noqa: PLC0415 - most events are about none

        return composed.compose(settings, world, writeback, platform, configurations)

    return Evaluate(
        inbox=DynamoInbox(database, settings.inbox_table, world.clock, INBOX_IS_ONLY_READ),
        decisions=DynamoDecisions(database, settings.audit_table),
        ledger=DynamoLedger(database, settings.ledger_table),
        audit=DynamoAuditTrail(database, settings.audit_table),
        configurations=configurations,
        threekit=platform,
        rules=CelRuleEngine(),
        matters=Matters(
            state,
            CatalogWords(
                DynamoItemStates(database, settings.catalog_table),
                state,
                SqsScanQueue(world.client("sqs"), settings.scan_queue_url),
            ),
        ),
        dispatch=SqsDispatchQueue(world.client("sqs"), settings.dispatch_queue_url),
        writeback=writeback,
        approvals=cache(approvals),
        clock=world.clock,
        chance=world.chance,
        checkpoint=world.checkpoint,
        count=world.count,
        window=timedelta(hours=settings.retry_window_hours),
    )


@lru_cache(maxsize=1)
def _settings() -> EvaluationSettings:
    return EvaluationSettings.from_environment(os.environ)


@lru_cache(maxsize=1)
def evaluate() -> Evaluate:
    """Return the process's evaluation."""
    return compose(_settings(), this_process())


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
