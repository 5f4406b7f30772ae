"""An event's trace as rows for a terminal and as JSON for scripts."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from herald.domain.delivery import Delivery, DeliveryState
from herald.domain.notification import Notification
from herald.ports import NotificationRecord
from herald.usecases.trace import Trace
from herald_cli.audit_summary import summary

WAITING = frozenset({DeliveryState.CLAIMED, DeliveryState.RETRY_AT, DeliveryState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the timeline."""

    at: datetime
    step: str
    outcome: str
    detail: str


def rows(trace: Trace) -> list[Row]:
    """Return what happened, in the order in which it was recorded."""
    event = trace.event
    received = Row(
        event.received_at,
        "received",
        f"{event.origin}, {event.trust}",
        f"{event.type} {event.subject} from {event.source}",
    )
    return [
        received,
        *(Row(e.record.at, e.record.action, e.record.outcome, summary(e.record)) for e in trace.entries),
    ]


def why(trace: Trace) -> list[Row]:
    """Return what each rule said and why, and each skip."""
    decision = trace.decision
    if decision is None:
        return []
    rules = [
        Row(decision.decided_at, outcome.rule_id, outcome.verdict, outcome.detail) for outcome in decision.outcomes
    ]
    return [
        *rules,
        *(Row(decision.decided_at, skip.what, f"skipped: {skip.reason}", skip.detail) for skip in decision.skips),
    ]


def told(trace: Trace) -> Iterator[tuple[Notification, str]]:
    """Yield each notification with where its deliveries stand."""
    for record in trace.notifications:
        yield record.notification, _states(record)


def as_json(trace: Trace, *, with_body: bool = False) -> dict[str, Any]:
    """Return the whole trace as JSON-able data, with masked addresses; the body as it was told only if asked for."""
    return {
        "event": {
            "id": trace.event.id, "type": trace.event.type, "source": trace.event.source,
            "subject": trace.event.subject,
            "origin": trace.event.origin, "trust": trace.event.trust, "identity": trace.event.identity.kind,
            "receivedAt": trace.event.received_at.isoformat(),
            **({"body": trace.event.data} if with_body else {}),
        },
        "timeline": [_row(row) for row in rows(trace)],
        "decision": [_row(row) for row in why(trace)],
        "notifications": [
            {
                "id": notification.id, "rule": notification.rule_id, "audience": notification.audience,
                "to": masked_recipient(notification), "inPlaceOf": notification.recipient.in_place_of,
                "severity": notification.severity, "states": states,
            }
            for notification, states in told(trace)
        ],
        "auditChain": "intact" if trace.broken_at is None else f"broken at entry {trace.broken_at}",
    }  # fmt: skip


def masked_recipient(notification: Notification) -> str:
    """Return the recipient so that an operator can tell people apart and cannot read their addresses."""
    recipient = notification.recipient
    return ", ".join(map(masked, recipient.addresses)) or recipient.name


def masked(address: str) -> str:
    """Return an address with its middle hidden."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    return f"{address[:3]}***{address[-2:]}"


def _row(row: Row) -> dict[str, Any]:
    return {**asdict(row), "at": row.at.isoformat()}


def _states(record: NotificationRecord) -> str:
    begun = {delivery.channel: delivery for delivery in record.deliveries}
    channels = [channel for channel in record.notification.channels if channel in begun]
    return "; ".join(f"{channel}: {_stands(begun[channel])}" for channel in channels) or "waiting"


def _stands(delivery: Delivery) -> str:
    parts = [str(delivery.state)]
    if delivery.reason:
        parts.append(f"({delivery.reason})")
    if delivery.state in WAITING and delivery.due_at is not None:
        parts.append(f"{'its turn is at' if delivery.turn else 'until'} {delivery.due_at:%Y-%m-%d %H:%M:%S} UTC")
    if delivery.job_id:
        parts.append(f"job {delivery.job_id}")
    return " ".join(parts)
