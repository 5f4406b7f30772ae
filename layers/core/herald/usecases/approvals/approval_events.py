"""Events about approvals: everything that happens to one enters by the inbox, whoever brings it about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.event import Event, Identity, Origin, Trust

SOURCE = "/herald/approvals"
ANSWERED, ACKNOWLEDGED, QUESTIONED = "approval.answered", "approval.acknowledged", "approval.questioned"
REPLIED, DELEGATED, DUE = "approval.replied", "approval.delegated", "approval.due"
RECALLED, OVERRIDDEN, REMINDED = "approval.recalled", "approval.overridden", "approval.reminded"
REPLY_UNCLEAR = "approval.reply_unclear"


def approval_event(
    kind: str, approval: str, key: str, data: Mapping[str, Any], origin: Origin, now: datetime
) -> Event:  # fmt: skip
    """Return an event about an approval; ``key`` makes two tellings the same, such as a form's one-time token."""
    body = {"approval": approval, **data}
    return Event(
        identity=Identity.of_sender_id(SOURCE, f"{kind}:{approval}:{key}"), type=kind, subject=f"approval/{approval}",
        time=now, data=body, origin=origin, trust=Trust.SIGNED, received_at=now, body_hash=fingerprint(body),
    )  # fmt: skip


def due_event(approval: str, due: datetime, now: datetime) -> Event:
    """Return the word that a time has come, the same whoever gives it: the timer, or the sweep that missed it."""
    return approval_event(DUE, approval, due.isoformat(), {"due": due.isoformat()}, Origin.TIMER, now)


def changed_order(source: str, order: Mapping[str, Any], seen: str, now: datetime) -> Event:
    """Return the hint that an order changed under an approval.

    ``seen`` says in which approval and round it was seen. It is part of what the hint is known by: the version of the
    order may be known already, as that of a note of ours, or a saved configuration may have changed without one.
    """
    names = ("id", "shortId", "status", "createdAt", "updatedAt")
    data = {name: order[name] for name in names if name in order}
    return Event(
        identity=Identity.of_sender_id(source, f"changed:{seen}:{data.get('updatedAt', '')}"),
        type="threekit.order.updated", subject=f"order/{order['id']}", time=now, data=data, origin=Origin.RECONCILE,
        trust=Trust.UNSIGNED, received_at=now, body_hash=fingerprint(data),
    )  # fmt: skip
