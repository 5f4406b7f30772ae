"""Composes ``threekit_writeback``."""

import os
from datetime import timedelta
from functools import cache, lru_cache

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.sqs import SqsReceivedQueue
from herald.runtime.bootstrap import threekit
from herald.runtime.bootstrap.configurations import store
from herald.runtime.bootstrap.consumer import received_queue
from herald.runtime.bootstrap.world import World, this_process
from herald.runtime.settings import WritebackSettings
from herald.usecases.writeback import Noting, NotingWhenAsked, Writeback
from herald.usecases.writeback_items import ItemNoting
from herald.usecases.writeback_orders import MilestoneNotes, NotificationNotes, OrderNotes, OrderNoting


def compose(settings: WritebackSettings, world: World) -> Writeback:
    """Return the write-back of a stack."""
    database = world.client("dynamodb")
    inbox = DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days))
    state = DynamoStateStore(database, settings.state_table, world.clock)
    configurations = store(settings, world)
    platform = threekit.client(settings.threekit_base_url, settings.secret_id, world)

    def on_orders(notes: OrderNotes) -> OrderNoting:
        source, whole = f"/threekit/{settings.threekit_source}", settings.threekit_metadata_put == "whole"
        return OrderNoting(notes, platform, inbox, world.clock, world.checkpoint, source, whole)

    def approvals() -> Noting:
        from herald.usecases.approvals.approval_notes import ApprovalNotes, ApprovalNoting  # noqa: PLC0415 - rarely noted
        from herald.usecases.approvals.desk import Desk  # noqa: PLC0415 - as above

        desk = Desk(state, configurations, platform, inbox, world.clock, f"/threekit/{settings.threekit_source}")
        notes = ApprovalNotes(desk)
        return ApprovalNoting(notes, on_orders(notes))

    return Writeback(
        noting={
            "ntf": on_orders(NotificationNotes(DynamoLedger(database, settings.ledger_table))),
            "milestones": on_orders(MilestoneNotes(state, inbox, configurations, world.clock)),
            "approval": NotingWhenAsked(cache(approvals)),
            "item": ItemNoting(state, inbox, platform, world.clock, world.checkpoint),
        },
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
