"""Event: one fact, recorded once (CloudEvents 1.0 attributes plus origin and trust)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.canonical import short_id


class Origin(StrEnum):
    """Which door an event came in by."""

    WEBHOOK = "webhook"
    CONNECTOR = "connector"
    SCAN = "scan"
    RECONCILE = "reconcile"
    CALLBACK = "callback"
    OPERATOR = "operator"
    PAGE = "page"
    """Somebody pressed a button on the page of an approval."""
    TIMER = "timer"
    DISPATCH = "dispatch"
    """Herald tells of what its own messages cost."""
    WRITEBACK = "writeback"
    """Herald's own change at Threekit, recorded so that its echo is known when it comes back."""


class Trust(StrEnum):
    """Whether the body itself is proof. An unsigned body is a hint: its object is read again at its source."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"


class IdentityKind(StrEnum):
    """What makes two tellings the same event, strongest first."""

    SENDER_ID = "sender_id"
    OBJECT_VERSION = "object_version"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an event is known by. Its id follows from it, so one conditional write on the id is the whole dedup."""

    kind: IdentityKind
    source: str
    key: tuple[str, ...]

    @property
    def event_id(self) -> str:
        """``evt_`` and 26 characters, the same for every telling of the same fact."""
        return short_id("evt", self.kind, self.source, *self.key)

    @classmethod
    def of_sender_id(cls, source: str, sender_id: str) -> "Identity":
        """Known by the id the sender gave it."""
        return cls(IdentityKind.SENDER_ID, source, (sender_id,))

    @classmethod
    def of_object_version(cls, source: str, kind: str, object_id: str, updated_at: str) -> "Identity":
        """Known by the version of the object it tells of: webhook, scan and reconcile agree on it."""
        return cls(IdentityKind.OBJECT_VERSION, source, (kind, object_id, updated_at))

    @classmethod
    def of_content(cls, source: str, body_hash: str) -> "Identity":
        """Known by what it says, the weakest form: two honest equal bodies are taken for one."""
        return cls(IdentityKind.CONTENT, source, (body_hash,))


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. ``source`` is ``/threekit/<name>`` or ``/opentext/<name>``; ``subject`` is ``<kind>/<object id>``.

    ``time`` and ``received_at`` are aware, UTC. ``body_hash`` is the fingerprint of ``data``. ``publish`` is false for
    what is recorded only so that it is known (an echo of our own write-back).
    """

    identity: Identity
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any] = field(repr=False)
    origin: Origin
    trust: Trust
    received_at: datetime
    body_hash: str
    publish: bool = True

    @property
    def id(self) -> str:
        """The event's id, derived from its identity."""
        return self.identity.event_id

    @property
    def source(self) -> str:
        """The source's URI reference."""
        return self.identity.source

    @property
    def object_id(self) -> str:
        """The id of the object the subject names."""
        return self.subject.partition("/")[2]


@dataclass(frozen=True, slots=True)
class EventReference:
    """What travels on the bus instead of the event: enough to route, and the id to load it by (claim check)."""

    event_id: str
    type: str
    source: str
    subject: str
    origin: Origin
    trust: Trust
    received_at: datetime
