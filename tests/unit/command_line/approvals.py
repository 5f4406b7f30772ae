"""Approvals of a stack as the command line meets them, and somebody who applies what it records."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.builders import NOW, a_configuration
from tests.unit.command_line.a_stack import SECRETS, Stack, watching_configuration
from tests.unit.domain.approval.stories import Story, a_plan, a_step

from herald.adapters.memory_storage import MemoryConfigurationStore
from herald.adapters.memory_vendors import MemoryThreekit
from herald.adapters.receipt_signature import Ed25519Receipts, public_key
from herald.domain.approval.approval import Approval, Result, State
from herald.domain.approval.changing import Plan
from herald.domain.approval.receipt import receipt_of
from herald.domain.event import Event
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_shelves import UnderWay
from herald.usecases.approvals.desk import Desk
from herald.usecases.approvals.waiting_list import WaitingList
from herald_cli.ports_of_stack import configuration_store, inbox, state_store

SECRET = SECRETS["ApprovalSecretId"]["key"]
PUBLIC_KEY = public_key(SECRET)


def keep_approval(stack: Stack, approval: Approval) -> None:
    """Let an approval stand, and the lists say what it says."""
    state = state_store(stack.connection)
    approval_shelves.approvals(state).change(approval.id, lambda _before: (approval, None))
    if approval.state is State.OPEN:
        one = UnderWay(approval.subject, approval.title, approval.opened_at, approval.next_due)
        approval_shelves.under_way(state).change(approval.id, lambda _before: (one, None))
    WaitingList(state).note(approval)


def kept_approval(stack: Stack, approval: Approval) -> Approval:
    """The approval as it stands now."""
    kept = approval_shelves.approvals(state_store(stack.connection)).get(approval.id)
    assert kept is not None
    return kept


def keep_receipt(stack: Stack, approval: Approval) -> Mapping[str, Any]:
    """Let an approval that has ended have its signed receipt."""
    receipt = a_receipt(approval)
    shelf = approval_shelves.receipts(state_store(stack.connection))
    shelf.change(approval_shelves.receipt_key(approval), lambda _before: (receipt, None))
    return receipt


def a_receipt(approval: Approval, **changes: Any) -> Mapping[str, Any]:
    """The signed receipt of an approval; changes are signed too."""
    return signed({**receipt_of(approval), **changes})


def signed(receipt: Mapping[str, Any]) -> Mapping[str, Any]:
    """A receipt with the stack's signature, whatever it says."""
    return Ed25519Receipts(lambda: SECRET)(receipt)


def watch_chain(stack: Stack, plan: Plan) -> None:
    """Let the chain of a plan be one of the configuration in force."""
    chain = plan.policy.chain
    configuration_store(stack.connection).apply(watching_configuration(approvals={chain.id: chain}))


def another(story: Story, subject: str) -> Approval:
    """An approval of something else by the same plan."""
    return Story(replace(story.plan, subject=subject), now=story.now).approval


class DeskBesideAnUnchangedOrder(Desk):
    """A desk for which Threekit has the very order that is asked about."""

    def look(self, approval: Approval, *, ended: bool = False) -> Result | None:  # noqa: ARG002 - as it is there
        return None


@dataclass
class Evaluation:
    """Applies what the inbox holds, as ``rule_evaluation`` would; called where the command line waits."""

    stack: Stack
    plan: Plan

    def __call__(self, _seconds: float) -> None:
        chain = self.plan.policy.chain
        configuration = a_configuration(version=self.plan.config_version, approvals={chain.id: chain})
        state = state_store(self.stack.connection)
        desk = DeskBesideAnUnchangedOrder(
            state, MemoryConfigurationStore(configuration), MemoryThreekit(), inbox(self.stack.connection),
            lambda: NOW, "/threekit/main",
        )  # fmt: skip
        for event in recorded(self.stack):
            desk.apply(event)


def recorded(stack: Stack) -> list[Event]:
    """Every event in the inbox, the oldest first."""
    table = stack.connection.output("InboxTableName")
    ids = [item["id"]["S"] for item in stack.connection.dynamodb().scan(TableName=table)["Items"]]
    events = [event for one in ids if (event := inbox(stack.connection).load(one)) is not None]
    return sorted(events, key=lambda event: event.received_at)


def a_story(*steps: Any, **changes: Any) -> Story:
    """An approval of two chairs for Lena that has just begun; without steps Ada is asked."""
    return Story(a_plan(*(steps or (a_step(),)), **changes))
