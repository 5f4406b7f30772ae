"""What an OpenText status body says, typed: states it is known to use, everything else kept raw and counted.

The status API and the status webhook share one schema (docs/vendor/opentext.md 4 and 5). Meanings of states and codes
are those of the older interface of the same platform (docs/vendor/opentext.md 4, "Meaning of states").
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from herald.domain.configuration import StatusReading
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from herald.domain.paths import found

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

JOB_STATES = frozenset(
    {
        "Awaiting setup", "Setup", "Processing", "Awaiting Delivery", "Delivering", "Posted", "Delivered", "Reporting",
        "Complete", "Error", "Cancelled", "Held",
    }
)  # fmt: skip
"""What a job may say, several at once; ``Posted`` and ``Complete`` prove nothing (docs/vendor/opentext.md 4)."""

JOB_ENDED_BADLY = frozenset({"Error", "Cancelled"})
"""Job states that speak for a delivery of which nothing else is told: no attempt was made."""

AS_PUBLISHED = StatusReading()
"""Nothing is read that no document shows: only gamma code 0 is good, only the SMS event ``Confirmed`` is known."""

_DSN_CODE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_REASONS = {DeliveryState.FAILED: Reason.VENDOR_REPORTED_FAILURE, DeliveryState.EXPIRED: Reason.VENDOR_EXPIRED}


class StatusUnreadableError(ValueError):
    """A body that is not an OpenText status; the text names the field, not its value."""


@dataclass(frozen=True, slots=True)
class ReportedDelivery:
    """What is reported about one destination.

    ``reference`` is our ``ref``, decoded; ``state`` is ``None`` where nothing known is said; ``raw_state`` is the last
    try's state as OpenText spelt it (at most 64 characters); ``detail`` holds no personal data; ``unknown`` counts the
    values that this reader does not know. They stay as they are in the recorded event.
    """

    reference: str | None
    channel: Channel | None
    state: DeliveryState | None
    reason: Reason | None
    detail: str
    raw_state: str
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class JobStatus:
    """What is reported about one job. ``job_state`` is mostly for people: a complete job may hold failed deliveries."""

    job_id: str
    deliveries: tuple[ReportedDelivery, ...]
    job_state: tuple[str, ...] = ()
    unknown: int = 0

    @property
    def unknown_values(self) -> int:
        """How many values of the body this reader does not know."""
        return self.unknown + sum(delivery.unknown for delivery in self.deliveries)


def read_status(
    body: Mapping[str, Any], reading: StatusReading = AS_PUBLISHED, *, pages_confirm: bool = True
) -> JobStatus:
    """Read a parsed status body; with ``pages_confirm`` a fax of which pages were delivered has arrived.

    Raises ``StatusUnreadableError`` if job id or list of deliveries is not one.
    """
    job_id = body.get("job_id")
    if not isinstance(job_id, str) or not 0 < len(job_id) <= LONGEST_ID:
        raise StatusUnreadableError(f"job_id must be text of 1 to {LONGEST_ID} characters")
    deliveries = body.get("deliveries", [])
    if not isinstance(deliveries, list):
        raise StatusUnreadableError("deliveries must be a list")
    states = tuple(state[:LONGEST_RAW] for state in _list(body.get("job_state")) if isinstance(state, str))
    ended = next((state for state in states if state in JOB_ENDED_BADLY), None)
    reported = tuple(_delivery(item, reading, ended, pages_confirm) for item in deliveries)
    if ended and not reported:
        reported = (ReportedDelivery(None, None, *_of_job(ended), ""),)
    return JobStatus(job_id, reported, states, sum(state not in JOB_STATES for state in states))


def _of_job(ended: str) -> tuple[DeliveryState, Reason, str]:
    return DeliveryState.FAILED, Reason.VENDOR_REPORTED_FAILURE, f"job state {ended}"


@dataclass(slots=True)
class _Said:
    """What one part of a report says."""

    state: DeliveryState | None = None
    detail: str = ""
    raw: str = ""
    unknown: int = 0


def _delivery(item: Any, reading: StatusReading, job_ended: str | None, pages_confirm: bool) -> ReportedDelivery:
    if not isinstance(item, Mapping):
        return ReportedDelivery(None, None, None, None, "", "", unknown=1)
    reference, undecodable = _reference(item.get("ref_base64"))
    events = _mapping(item.get("events"))
    tried = _last_attempt(item.get("delivery_attempts"), reading)
    if job_ended and tried == _Said():
        tried = _Said(DeliveryState.FAILED, f"job state {job_ended}", job_ended)
    channel = _channel(item)
    later = _events(events, reading)
    if channel is Channel.FAX and pages_confirm and tried.state is DeliveryState.SENT and later.state is None:
        later = _pages(item["delivery_attempts"][-1].get("pages_delivered"))
    state = later.state or tried.state
    return ReportedDelivery(
        reference=reference,
        channel=channel,
        state=state,
        reason=_REASONS.get(state) if state else None,
        detail=later.detail or tried.detail,
        raw_state=tried.raw,
        unknown=tried.unknown + later.unknown + undecodable,
    )


def _last_attempt(attempts: Any, reading: StatusReading) -> _Said:
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
    return _sent(last.get("gamma_code"), shown, reading)


def _sent(gamma: Any, raw: str, reading: StatusReading) -> _Said:
    if gamma is None:
        return _Said(DeliveryState.SENT, f"state {raw}", raw)
    if not _is_code(gamma):
        # Whether that is a good or a bad code nobody can tell; the report is kept, the delivery is not moved.
        return _Said(None, "gamma code of an unknown form", raw, unknown=1)
    if gamma in reading.benign_gamma_codes:
        return _Said(DeliveryState.SENT, f"state {raw}", raw)
    return _Said(DeliveryState.FAILED, f"state {raw}, gamma code {int(gamma)}", raw)


def _pages(delivered: Any) -> _Said:
    """A fax has no events: the pages of its last try tell (docs/vendor/opentext.md 4)."""
    if delivered is None or delivered == 0:
        return _Said()
    if not _is_code(delivered) or delivered < 0:
        return _Said(unknown=1)
    return _Said(DeliveryState.DELIVERED, f"pages delivered: {int(delivered)}")


def _is_code(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) <= LARGEST_CODE and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_CODE


def _events(events: Mapping[str, Any], reading: StatusReading) -> _Said:
    """What came after the sending; proof that it arrived weighs more than any word that it did not."""
    told = [_mapping(event).get("status") for event in _list(events.get("sms_delivery_events"))]
    if reading.whatsapp_events:
        told += _list(found(reading.whatsapp_events, events))
    said = [_event(status, reading) for status in told]
    email = _mapping(events.get("email_delivery_events"))
    # Somebody opened it, so it was delivered, whatever was said before.
    if _list(email.get("html_open")):
        said.append(_Said(DeliveryState.DELIVERED, "opened"))
    said.append(_dsn(email.get("dsn"), reading))
    decisive = next((one for one in said if one.state is DeliveryState.DELIVERED), None)
    decisive = decisive or next((one for one in said if one.state is not None), _Said())
    return _Said(decisive.state, decisive.detail, unknown=sum(one.unknown for one in said))


def _event(status: Any, reading: StatusReading) -> _Said:
    if status in reading.confirmed:
        return _Said(DeliveryState.DELIVERED, f"event {status}")
    if status in reading.failed:
        return _Said(DeliveryState.FAILED, f"event {status}")
    return _Said(unknown=1)


def _dsn(dsn: Any, reading: StatusReading) -> _Said:
    """RFC 3463 classes: 2 arrived, 4 is still being tried, 5 failed for good."""
    if not isinstance(dsn, Mapping) or not reading.dsn_status:
        return _Said()
    code = found(reading.dsn_status, dsn)
    if not isinstance(code, str) or not _DSN_CODE.fullmatch(code):
        return _Said(unknown=1)
    states = {"2": DeliveryState.DELIVERED, "5": DeliveryState.FAILED}
    return _Said(states.get(code[0]), f"DSN {code}")


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
    """The channel is told by which address field is there (docs/vendor/opentext.md 4); that of WhatsApp is assumed."""
    return next((channel for channel in Channel if str(channel) in item), None)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
