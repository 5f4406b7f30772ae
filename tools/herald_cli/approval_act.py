"""Records what an operator does about an approval, and waits until the approval has heard it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.approval import Approval, Result
from herald.domain.event import Origin
from herald.domain.event_types import APPROVAL_PREFIX
from herald.ports import Inbox, StateStore, StorageError
from herald.usecases.approvals import approval_events, approval_shelves
from herald_cli.approval_words import refused

POLL_SECONDS = 1.0
HINDERED = 5
"""How often in a row the look at an approval may fail before the waiting ends."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What was recorded about an approval, and what it came to: ``None`` while the approval has not heard of it."""

    approval: str
    event: str
    kind: str
    result: Result | None = None
    state: str = ""

    @property
    def refused(self) -> str:
        """Why it was not done; empty if it was, or if that is not known yet."""
        return "" if self.result is None else refused(self.kind, self.result)


def record(inbox: Inbox, kind: str, approval: Approval, data: Mapping[str, Any], now: datetime) -> Deed:
    """Record an event of an operator's; told twice, it is two. Raises ``StorageError`` and ``PoisonError``."""
    told = approval_events.approval_event(kind, approval.id, uuid.uuid4().hex, data, Origin.OPERATOR, now)
    inbox.record(told)
    return Deed(approval.id, told.id, kind.removeprefix(APPROVAL_PREFIX))


def wait_until_heard(
    state: StateStore, deeds: Sequence[Deed], clock: Callable[[], datetime], sleep: Callable[[float], None],
    timeout: timedelta,
) -> list[Deed]:  # fmt: skip
    """Return what each came to, as far as that is known when all are heard or time is over.

    Raises ``StorageError`` if the approvals cannot be read five times in a row.
    """
    end, failures, known = clock() + timeout, 0, list(deeds)
    while True:
        try:
            known = [_looked_at(state, deed) for deed in known]
            failures = 0
        except StorageError:
            failures += 1
            if failures == HINDERED:
                raise
        left = (end - clock()).total_seconds()
        if all(deed.result is not None for deed in known) or left <= 0:
            return known
        sleep(min(POLL_SECONDS, left))


def deed_as_json(deed: Deed) -> dict[str, Any]:
    """Return a deed for scripts; ``result`` and ``state`` are ``None`` if it is not known what it came to."""
    return {
        "approval": deed.approval, "event": deed.event, "did": deed.kind,
        "result": str(deed.result) if deed.result is not None else None, "state": deed.state or None,
        "refused": deed.refused or None,
    }  # fmt: skip


def _looked_at(state: StateStore, deed: Deed) -> Deed:
    if deed.result is not None:
        return deed
    approval = approval_shelves.approvals(state).get(deed.approval)
    heard = approval.heard_of(deed.event) if approval is not None else None
    if approval is None or heard is None:
        return deed
    return Deed(deed.approval, deed.event, deed.kind, heard.result, str(approval.state))
