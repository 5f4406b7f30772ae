"""Ends that nobody who was asked brings about: the requester takes it back, an administrator decides."""

from herald.domain.approval.approval import By, Result, State, Verdict
from herald.domain.approval.turn import Turn

STILL_TO_END = (State.OPEN, State.PARKED)


def recall(turn: Turn, name: str, reason: str = "") -> Result:
    """Take the question back."""
    if turn.approval.state not in STILL_TO_END:
        return Result.CLOSED
    turn.finish(State.RECALLED, By.REQUESTER, name, reason.strip())
    return Result.DONE


def override(turn: Turn, verdict: Verdict, name: str, reason: str, *, about: str | None = None) -> Result:
    """Decide in place of everybody who was to be asked. It has a reason, and all are told whose word it is.

    ``about`` is the fingerprint of what the administrator looked at: nothing else is decided.
    """
    if turn.approval.state not in STILL_TO_END:
        return Result.CLOSED
    if not reason.strip():
        return Result.REASON_MISSING
    if about not in (None, turn.approval.fingerprint):
        return Result.CHANGED
    state = State.APPROVED if verdict is Verdict.APPROVE else State.REJECTED
    turn.finish(state, By.ADMINISTRATOR, name, reason.strip())
    return Result.DONE
