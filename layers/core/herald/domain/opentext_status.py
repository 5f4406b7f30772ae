"""What an OpenText status body says, typed: states it is known to use, everything else kept raw and counted.

The status API and the status webhook share one schema (docs/vendor/opentext.md 4 and 5). Meanings of states and codes
are those of the older interface of the same platform (docs/vendor/opentext.md 4, "Meaning of states").
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason

LONGEST_ID = 200
LONGEST_RAW = 64
LARGEST_CODE = 10**6

STATES: Mapping[str, DeliveryState] = {
    "Pending": DeliveryState.SUBMITTED,
    "Submitted": DeliveryState.SUBMITTED,
    "InProcess": DeliveryState.SUBMITTED,
    "Held": DeliveryState.SUBMITTED,
    "Sent": DeliveryState.SENT,
    "Error": DeliveryState.FAILED,
    "Cancelled": DeliveryState.FAILED,
    "Expired": DeliveryState.EXPIRED,
}
"""A try's ``state``. ``Sent`` is handed on, not delivered (docs/vendor/opentext.md 4)."""

BENIGN_GAMMA_CODES = frozenset({0})
"""The codes with which ``Sent`` means what it says. The table is not published; any other code is a failure."""

CONFIRMED = "Confirmed"
"""The one ``sms_delivery_events`` status ever seen: the handset has it (docs/vendor/opentext.md 4 and 9.7)."""

_REASONS = {DeliveryState.FAILED: Reason.VENDOR_REPORTED_FAILURE, DeliveryState.EXPIRED: Reason.VENDOR_EXPIRED}


class StatusUnreadableError(ValueError):
    """A body that is not an OpenText status; the text names the field, not its value."""


@dataclass(frozen=True, slots=True)
class ReportedDelivery:
    """What is reported about one destination.

    ``reference`` is our ``ref``, decoded; ``state`` is ``None`` where nothing known is said; ``raw_state`` is the last
    try's state as OpenText spelt it (at most 64 characters); ``detail`` holds no personal data; ``dsn`` is kept raw,
    since its fields are not published; ``unknown`` counts the values that this reader does not know.
    """

    reference: str | None
    channel: Channel | None
    state: DeliveryState | None
    reason: Reason | None
    detail: str
    raw_state: str
    unknown: int = 0
    dsn: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is reported about one job. ``job_state`` is for people only: a complete job may hold failed deliveries."""

    job_id: str
    deliveries: tuple[ReportedDelivery, ...]
    job_state: tuple[str, ...] = ()

    @property
    def unknown_values(self) -> int:
        """How many values of the body this reader does not know."""
        return sum(delivery.unknown for delivery in self.deliveries)


def read_status(body: Mapping[str, Any]) -> JobStatus:
    """Read a parsed status body. Raises ``StatusUnreadableError`` if job id or list of deliveries is not one."""
    job_id = body.get("job_id")
    if not isinstance(job_id, str) or not 0 < len(job_id) <= LONGEST_ID:
        raise StatusUnreadableError(f"job_id must be text of 1 to {LONGEST_ID} characters")
    deliveries = body.get("deliveries", [])
    if not isinstance(deliveries, list):
        raise StatusUnreadableError("deliveries must be a list")
    job_state = _list(body.get("job_state"))
    return JobStatus(
        job_id=job_id,
        deliveries=tuple(_delivery(item) for item in deliveries),
        job_state=tuple(state[:LONGEST_RAW] for state in job_state if isinstance(state, str)),
    )


@dataclass(slots=True)
class _Said:
    """What one part of a report says."""

    state: DeliveryState | None = None
    detail: str = ""
    raw: str = ""
    unknown: int = 0


def _delivery(item: Any) -> ReportedDelivery:
    if not isinstance(item, Mapping):
        return ReportedDelivery(None, None, None, None, "", "", unknown=1)
    reference, undecodable = _reference(item.get("ref_base64"))
    events = _mapping(item.get("events"))
    tried = _last_attempt(item.get("delivery_attempts"))
    arrived, strange = _arrival(events)
    state = DeliveryState.DELIVERED if arrived else tried.state
    return ReportedDelivery(
        reference=reference,
        channel=_channel(item),
        state=state,
        reason=_REASONS.get(state) if state else None,
        detail=arrived or tried.detail,
        raw_state=tried.raw,
        unknown=tried.unknown + strange + undecodable,
        dsn=_mapping(events.get("email_delivery_events")).get("dsn"),
    )


def _last_attempt(attempts: Any) -> _Said:
    """The last try in the list decides: times are not comparable across levels (docs/vendor/opentext.md 4)."""
    listed = _list(attempts)
    if not listed:
        return _Said()
    last = listed[-1]
    raw = last.get("state") if isinstance(last, Mapping) else None
    if not isinstance(raw, str):
        return _Said(unknown=1)
    shown = raw[:LONGEST_RAW]
    state = STATES.get(raw)
    if state is None:
        return _Said(raw=shown, unknown=1)
    if state is not DeliveryState.SENT:
        return _Said(state, f"state {shown}", shown)
    return _sent(last.get("gamma_code"), shown)


def _sent(gamma: Any, raw: str) -> _Said:
    if gamma is None:
        return _Said(DeliveryState.SENT, f"state {raw}", raw)
    if not _is_code(gamma):
        # Whether that is a good or a bad code nobody can tell; the report is kept, the delivery is not moved.
        return _Said(None, "gamma code of an unknown form", raw, unknown=1)
    if gamma in BENIGN_GAMMA_CODES:
        return _Said(DeliveryState.SENT, f"state {raw}", raw)
    return _Said(DeliveryState.FAILED, f"state {raw}, gamma code {int(gamma)}", raw)


def _is_code(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) <= LARGEST_CODE and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_CODE


def _arrival(events: Mapping[str, Any]) -> tuple[str, int]:
    """Return what proves that the message arrived, empty if nothing does, and how many unknown values were met."""
    statuses = [_mapping(event).get("status") for event in _list(events.get("sms_delivery_events"))]
    strange = sum(status != CONFIRMED for status in statuses)
    if CONFIRMED in statuses:
        return f"event {CONFIRMED}", strange
    # Somebody opened it, so it was delivered, whatever was said before.
    if _list(_mapping(events.get("email_delivery_events")).get("html_open")):
        return "opened", strange
    return "", strange


def _reference(encoded: Any) -> tuple[str | None, int]:
    """Return the decoded reference, and 1 if there is one that cannot be decoded."""
    if encoded is None:
        return None, 0
    if not isinstance(encoded, str) or not encoded.isascii():
        return None, 1
    text = "".join(encoded.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        reference = b64decode(text + "=" * (-len(text) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None, 1
    return (reference, 0) if 0 < len(reference) <= LONGEST_ID else (None, 1)


def _channel(item: Mapping[str, Any]) -> Channel | None:
    """The channel is told by which address field is there (docs/vendor/opentext.md 4)."""
    return next((channel for channel in Channel if str(channel) in item), None)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
