"""How events, audit entries, decisions, notifications and deliveries lie in the tables."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from herald.adapters.exact_json import dumps, loads
from herald.domain.audit import AuditEntry, AuditRecord
from herald.domain.decision import Decision, RuleOutcome, Skip, Verdict
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import PoisonError, Reason
from herald.domain.event import Event, Identity, IdentityKind, Origin, Trust
from herald.domain.notification import Notification, Severity, person_document, person_of
from herald.domain.rfc3339 import spell_timestamp

PLAIN_BYTES = 1_000
"""Longer documents are compressed: DynamoDB charges by the kilobyte, and `herald trace` shows what is in them."""
ITEM_BYTES = 380_000
"""DynamoDB takes items of 400 KB; the rest is for the other attributes."""
UNSETTLED = "yes"
"""The one partition of the index ``by_look``: what stands in ``unsettled`` exactly while there is a ``look_at``."""

Attributes = Mapping[str, Any]


def event_item(event: Event, retention: timedelta) -> dict[str, Any]:
    """Return an event as an item of the inbox, to be removed when ``retention`` is over.

    Raises ``PoisonError`` if its data exceed what an item holds.
    """
    return {
        "id": _text(event.id),
        "identity_kind": _text(event.identity.kind),
        "identity_key": _text(dumps(event.identity.key)),
        "source": _text(event.source),
        "type": _text(event.type),
        "subject": _text(event.subject),
        "time": _text(event.time.isoformat()),
        "origin": _text(event.origin),
        "trust": _text(event.trust),
        "received_at": _text(event.received_at.isoformat()),
        "body_hash": _text(event.body_hash),
        "data": packed(dumps(event.data), f"event {event.id}"),
        "publish": {"BOOL": event.publish},
        "expires_at": epoch(event.received_at + retention),
    }


def event_of(item: Attributes) -> Event:
    """Return the event an item of the inbox holds."""
    return Event(
        identity=Identity(
            IdentityKind(item["identity_kind"]["S"]), item["source"]["S"], tuple(loads(item["identity_key"]["S"]))
        ),
        type=item["type"]["S"],
        subject=item["subject"]["S"],
        time=datetime.fromisoformat(item["time"]["S"]),
        data=loads(unpacked(item["data"])),
        origin=Origin(item["origin"]["S"]),
        trust=Trust(item["trust"]["S"]),
        received_at=datetime.fromisoformat(item["received_at"]["S"]),
        body_hash=item["body_hash"]["S"],
        publish=item["publish"]["BOOL"],
    )


def audit_item(entry: AuditEntry) -> dict[str, Any]:
    """Return an audit entry as an item. Raises ``PoisonError`` if its details exceed what an item holds."""
    record = entry.record
    return {
        "event_id": _text(record.event_id),
        "entry": _text(f"audit#{entry.number:06d}"),
        "number": _number(entry.number),
        "key": _text(record.key),
        "action": _text(record.action),
        "actor": _text(record.actor),
        "at": _text(record.at.isoformat()),
        "outcome": _text(record.outcome),
        "details": packed(dumps(record.details), f"an audit entry of {record.event_id}"),
        "previous": _text(entry.previous),
        "hash": _text(entry.hash),
    }


def audit_entry_of(item: Attributes) -> AuditEntry:
    """Return the audit entry an item holds, as it was written: whether its hash is right is the chain's question."""
    record = AuditRecord(
        event_id=item["event_id"]["S"],
        key=item["key"]["S"],
        action=item["action"]["S"],
        actor=item["actor"]["S"],
        at=datetime.fromisoformat(item["at"]["S"]),
        outcome=item["outcome"]["S"],
        details=loads(unpacked(item["details"])),
    )
    return AuditEntry(record, int(item["number"]["N"]), item["previous"]["S"], item["hash"]["S"])


def decision_item(decision: Decision, retention: timedelta) -> dict[str, Any]:
    """Return a decision as an item, to be removed when ``retention`` is over: it names people.

    Raises ``PoisonError`` if it exceeds what an item holds even when compressed.
    """
    document = {
        "facts": decision.facts,
        "outcomes": [[outcome.rule_id, outcome.verdict, outcome.detail] for outcome in decision.outcomes],
        "skips": [[skip.what, skip.reason, skip.detail] for skip in decision.skips],
        "notifications": [_notification_document(notification) for notification in decision.notifications],
    }
    return {
        "event_id": _text(decision.event_id),
        "entry": _text("decision"),
        "config_version": _text(decision.config_version),
        "decided_at": _text(decision.decided_at.isoformat()),
        "facts_fingerprint": _text(decision.facts_fingerprint),
        "document": packed(dumps(document), f"the decision about {decision.event_id}"),
        "expires_at": epoch(decision.decided_at + retention),
    }


def decision_of(item: Attributes) -> Decision:
    """Return the decision an item holds."""
    document = loads(unpacked(item["document"]))
    return Decision(
        event_id=item["event_id"]["S"],
        config_version=item["config_version"]["S"],
        decided_at=datetime.fromisoformat(item["decided_at"]["S"]),
        facts=document["facts"],
        facts_fingerprint=item["facts_fingerprint"]["S"],
        outcomes=tuple(RuleOutcome(rule, Verdict(verdict), detail) for rule, verdict, detail in document["outcomes"]),
        skips=tuple(Skip(what, Reason(reason), detail) for what, reason, detail in document["skips"]),
        notifications=tuple(_notification(found) for found in document["notifications"]),
    )


def notification_item(notification: Notification, retention: timedelta) -> dict[str, Any]:
    """Return a notification as an item of the ledger, to be removed when ``retention`` is over."""
    return {
        **notification_key(notification.id),
        "event_id": _text(notification.event_id),
        "document": packed(dumps(_notification_document(notification)), f"notification {notification.id}"),
        "expires_at": epoch(notification.created_at + retention),
    }


def notification_of(item: Attributes) -> Notification:
    """Return the notification an item of the ledger holds."""
    return _notification(loads(unpacked(item["document"])))


def notification_key(notification_id: str) -> dict[str, Any]:
    """Return the key of a notification in the ledger."""
    return {"pk": _text(notification_id), "sk": _text("notification")}


def delivery_key(delivery: Delivery) -> dict[str, Any]:
    """Return the key of a delivery in the ledger."""
    return {"pk": _text(delivery.notification_id), "sk": _text(f"delivery#{delivery.channel}")}


def delivery_attributes(delivery: Delivery, retention: timedelta) -> dict[str, Any]:
    """Return what the ledger holds of a delivery beside its key; every attribute, ``None`` where it has no value."""
    return {
        "opened_by": _text(delivery.event_id),
        "channel": _text(delivery.channel),
        "state": _text(delivery.state),
        "version": _number(delivery.version),
        "attempts": _number(delivery.attempts),
        "resends": _number(delivery.resends),
        "due_at": _time(delivery.due_at),
        "begun_at": _time(delivery.begun_at),
        "turn": {"BOOL": delivery.turn},
        "unsettled": _text(UNSETTLED) if delivery.look_at else None,
        "look_at": sortable(delivery.look_at) if delivery.look_at else None,
        "submitted_at": _time(delivery.submitted_at),
        "next_at": _time(delivery.next_at),
        "overdue": {"BOOL": True} if delivery.overdue else None,
        "job_id": _text(delivery.job_id) if delivery.job_id else None,
        "reason": _text(delivery.reason) if delivery.reason else None,
        "detail": _text(delivery.detail),
        "updated_at": _time(delivery.updated_at),
        "expires_at": epoch(delivery.updated_at + retention) if delivery.updated_at else None,
    }


def delivery_of(item: Attributes) -> Delivery:
    """Return the delivery an item of the ledger holds."""
    return Delivery(
        notification_id=item["pk"]["S"],
        channel=Channel(item["channel"]["S"]),
        event_id=item["opened_by"]["S"],
        state=DeliveryState(item["state"]["S"]),
        version=int(item["version"]["N"]),
        attempts=int(item["attempts"]["N"]),
        resends=int(item["resends"]["N"]),
        due_at=_time_of(item, "due_at"),
        begun_at=_time_of(item, "begun_at"),
        turn=item["turn"]["BOOL"] if "turn" in item else False,
        look_at=_time_of(item, "look_at"),
        submitted_at=_time_of(item, "submitted_at"),
        next_at=_time_of(item, "next_at"),
        overdue=item["overdue"]["BOOL"] if "overdue" in item else False,
        job_id=item["job_id"]["S"] if "job_id" in item else None,
        reason=Reason(item["reason"]["S"]) if "reason" in item else None,
        detail=item["detail"]["S"],
        updated_at=_time_of(item, "updated_at"),
    )


def packed(document: str, what: str) -> dict[str, Any]:
    """Return an ASCII document as an attribute, compressed if it is long.

    Raises ``PoisonError``, which names ``what``, if an item cannot hold it: no retry makes it shorter.
    """
    raw = document.encode("ascii")
    if len(raw) <= PLAIN_BYTES:
        return {"S": document}
    compressed = zlib.compress(raw)
    if len(compressed) > ITEM_BYTES:
        raise PoisonError(
            Reason.REFUSED, f"{what} has {len(compressed)} bytes when compressed; an item holds {ITEM_BYTES} of it"
        )
    return {"B": compressed}


def unpacked(attribute: Attributes) -> str:
    """Return the document an attribute holds."""
    return str(attribute["S"]) if "S" in attribute else zlib.decompress(attribute["B"]).decode("ascii")


def epoch(at: datetime) -> dict[str, str]:
    """Return a point in time as DynamoDB's time to live wants it: whole seconds."""
    return _number(int(at.timestamp()))


def sortable(at: datetime) -> dict[str, str]:
    """Return a point in time as a text whose order is that of time."""
    return _text(spell_timestamp(at))


def _notification_document(notification: Notification) -> dict[str, Any]:
    sequence = notification.sequence
    return {
        "id": notification.id,
        "event_id": notification.event_id,
        "rule_id": notification.rule_id,
        "subject": notification.subject,
        "audience": notification.audience,
        "recipient": person_document(notification.recipient),
        "template": notification.template,
        "channels": notification.channels,
        "severity": notification.severity,
        "config_version": notification.config_version,
        "created_at": notification.created_at,
        **({"sequence": sequence} if sequence is not None else {}),
        **({"about": notification.about} if notification.about else {}),
    }


def _notification(document: Mapping[str, Any]) -> Notification:
    return Notification(
        **{
            **document,
            "recipient": person_of(document["recipient"]),
            "channels": tuple(Channel(channel) for channel in document["channels"]),
            "severity": Severity(document["severity"]),
            "sequence": tuple(document["sequence"]) if "sequence" in document else None,
        }
    )


def _text(value: str) -> dict[str, str]:
    # No storage holds a lone surrogate, and a vendor's message may bring one; an enum's member becomes a plain text.
    return {"S": str(value).encode("utf-8", "replace").decode("utf-8")}


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def _time_of(item: Attributes, name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]["S"]) if name in item else None


def _time(at: datetime | None) -> dict[str, str] | None:
    return _text(at.isoformat()) if at else None
