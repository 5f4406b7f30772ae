"""A door with everything around it: requests to it, and what it wrote."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.builders import NOW, MovingClock

from herald.adapters.memory_storage import MemoryAuditTrail, MemoryInbox
from herald.domain.envelope import Envelope, Told
from herald.domain.event import Event
from herald.domain.media_type import JSON
from herald.domain.standard_webhooks import sign
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald.ports import Inbox, Recorded
from herald.runtime.bootstrap.opentext_callback import KINDS, envelope_of
from herald.runtime.receiver import Limits, Receiver
from herald.runtime.source_credentials import ONE_KIND, CachedSources

KEY = b"thirty-two bytes to sign with..."
WHSEC = "whsec_" + b64encode(KEY).decode()
TOKEN = "path-token-of-the-showroom-0001"
HEADER_VALUE = "header-value-of-the-partner-0001"
PASSWORD = "correct-horse-battery"
SECRETS = (KEY.decode(), WHSEC, TOKEN, HEADER_VALUE, PASSWORD)
SECRET: dict[str, Any] = {
    "sources": {
        "showroom": {"path_token": TOKEN},
        "storefront": {"hmac": [WHSEC]},
        "partner": {"header": {"name": "X-Partner-Key", "value": HEADER_VALUE}},
        "legacy": {"basic": {"username": "herald", "password": PASSWORD}},
        "vault": {"path_token": TOKEN, "hmac": WHSEC, "basic": {"username": "herald", "password": PASSWORD}},
        "broken": {"hmac": ["whsec_c2hvcnQ="]},
        "open": {},
    }
}
CALLBACKS: dict[str, Any] = {
    "sources": {
        "notifications": {"path_token": TOKEN},
        "flow": {"kind": "workflow", "path_token": TOKEN},
        "plant": {"kind": "workflow", "header": {"name": "X-Workflow-Key", "value": HEADER_VALUE}},
        "sealed": {"kind": "workflow", "hmac": WHSEC},
        "sms": {"kind": "sms-replies", "path_token": TOKEN},
        "whatsapp": {"kind": "whatsapp-replies", "path_token": TOKEN},
        "fax": {"kind": "fax-replies", "path_token": TOKEN},
    }
}
ORDER = {
    "topic": "orders",
    "action": "created",
    "data": {"id": "5eed000a-0000-4000-8000-000000000004", "status": "New"},
}


@dataclass
class RecordingLog:
    """Implements ``receiver.Log``: keeps the lines."""

    lines: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def info(self, msg: str, *, extra: dict[str, Any]) -> None:
        self.lines.append(("info", msg, extra))

    def warning(self, msg: str, *, extra: dict[str, Any]) -> None:
        self.lines.append(("warning", msg, extra))

    def error(self, msg: str, *, extra: dict[str, Any]) -> None:
        self.lines.append(("error", msg, extra))

    @property
    def last(self) -> dict[str, Any]:
        return self.lines[-1][2]


class Counters(dict[str, int]):
    """What was counted, by the metric's name."""

    def __call__(self, name: str, number: int) -> None:
        self[name] = self.get(name, 0) + number


class FailingInbox:
    """An inbox whose table cannot be reached, or that fails in some other way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def record(self, event: Event) -> Recorded:  # noqa: ARG002 - the port's signature
        """Fail, whatever the event."""
        raise self.error

    def load(self, event_id: str) -> Event | None:  # noqa: ARG002 - the port's signature
        """Fail, whatever the id."""
        raise self.error


@dataclass
class Door:
    """A receiver with memory behind it. Every source sends what ``envelope`` reads, unless there are ``kinds``."""

    envelope: Envelope = THREEKIT_WEBHOOK
    kinds: Mapping[str, Envelope] | None = None
    secret: Callable[[], Mapping[str, Any]] = lambda: SECRET
    limits: Limits = field(default_factory=Limits)
    clock: MovingClock = field(default_factory=MovingClock)
    log: RecordingLog = field(default_factory=RecordingLog)
    counters: Counters = field(default_factory=Counters)
    audit: MemoryAuditTrail = field(default_factory=MemoryAuditTrail)
    steps: list[str] = field(default_factory=list)
    inbox: Inbox = None  # type: ignore[assignment]
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        if self.inbox is None:
            self.inbox = MemoryInbox(self.clock)
        kinds = self.kinds or dict.fromkeys(ONE_KIND, self.envelope)
        self.receiver = Receiver(
            actor="threekit_webhook", envelope=kinds.__getitem__,
            sources=CachedSources(self.secret, tuple(kinds)), inbox=self.inbox, audit=self.audit, clock=self.clock,
            checkpoint=lambda name, subject: self.steps.append(f"{name} {subject}"), log=self.log,
            count=self.counters, limits=self.limits,
        )  # fmt: skip

    def __call__(self, event: Mapping[str, Any]) -> "Answer":
        return Answer(self.receiver(event))


def callback_door(secret: Mapping[str, Any] = CALLBACKS, **changes: Any) -> Door:
    """OpenText's door, which takes several kinds of sources."""
    kinds = {kind: envelope_of(kind) for kind in KINDS}
    return Door(kinds=kinds, secret=lambda: secret, **changes)


@dataclass(frozen=True)
class Answer:
    """An answer as the gateway gets it."""

    raw: dict[str, Any]

    @property
    def status(self) -> int:
        return int(self.raw["statusCode"])

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.raw["headers"])

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.raw["body"]))

    @property
    def problem(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.document["type"]).removeprefix("/problems/")


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def request(
    body: Any,
    *,
    source: str = "showroom",
    token: str | None = TOKEN,
    content_type: str | None = "application/json",
    headers: Mapping[str, str] | None = None,
    base64: bool = True,
) -> dict[str, Any]:
    """A request of the HTTP API, payload format 2.0; the body is JSON of what is given, or the very bytes."""
    raw = as_bytes(body)
    sent = dict(headers or {})
    if content_type is not None:
        sent["content-type"] = content_type
    return {
        "version": "2.0",
        "headers": sent,
        "requestContext": {"requestId": "JKJaXmPLvHcESHA="},
        "pathParameters": {"source": source, **({"token": token} if token is not None else {})},
        "body": b64encode(raw).decode() if base64 else raw.decode(),
        "isBase64Encoded": base64,
    }


def signature_headers(
    body: bytes, *, key: bytes = KEY, message_id: str = "msg_2Lh9KRb0pzN4LePd3XiA4v", at: datetime = NOW
) -> dict[str, str]:
    """The three headers of Standard Webhooks."""
    timestamp = str(int(at.timestamp()))
    signature = sign(key, message_id.encode(), timestamp.encode(), body).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def signed_request(body: Any, *, source: str = "storefront", message_id: str = "msg_1", **rest: Any) -> dict[str, Any]:
    """A request of a source that signs."""
    raw = as_bytes(body)
    return request(raw, source=source, token=None, headers=signature_headers(raw, message_id=message_id), **rest)


def told(body: Any, **changes: Any) -> Told:
    """A body of an accepted sender, as an envelope gets it."""
    base = Told(
        source="showroom", media_type=JSON, body=body, signed=False, message_id="", received_at=NOW,
    )  # fmt: skip
    return replace(base, **changes)
