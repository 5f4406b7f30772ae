"""The queues whose dead letters can be moved back."""

from enum import StrEnum


class RedrivenQueue(StrEnum):
    """A work queue with its dead-letter queue. The relay's holds places in a stream, which go nowhere."""

    EVALUATION = "evaluation"
    TRACKING = "tracking"
    DISPATCH = "dispatch"
    WRITEBACK = "writeback"
    RECONCILE = "reconcile"
    SCAN = "scan"

    @property
    def work_output(self) -> str:
        """The stack's output that holds the work queue's URL."""
        return f"{self.capitalize()}QueueUrl"

    @property
    def dead_letter_output(self) -> str:
        """The stack's output that holds the dead-letter queue's URL."""
        return f"{self.capitalize()}DeadLetterQueueUrl"
