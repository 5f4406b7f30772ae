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
from herald.adapters.scheduler import SchedulerTimers, TimerPlace, of_notification
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.sqs import SqsReceivedQueue, SqsWritebackQueue
from herald.adapters.templates import JinjaRenderer
from herald.ports import Inbox
from herald.runtime.bootstrap import opentext
from herald.runtime.bootstrap.configurations import versions
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import DispatchSettings
from herald.usecases.basis import FindBasis
from herald.usecases.budget import Budgets
from herald.usecases.deliveries import Deliveries
from herald.usecases.digest_entries import DigestEntries
from herald.usecases.dispatch import Dispatch
from herald.usecases.message_making import MessageMaker
from herald.usecases.treatment import treatment


def compose(settings: DispatchSettings, world: World) -> Dispatch:
    """Return the dispatch of a stack."""
    database = world.client("dynamodb")
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.secret_id, world.clock)
    state = DynamoStateStore(database, settings.state_table, world.clock)
    approval_secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.approval_secret_id, world.clock)

    def inbox() -> Inbox:
        from herald.adapters.dynamodb_inbox import DynamoInbox  # noqa: PLC0415 - few messages bring a budget to its end

        kept = timedelta(days=settings.event_retention_days)
        return DynamoInbox(database, settings.inbox_table, world.clock, kept)

    def links(telling: Mapping[str, Any]) -> Mapping[str, Any]:
        from herald.usecases.approvals.approval_links import ApprovalLinks  # noqa: PLC0415 - most messages have none

        return ApprovalLinks(lambda: credential(approval_secrets, "key"), settings.approval_base_url)(telling)

    ledger = DynamoLedger(database, settings.ledger_table)
    decisions = DynamoDecisions(database, settings.audit_table)
    configurations = versions(settings, world)
    renderer = JinjaRenderer()
    timers = _timers(settings, world)
    basis = FindBasis(decisions, configurations)
    digests = DigestEntries(state, ledger, basis, renderer)
    deliveries = Deliveries(
        ledger=ledger,
        audit=DynamoAuditTrail(database, settings.audit_table),
        writeback=SqsWritebackQueue(world.client("sqs"), settings.writeback_queue_url),
        clock=world.clock,
        checkpoint=world.checkpoint,
        count=world.count,
    )
    return Dispatch(
        ledger=ledger,
        deliveries=deliveries,
        basis=basis,
        messages=MessageMaker(renderer, digests, links, settings.message_prefix),
        treat=treatment(deliveries, basis, state, timers),
        timers=timers,
        budgets=Budgets(configurations, state, inbox, world.count, world.checkpoint),
        opentext=opentext.client(settings, world, secrets),
        passage=opentext.passage(settings, world, state),
        state=state,
        clock=world.clock,
        chance=world.chance,
        checkpoint=world.checkpoint,
        lease=timedelta(seconds=settings.lease_seconds),
        grace=timedelta(seconds=settings.grace_seconds),
        window=timedelta(hours=settings.retry_window_hours),
    )


def _timers(settings: DispatchSettings, world: World) -> SchedulerTimers:
    place = TimerPlace(
        group=settings.hold_schedules,
        queue_url=settings.queue_url,
        queue_arn=settings.queue_arn,
        dead_letter_arn=settings.dlq_arn,
        role_arn=settings.hold_schedules_role_arn,
    )
    return SchedulerTimers(lambda: world.client("scheduler"), world.client("sqs"), place, world.clock, of_notification)


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
