"""The time of an approval has come: that is recorded like everything else, and applied by whoever evaluates it."""

from dataclasses import dataclass

from herald.domain.errors import PoisonError, Reason
from herald.domain.rfc3339 import parse_timestamp
from herald.ports import Checkpoint, Clock, Count, Inbox, Recorded, StateStore
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import due_event
from herald.usecases.outcome import DONE, Later, Outcome

LATE_SECONDS = 600
"""A timer is given so long before a sweep takes its place."""


@dataclass(frozen=True)
class TimeHasCome:
    """Records that an approval is due. Twice is once: the event is known by the approval and the time."""

    inbox: Inbox
    clock: Clock
    checkpoint: Checkpoint

    def __call__(self, approval: str, due: str) -> Outcome:
        """Record it. Raises ``PoisonError`` for a time that is none and ``StorageError``."""
        at = parse_timestamp(due)
        if at is None:
            raise PoisonError(Reason.MALFORMED_MESSAGE, "due is no RFC 3339 time")
        now = self.clock()
        if now < at:
            # Clocks differ by moments; what is not due yet would be recorded and change nothing, for good.
            return Later(at - now, Reason.WAITS_ITS_TURN)
        self.inbox.record(due_event(approval, at, now))
        self.checkpoint("timer.recorded", f"approval/{approval}")
        return DONE


@dataclass(frozen=True)
class SweepApprovals:
    """Looks for approvals whose timer never came, and says in its place that the time has come."""

    state: StateStore
    inbox: Inbox
    clock: Clock
    count: Count

    def __call__(self, _attempt: int, _enough_time: object) -> Outcome:
        """Go through the approvals that are under way. Raises ``StorageError``."""
        now = self.clock()
        under_way = approval_shelves.under_way(self.state).all()
        for identity, one in under_way.items():
            if one.due is None or (now - one.due).total_seconds() < LATE_SECONDS:
                continue
            if self.inbox.record(due_event(identity, one.due, now)) is Recorded.NEW:
                self.count("ApprovalTimersLate", 1)
        self.count("ApprovalsUnderWay", sum(one.due is not None for one in under_way.values()))
        return DONE
