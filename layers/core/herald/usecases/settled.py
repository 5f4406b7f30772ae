"""Whether what a message is about was decided, or is over, before it went out."""

from collections.abc import Mapping
from typing import Any

from herald.domain.message import TELLINGS
from herald.domain.notification import Notification
from herald.ports import StateStore
from herald.usecases import shelves

ASKING = frozenset({"request", "changed", "escalated", "delegated", "reminder"})
"""What messages of approvals wait for an answer."""


def settled(notification: Notification, facts: Mapping[str, Any], state: StateStore) -> str:
    """Return why there is no need to tell any more, in words; empty if there is. Raises ``StorageError``."""
    telling = facts.get(TELLINGS, {}).get(notification.about)
    if telling is not None:
        return _answered(telling, state)
    incident = facts.get("incident", {})
    return _recovered(incident, state) if incident.get("state") == "open" else ""


def _answered(telling: Mapping[str, Any], state: StateStore) -> str:
    """Of an approval only what asks somebody can be settled: an outcome stays news."""
    seal = telling.get("seals", {}).get("link")
    if telling["ask"].get("kind") not in ASKING or seal is None:
        return ""
    from herald.usecases.approvals import approval_shelves  # noqa: PLC0415 - most messages ask nobody anything

    approval = approval_shelves.approvals(state).get(telling["approval"]["id"])
    ticket = approval.ticket(seal[2]) if approval is not None else None
    return f"the question was closed ({ticket.closed})" if ticket is not None and ticket.closed is not None else ""


def _recovered(told: Mapping[str, Any], state: StateStore) -> str:
    incident = shelves.incidents(state).get(str(told.get("system", "")))
    over = incident is None or incident.id != told.get("id") or incident.closed_at is not None
    return f"the incident {told.get('id')} is over" if over else ""
