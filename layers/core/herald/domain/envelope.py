"""What a body must say to become events: shared by every door."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.event import Event, Identity
from herald.domain.rfc3339 import parse_timestamp, spell_timestamp

OBJECT_KINDS = {"orders": "order", "jobs": "job"}
"""Threekit's topics and the kind of object each tells of. Only ``jobs`` is evidenced (docs/vendor/threekit.md 3.2)."""

OBJECT_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~:-]{0,127}")
"""An id that can stand in a path and in a log: no blanks, slashes, or leading dot."""


class Refusal(StrEnum):
    """Why a body of a known sender becomes no event."""

    MALFORMED = "malformed"
    """It is no JSON object (or array of them) at all."""
    INVALID = "invalid"
    """It lacks something an event needs, or has it in another shape."""
    UNSIGNED = "unsigned"
    """It is its own proof, so it must be signed."""
    RESERVED_TYPE = "reserved_type"
    """Its type is one that only Herald gives."""


class EnvelopeRefusedError(ValueError):
    """The body becomes no event; the message names the field and the fix, without any value."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Told:
    """A parsed body whose sender was accepted.

    ``source`` is the source's configured name. ``signed`` says that an HMAC over the body held; ``message_id`` is then
    the ``webhook-id`` it covered. ``received_at`` is aware, UTC.
    """

    source: str
    media_type: str
    body: Any = field(repr=False)
    signed: bool
    message_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """One way to read bodies: the media types it takes, and how they become events.

    ``read`` raises ``EnvelopeRefusedError`` and nothing else; it returns all events of a body or none.
    """

    media_types: frozenset[str]
    read: Callable[[Told], list[Event]]


def object_version(source: str, kind: str, object_id: str, updated_at: str) -> Identity | None:
    """Return the identity by object version, the same for every telling; ``None`` if ``updated_at`` is no timestamp.

    ``kind`` is a Threekit topic or the kind of object behind it. Equal instants count as equal, however they are spelt.
    """
    instant = parse_timestamp(updated_at)
    if instant is None:
        return None
    return Identity.of_object_version(source, OBJECT_KINDS.get(kind, kind), object_id, spell_timestamp(instant))


def as_object(value: Any) -> dict[str, Any]:
    """Return the value if it is a JSON object. Raises ``EnvelopeRefusedError``."""
    if not isinstance(value, dict):
        raise EnvelopeRefusedError(Refusal.MALFORMED, "the body must be a JSON object")
    return value


def invalid(detail: str) -> EnvelopeRefusedError:
    """Return the error for a field that is missing or has another shape."""
    return EnvelopeRefusedError(Refusal.INVALID, detail)
