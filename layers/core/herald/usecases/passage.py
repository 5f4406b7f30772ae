"""The passage to a vendor: every call asks here first and reports how it ended, whichever instance makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from herald.domain.errors import CallFailed, Reason
from herald.domain.gate import (
    Admission,
    Gate,
    GatePolicy,
    Go,
    Wait,
    admit,
    asked_pause,
    gate_of,
    is_failure,
    reported,
    to_document,
)  # fmt: skip
from herald.ports import Clock, Count, StateStore, StorageError
from herald.usecases.shelf import Shelf

R = TypeVar("R")

KIND = "gate"
KEEP = timedelta(days=30)
TRIES = 8
"""How often a change is tried while others are first to write. Who loses more often only adds to the crowd."""


class _CrowdedError(Exception):
    """So many others changed the gate that this change was given up."""


@dataclass(frozen=True)
class Passage:
    """One destination's gate, shared by all instances through one document.

    To ask costs a read and at most one write, to report a read: a call is counted when it begins, so its success leaves
    a closed gate as it is and is not written. A call that comes back at its turn writes nothing in a closed gate: its
    write was made when the turn was given.
    """

    store: StateStore
    destination: str
    policy: GatePolicy
    clock: Clock
    count: Count

    def ask(self, has_turn: bool) -> Admission:
        """Say whether a call may be made now; ``has_turn`` if it comes back at a turn it was given.

        A crowd at the gate must not fail a message, and whoever could not be counted must not go either: such a call is
        told to come again in 1 to 3 seconds, and keeps the turn it has, if any (``Wait.is_turn``). Counts
        ``GateOpened`` if a probe was found lost. Raises ``StorageError`` if the store cannot be used.
        """
        now = self.clock()

        def change(gate: Gate) -> tuple[Gate, tuple[Admission, bool]]:
            changed, admission = admit(gate, self.policy, now, has_turn=has_turn)
            return changed, (admission, changed.openings > gate.openings)

        try:
            admission, opened = self._change(change)
        except _CrowdedError:
            # The clock's fraction of a second spreads the crowd as well as chance would, and can be told in advance.
            return Wait(now + timedelta(seconds=1, microseconds=2 * now.microsecond), Reason.WAITS_ITS_TURN, has_turn)
        if opened:
            self.count("GateOpened", 1)
        return admission

    def ask_if_free(self) -> Admission:
        """Say whether a call may be made now that can as well be made later: it takes no turn from those who wait.

        Raises ``StorageError`` if the store cannot be used.
        """
        now = self.clock()

        def change(gate: Gate) -> tuple[Gate, Admission]:
            changed, admission = admit(gate, self.policy, now, has_turn=False)
            return (changed if isinstance(admission, Go) else gate), admission

        try:
            return self._change(change)
        except _CrowdedError:
            return Wait(now + timedelta(seconds=1), Reason.WAITS_ITS_TURN, is_turn=False)

    def report(self, failure: CallFailed | None) -> None:
        """Tell how a call ended that was let through; ``None`` if it went well. Counts ``GateOpened`` if it opens.

        It raises no ``StorageError``: the message's fate is settled by then, and must not hang on the gate. A report
        that is lost is counted as ``GateReportsLost``; the next failures make up for it, and a probe without a report
        is taken for failed.
        """
        now = self.clock()
        failed, retry_after = is_failure(failure), asked_pause(failure)
        try:
            opened = self._change(lambda gate: reported(gate, self.policy, now, failed=failed, retry_after=retry_after))
        except (_CrowdedError, StorageError):
            self.count("GateReportsLost", 1)
            return
        if opened:
            self.count("GateOpened", 1)

    def gate(self) -> Gate:
        """Return the gate as it stands. Raises ``StorageError``."""
        return self._shelf().get(self.destination) or Gate()

    def _change(self, change: Callable[[Gate], tuple[Gate, R]]) -> R:
        tries = 0

        def attempt(standing: Gate | None) -> tuple[Gate | None, R]:
            nonlocal tries
            tries += 1
            if tries > TRIES:
                raise _CrowdedError
            before = standing or Gate()
            after, result = change(before)
            return None if after == before else after, result

        return self._shelf().change(self.destination, attempt)

    def _shelf(self) -> Shelf[Gate]:
        return Shelf(self.store, KIND, gate_of, to_document, KEEP)
