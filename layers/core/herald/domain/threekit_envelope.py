"""What comes in by the webhook's door: Threekit's own bodies, or CloudEvents of connectors."""

import re
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.cloudevents import read_cloudevent, read_cloudevents_batch
from herald.domain.envelope import OBJECT_ID, OBJECT_KINDS, Envelope, Told, as_object, invalid, object_version
from herald.domain.event import Event, Identity, IdentityKind, Origin, Trust
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.rfc3339 import parse_timestamp

_TOPIC = re.compile(r"[a-z][a-z_-]{0,31}")
_ACTION = re.compile(r"[a-z_]{1,32}")


def read_webhook(told: Told) -> list[Event]:
    """Return the events of a body. Raises ``EnvelopeRefusedError``."""
    if told.media_type == CLOUDEVENTS_BATCH:
        return read_cloudevents_batch(told)
    if told.media_type == CLOUDEVENT or "specversion" in as_object(told.body):
        return read_cloudevent(told)
    return [read_native(told)]


THREEKIT_WEBHOOK = Envelope(frozenset({JSON, CLOUDEVENT, CLOUDEVENTS_BATCH}), read_webhook)


def read_native(told: Told) -> Event:
    """Return the event of Threekit's ``{topic, action, data}``. Raises ``EnvelopeRefusedError``.

    Vendor facts: the envelope and the topic ``jobs`` are evidenced, ``orders`` is by analogy, and there is no delivery
    id (docs/vendor/threekit.md 3.2 and 3.3). An unknown topic is recorded too, so that nothing told is lost.
    """
    body = as_object(told.body)
    topic, action, data = _word(body, "topic", _TOPIC), _word(body, "action", _ACTION), body.get("data")
    if not isinstance(data, dict):
        raise invalid("data must be a JSON object")
    object_id = data.get("id")
    if not isinstance(object_id, str) or not OBJECT_ID.fullmatch(object_id):
        raise invalid("data.id must be a text of 1 to 128 letters, digits and . _ ~ : -")
    kind = OBJECT_KINDS.get(topic, topic)
    updated_at = data.get("updatedAt")
    instant = parse_timestamp(updated_at) if isinstance(updated_at, str) else None
    body_hash = fingerprint({"topic": topic, "action": action, "data": data})
    return Event(
        identity=_identity(told, kind, action, object_id, updated_at, body_hash),
        type=f"threekit.{kind}.{action}",
        subject=f"{kind}/{object_id}",
        time=instant or told.received_at,
        data=data,
        origin=Origin.WEBHOOK,
        trust=Trust.SIGNED if told.signed else Trust.UNSIGNED,
        received_at=told.received_at,
        body_hash=body_hash,
    )


def _identity(told: Told, kind: str, action: str, object_id: str, updated_at: Any, body_hash: str) -> Identity:
    source = f"/threekit/{told.source}"
    if told.signed:
        return Identity.of_sender_id(source, told.message_id)
    version = object_version(source, kind, object_id, updated_at) if isinstance(updated_at, str) else None
    return version or Identity(IdentityKind.CONTENT, source, (kind, action, body_hash))


def _word(body: dict[str, Any], name: str, shape: re.Pattern[str]) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise invalid(f"{name} is missing or is not a lower-case word of at most 32 characters")
    return value
