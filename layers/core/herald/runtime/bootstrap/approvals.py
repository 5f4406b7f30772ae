"""Composes what ``rule_evaluation`` does about approvals."""

from datetime import timedelta

from herald.adapters.credentials import credential
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.receipt_signature import Ed25519Receipts
from herald.adapters.scheduler import SchedulerTimers, TimerPlace, of_approval
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.ports import ConfigurationStore, Threekit, WritebackQueue
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import EvaluationSettings
from herald.usecases.approvals.approvals import Approvals
from herald.usecases.approvals.desk import Desk
from herald.usecases.approvals.follow import Follow
from herald.usecases.approvals.tellings import Tellings
from herald.usecases.approvals.waiting_list import WaitingList


def compose(
    settings: EvaluationSettings, world: World, writeback: WritebackQueue, platform: Threekit,
    configurations: ConfigurationStore,
) -> Approvals:  # fmt: skip
    """Return the approvals of a stack."""
    database = world.client("dynamodb")
    state = DynamoStateStore(database, settings.state_table, world.clock)
    inbox = DynamoInbox(database, settings.inbox_table, world.clock, timedelta(days=settings.event_retention_days))
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), settings.approval_secret_id, world.clock)
    place = TimerPlace(
        group=settings.approval_schedules,
        queue_url=settings.approval_timer_queue_url,
        queue_arn=settings.approval_timer_queue_arn,
        dead_letter_arn=settings.approval_timer_dlq_arn,
        role_arn=settings.approval_schedules_role_arn,
    )
    return Approvals(
        desk=Desk(state, configurations, platform, inbox, world.clock, f"/threekit/{settings.threekit_source}"),
        tellings=Tellings(WaitingList(state), timedelta(days=settings.approval_link_days)),
        follow=Follow(
            state=state,
            timers=SchedulerTimers(
                lambda: world.client("scheduler"), world.client("sqs"), place, world.clock, of_approval
            ),
            writeback=writeback,
            sign=Ed25519Receipts(lambda: credential(secrets, "key")),
            count=world.count,
            checkpoint=world.checkpoint,
        ),
        clock=world.clock,
    )
