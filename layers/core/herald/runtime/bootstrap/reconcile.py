"""Composes ``reconcile``."""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.sqs import SqsDispatchQueue, SqsReceivedQueue, SqsWritebackQueue
from herald.adapters.threekit import ThreekitPlatform
from herald.domain.errors import PoisonError, Reason
from herald.runtime.bootstrap import opentext, threekit
from herald.runtime.bootstrap.configurations import store
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import ReconcileSettings
from herald.usecases.outcome import Outcome
from herald.usecases.settle_deliveries import SettleDeliveries
from herald.usecases.sweep_threekit import SweepThreekit, Swept, swept_jobs, swept_orders
from herald.usecases.watch_scans import WatchScans
from herald.usecases.watch_sources import WatchSources

Sweep = Callable[[int, Callable[[], bool]], Outcome]


def compose(settings: ReconcileSettings, world: World) -> Mapping[str, Callable[[], Sweep]]:
    """Return the sweeps of a stack by name; each is made only when it is asked for."""
    database = world.client("dynamodb")
    messages = world.client("sqs")
    inbox = DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days))
    state = DynamoStateStore(database, settings.state_table, world.clock)
    configurations = store(settings, world)
    writeback = SqsWritebackQueue(messages, settings.writeback_queue_url)

    def deliveries() -> Sweep:
        secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.opentext_secret_id, world.clock)
        return SettleDeliveries(
            ledger=DynamoLedger(database, settings.ledger_table),
            inbox=inbox,
            opentext=opentext.client(settings, world, secrets),
            passage=opentext.passage(settings, world, state),
            state=state,
            audit=DynamoAuditTrail(database, settings.audit_table),
            dispatch=SqsDispatchQueue(messages, settings.dispatch_queue_url),
            writeback=writeback,
            clock=world.clock,
            checkpoint=world.checkpoint,
            count=world.count,
            source=settings.opentext_source,
        )

    def sweep(swept: Swept) -> Sweep:
        return SweepThreekit(
            swept=swept,
            inbox=inbox,
            state=state,
            clock=world.clock,
            chance=world.chance,
            checkpoint=world.checkpoint,
            count=world.count,
            source=f"/threekit/{settings.threekit_source}",
            days=timedelta(days=settings.sweep_days),
            settle=timedelta(seconds=settings.settle_seconds),
            retention=timedelta(days=settings.event_retention_days),
        )

    def platform() -> ThreekitPlatform:
        return threekit.client(settings.threekit_base_url, settings.threekit_secret_id, world)

    def approvals() -> Sweep:
        from herald.usecases.approvals.timer import SweepApprovals  # noqa: PLC0415 - the other sweeps need none of it

        return SweepApprovals(state, inbox, world.clock, world.count)

    return {
        "deliveries": deliveries,
        "orders": lambda: sweep(
            swept_orders(platform(), settings.order_sort, state, writeback, lambda: configurations.active().milestones)
        ),
        "approvals": approvals,
        "jobs": lambda: sweep(swept_jobs(platform())),
        "sources": lambda: WatchSources(
            state,
            configurations,
            world.clock,
            world.count,
            WatchScans(state, world.clock, world.count, timedelta(hours=settings.scan_overdue_hours)),
        ),
    }


@lru_cache(maxsize=1)
def _settings() -> ReconcileSettings:
    return ReconcileSettings.from_environment(os.environ)


@lru_cache(maxsize=8)
def sweep(name: str) -> Sweep:
    """Return the process's sweep of that name. Raises ``PoisonError`` if there is none."""
    sweeps = compose(_settings(), this_process())
    if name not in sweeps:
        raise PoisonError(Reason.MALFORMED_MESSAGE, f"there is no sweep of that name; there are {', '.join(sweeps)}")
    return sweeps[name]()


@lru_cache(maxsize=1)
def queue() -> SqsReceivedQueue:
    """Return the queue the function's batches come from."""
    return received_queue(_settings(), this_process())
