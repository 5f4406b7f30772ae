"""An event's trace as rows for a terminal and as JSON for scripts."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from herald.domain.audit import AuditEntry
from herald.domain.notification import Notification
from herald.ports import NotificationRecord
from herald.usecases.trace import Trace


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
        *(Row(e.record.at, e.record.action, e.record.outcome, _summary(e)) for e in trace.entries),
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


def as_json(trace: Trace) -> dict[str, Any]:
    """Return the whole trace as JSON-able data, with masked addresses."""
    return {
        "event": {
            "id": trace.event.id, "type": trace.event.type, "source": trace.event.source,
            "subject": trace.event.subject,
            "origin": trace.event.origin, "trust": trace.event.trust, "identity": trace.event.identity.kind,
            "receivedAt": trace.event.received_at.isoformat(),
        },
        "timeline": [_row(row) for row in rows(trace)],
        "decision": [_row(row) for row in why(trace)],
        "notifications": [
            {
                "id": notification.id, "rule": notification.rule_id, "audience": notification.audience,
                "to": masked_recipient(notification), "severity": notification.severity, "states": states,
            }
            for notification, states in told(trace)
        ],
        "auditChain": "intact" if trace.broken_at is None else f"broken at entry {trace.broken_at}",
    }  # fmt: skip


def masked_recipient(notification: Notification) -> str:
    """Return the recipient so that an operator can tell people apart and cannot read their addresses."""
    recipient = notification.recipient
    return ", ".join(masked(address) for address in (recipient.email, recipient.phone) if address) or recipient.name


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
    parts = []
    for channel in record.notification.channels:
        delivery = begun.get(channel)
        if delivery is not None:
            reason = f" ({delivery.reason})" if delivery.reason else ""
            parts.append(f"{channel}: {delivery.state}{reason}{f' job {delivery.job_id}' if delivery.job_id else ''}")
    return "; ".join(parts) or "waiting"


def _summary(entry: AuditEntry) -> str:
    """Return what a person wants to know of an entry; ``--json`` has all of it."""
    details = entry.record.details
    if entry.record.action == "event.decided":
        matched = [rule for rule, verdict in details["rules"].items() if verdict == "matched"]
        erred = [rule for rule, verdict in details["rules"].items() if verdict == "error"]
        parts = [
            f"{len(matched)} of {len(details['rules'])} rules matched",
            f"{len(details['notifications'])} to be told",
        ]
        parts += [f"{rule} could not be evaluated" for rule in erred]
        return "; ".join([*parts, *(f"{skip['what']}: {skip['reason']}" for skip in details["skips"])])
    if entry.record.action.startswith("delivery."):
        about = f"{details['rule']} → {details['audience']} by {details['channel']}"
        extra = [details.get("job") and f"job {details['job']}", details.get("reason"), details.get("detail")]
        return ", ".join(str(part) for part in (about, *extra) if part)
    if entry.record.action.startswith("writeback."):
        told = [f"{channel} {note['state']}" for channel, note in details.get("channels", {}).items()]
        return f"{details['subject']}: {details.get('rule') or details.get('reason')} {', '.join(told)}"
    return ", ".join(f"{key}={value}" for key, value in details.items() if value not in (None, "", [], {}))
