"""CloudEvents 1.0 in the JSON event format: what signed connectors tell."""

import re
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.envelope import EnvelopeRefusedError, Refusal, Told, as_object, invalid
from herald.domain.event import Event, Identity, IdentityKind, Origin, Trust
from herald.domain.rfc3339 import parse_timestamp

MAX_BATCH = 100
RESERVED_TYPES = ("threekit.", "opentext.", "herald.", "catalog.", "approval.")
"""Types that only Herald gives: a rule that listens to them relies on what Herald checked."""
AGREED_TYPES = frozenset({"order.milestone.reached", "localization.completed", "regional.approval.completed"})
"""Types whose data are checked against the workflow contract at the door."""

_ATTRIBUTES = frozenset(
    {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"}
)
_EXTENSION_NAME = re.compile(r"[a-z0-9]{1,20}")
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TEXT = re.compile(r"[^\x00-\x20\x7f-\x9f]{1,256}")
_TEXT_WITH_BLANKS = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,256}")
_JSON_TYPE = re.compile(r"[a-z0-9.+-]+/(?:[a-z0-9.+-]+\+)?json(?:\s*;.*)?", re.IGNORECASE)


def read_cloudevent(told: Told) -> list[Event]:
    """Return the one event of a body in structured mode. Raises ``EnvelopeRefusedError``."""
    _require_signature(told)
    return [event_of(told, told.body, source=f"/threekit/{told.source}", origin=Origin.CONNECTOR)]


def read_cloudevents_batch(told: Told) -> list[Event]:
    """Return the events of a batch, in order; one that is invalid refuses all. Raises ``EnvelopeRefusedError``."""
    _require_signature(told)
    if not isinstance(told.body, list):
        raise EnvelopeRefusedError(Refusal.MALFORMED, "a batch must be a JSON array")
    if len(told.body) > MAX_BATCH:
        raise invalid(f"a batch may hold at most {MAX_BATCH} events")
    source = f"/threekit/{told.source}"
    return [event_of(told, body, source=source, origin=Origin.CONNECTOR) for body in told.body]


def _require_signature(told: Told) -> None:
    if not told.signed:
        raise EnvelopeRefusedError(
            Refusal.UNSIGNED, "CloudEvents are taken only from a source with an hmac scheme (Standard Webhooks)"
        )


def event_of(told: Told, body: Any, *, source: str, origin: Origin) -> Event:
    """Return the event of one CloudEvent that came in by a door. Raises ``EnvelopeRefusedError``.

    ``source`` is Herald's name of the sender. An event of the workflow contract must keep it; its subject is then the
    order or item it is about, whatever the sender wrote.
    """
    event = as_object(body)
    _check_envelope(event)
    sender_id, sender, kind = _text(event, "id", _TEXT_WITH_BLANKS), _text(event, "source"), _type(event)
    subject = _text(event, "subject", _TEXT_WITH_BLANKS) if event.get("subject") is not None else f"{kind}/{sender_id}"
    data = event.get("data")
    if not isinstance(data, dict):
        raise invalid("data must be a JSON object")
    return Event(
        identity=Identity(IdentityKind.SENDER_ID, source, (sender, sender_id)),
        type=kind,
        subject=_agreed_subject(kind, data) or subject,
        time=_time(event) if event.get("time") is not None else told.received_at,
        data=data,
        origin=origin,
        trust=Trust.SIGNED if told.signed else Trust.UNSIGNED,
        received_at=told.received_at,
        body_hash=fingerprint({name: event.get(name) for name in ("type", "subject", "time", "data")}),
    )


def _agreed_subject(kind: str, data: dict[str, Any]) -> str | None:
    if kind not in AGREED_TYPES:
        return None
    from herald.domain.workflow_contract import ContractBrokenError, contract_subject  # noqa: PLC0415 - few events need it

    try:
        return contract_subject(kind, data)
    except ContractBrokenError as error:
        raise invalid(str(error)) from error


def _check_envelope(event: dict[str, Any]) -> None:
    if event.get("specversion") != "1.0":
        raise invalid("specversion must be 1.0")
    if event.get("data_base64") is not None:
        raise invalid("data_base64 is not taken; send a JSON object in data")
    content_type = event.get("datacontenttype")
    if content_type is not None and not (isinstance(content_type, str) and _JSON_TYPE.fullmatch(content_type)):
        raise invalid("datacontenttype must be JSON")
    if event.get("dataschema") is not None:
        _text(event, "dataschema")
    for name in event.keys() - _ATTRIBUTES:
        if not _EXTENSION_NAME.fullmatch(name):
            raise invalid("an extension attribute's name must be 1 to 20 lower-case letters and digits")
        if event[name] is not None and not isinstance(event[name], str | int | bool):
            raise invalid("an extension attribute must be a text, an integer or a boolean")


def _type(event: dict[str, Any]) -> str:
    value = _text(event, "type", _TYPE)
    if value.lower().startswith(RESERVED_TYPES):
        raise EnvelopeRefusedError(
            Refusal.RESERVED_TYPE, f"a type must not start with any of: {', '.join(RESERVED_TYPES)}"
        )
    return value


def _time(event: dict[str, Any]) -> Any:
    value = event["time"]
    instant = parse_timestamp(value) if isinstance(value, str) else None
    if instant is None:
        raise invalid("time must be an RFC 3339 timestamp with an offset")
    return instant


def _text(event: dict[str, Any], name: str, shape: re.Pattern[str] = _TEXT) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise invalid(f"{name} is missing or is not a text of the allowed characters and length")
    return value
