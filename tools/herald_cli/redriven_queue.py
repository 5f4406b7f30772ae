"""The queues whose dead letters can be moved back."""

import re
from enum import StrEnum


class RedrivenQueue(StrEnum):
    """A work queue with its dead-letter queue. The relay's holds places in a stream, which go nowhere."""

    EVALUATION = "evaluation"
    TRACKING = "tracking"
    DISPATCH = "dispatch"
    WRITEBACK = "writeback"
    RECONCILE = "reconcile"
    SCAN = "scan"
    APPROVAL_TIMER = "approval-timer"

    @property
    def work_output(self) -> str:
        """The stack's output that holds the work queue's URL."""
        return f"{self._in_template}QueueUrl"

    @property
    def dead_letter_output(self) -> str:
        """The stack's output that holds the dead-letter queue's URL."""
        return f"{self._in_template}DeadLetterQueueUrl"

    @property
    def _in_template(self) -> str:
        return "".join(word.capitalize() for word in self.split("-"))


def as_typed(in_template: str) -> str:
    """Return how a queue is named on the command line: ``approval-timer`` for the template's ``ApprovalTimer``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", in_template).lower()
