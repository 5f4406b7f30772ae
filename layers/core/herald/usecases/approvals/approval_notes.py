"""How an approval stands, noted on its order in Threekit: states and prints, no name and no address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.approval import Approval, Result, State, approval_id
from herald.domain.errors import PoisonError, Reason
from herald.domain.told import Told
from herald.usecases.approvals.desk import Desk
from herald.usecases.writeback_orders import OrderNote, OrderNoting


@dataclass(frozen=True)
class ApprovalNotes:
    """Implements ``OrderNotes`` under ``approval.<chain>``, with the coarse status that the chain gives an outcome."""

    desk: Desk

    def __call__(self, told: Told) -> OrderNote:
        """Return the note of an approval as it stands now. Raises ``PoisonError`` if there is none."""
        approval = self.approval(told)
        status = self.desk.policy(approval).chain.status.get(str(approval.state))
        since = approval.end.at if approval.end else approval.heard[-1].at
        return OrderNote(approval.subject, since, ("approval", approval.chain), note_of_approval(approval), status)

    def approval(self, told: Told) -> Approval:
        """Return the approval that is to be noted. Raises ``PoisonError``."""
        chain = told.about.partition("_")[2]
        approval = self.desk.load(approval_id(chain, f"order/{told.object_id}"))
        if approval is None:
            raise PoisonError(Reason.NOT_FOUND, f"order {told.object_id} has no approval in chain {chain}")
        return approval


@dataclass(frozen=True)
class ApprovalNoting:
    """Implements ``writeback.Noting``: an approval is noted only on the order that was approved."""

    notes: ApprovalNotes
    orders: OrderNoting

    def note(self, told: Told) -> OrderNote:
        """Return what is to be noted now. Raises ``PoisonError``."""
        return self.notes(told)

    def write(self, told: Told, note: Any) -> bool:
        """Write the note, unless the order has changed since it was approved: then nothing is written for now.

        What changed is let be told of, and the approval is open again soon. Raises ``CallFailed``.
        """
        approval = self.notes.approval(told)
        if note.value != note_of_approval(approval):
            # It has moved on since; another message brings what is to be noted now.
            return False
        if approval.state is State.APPROVED and self.notes.desk.look(approval, ended=True) is Result.CHANGED:
            return False
        return self.orders.write(told, note)


def note_of_approval(approval: Approval) -> Mapping[str, Any]:
    """Return what stands in an order's ``metadata.herald.approval``."""
    return {
        "id": approval.id, "state": str(approval.state), "round": approval.round, "fingerprint": approval.fingerprint,
        "policy": approval.config_version,
        "steps": [{"id": run.id, "state": str(run.state)} for run in approval.steps],
        **({"at": approval.end.at.isoformat(), "by": str(approval.end.by)} if approval.end else {}),
    }  # fmt: skip
