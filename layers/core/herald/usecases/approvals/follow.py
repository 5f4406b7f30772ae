"""What follows from an approval as it stands: the next timer, the lists, the receipt, the note in Threekit.

Everything here is made of the present document and is the same made twice: a step repeated after a crash repeats it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from herald.domain.approval.approval import Approval, State
from herald.domain.approval.last_approved import remembered
from herald.domain.approval.receipt import receipt_of
from herald.domain.canonical import fingerprint
from herald.ports import Checkpoint, Count, ReceiptSigner, StateStore, Timers, WritebackQueue
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_shelves import UnderWay
from herald.usecases.approvals.approval_values import reference_of
from herald.usecases.approvals.waiting_list import WaitingList

NOTE = "approval"
A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Follow:
    """Does what follows."""

    state: StateStore
    timers: Timers
    writeback: WritebackQueue
    sign: ReceiptSigner
    count: Count
    checkpoint: Checkpoint

    def __call__(self, identity: str, event_id: str) -> None:
        """Follow an approval. Raises ``StorageError`` and ``CallFailed``."""
        approval = approval_shelves.approvals(self.state).get(identity)
        if approval is None:
            return
        due = approval.next_due
        if due is not None:
            self.timers.set(approval.id, due)
            self.checkpoint("approval.timed", approval.subject)
        WaitingList(self.state).note(approval)
        self._note_under_way(approval.id)
        self.checkpoint("approval.listed", approval.subject)
        if approval.state is not State.OPEN:
            self.ended(approval)
            self.checkpoint("approval.receipted", approval.subject)
        kind, _, object_id = approval.subject.partition("/")
        if kind == "order":
            self.writeback.put(object_id, f"{NOTE}_{approval.chain}", event_id, fingerprint(_noted(approval))[:16])
            self.checkpoint("approval.noted", approval.subject)

    def _note_under_way(self, identity: str) -> None:
        approvals = approval_shelves.approvals(self.state)

        def change(standing: UnderWay | None) -> tuple[UnderWay | None, None]:
            approval = approvals.get(identity)
            if approval is None:
                return None, None
            ended = approval.state is not State.OPEN
            one = UnderWay(approval.subject, approval.title, approval.opened_at, approval.next_due)
            # One that ended and is not listed stays so.
            return (None if ended and (standing is None or standing.due is None) else one), None

        approval = approvals.get(identity)
        ended = approval is not None and approval.state is not State.OPEN
        shelf = approval_shelves.under_way(self.state, A_MOMENT) if ended else approval_shelves.under_way(self.state)
        shelf.change(identity, change)

    def ended(self, approval: Approval) -> None:
        """See to it that an end has its receipt, once. Raises ``StorageError`` and ``CallFailed``."""
        receipts = approval_shelves.receipts(self.state)
        key = approval_shelves.receipt_key(approval)
        if receipts.get(key) is not None:
            return
        if approval.state is State.PARKED:
            self.count("ApprovalsParked", 1)
        if approval.state is State.APPROVED and approval.end is not None:
            shelf = approval_shelves.last_approved(self.state)
            for product, document in remembered(approval.stand, approval.end.at, reference_of(approval)).items():
                shelf.change(approval_shelves.product(product), _later(document))
            self.checkpoint("approval.remembered", approval.subject)
        receipt = self.sign(receipt_of(approval))
        receipts.change(key, lambda standing: (None if standing else receipt, None))


def _later(
    document: Mapping[str, Any],
) -> Callable[[Mapping[str, Any] | None], tuple[Mapping[str, Any] | None, None]]:
    """Return the change that keeps whichever of two approvals of a product was later."""
    return lambda standing: (None if standing is not None and standing["at"] >= document["at"] else document, None)


def _noted(approval: Approval) -> list[Any]:
    return [str(approval.state), approval.round, [[run.id, str(run.state)] for run in approval.steps]]
