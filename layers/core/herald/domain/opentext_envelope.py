"""What comes in by the callback's door: OpenText's status of one job.

Vendor facts: the pushed body has the schema of the status API's answer (docs/vendor/opentext.md 4 and 5).
"""

from collections.abc import Callable, Mapping
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.envelope import OBJECT_ID, Envelope, Told, as_object, invalid
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.media_type import JSON

STATUS_TYPE = "opentext.status"

_Check = tuple[Callable[[Any], bool], str]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


_TEXT: _Check = (_is_text, "a text")
_OBJECT: _Check = (_is_object, "an object")
_TEXTS: _Check = (_is_texts, "a list of texts")
_OBJECTS: _Check = (_is_objects, "a list of objects")

_REQUIRED = ("job_id", "job_state", "deliveries")
_JOB: Mapping[str, _Check] = {
    "job_id": _TEXT,
    "job_state": _TEXTS,
    "deliveries": _OBJECTS,
    "billing_code_base64": _TEXT,
    "customer_reference_base64": _TEXT,
    "entry_time": _TEXT,
}
_DELIVERY: Mapping[str, _Check] = {
    "ref_base64": _TEXT,
    "sms": _TEXT,
    "email": _TEXT,
    "fax": _TEXT,
    "delivery_attempts": _OBJECTS,
    "events": _OBJECT,
}
_ATTEMPT: Mapping[str, _Check] = {"state": _TEXT, "gamma_code": (_is_integer, "an integer"), "first_attempt": _TEXT}
_EVENTS: Mapping[str, _Check] = {"sms_delivery_events": _OBJECTS, "email_delivery_events": _OBJECT}


def read_status_push(told: Told) -> list[Event]:
    """Return the one event of a status body. Raises ``EnvelopeRefusedError``.

    Fields nobody documented are kept as they are; the documented ones must have their type. The identity is what the
    body says, because the schema has no event id; the time is when it came, because its own times disagree with each
    other (docs/vendor/opentext.md 4 and 5).
    """
    status = as_object(told.body)
    for name in _REQUIRED:
        if status.get(name) is None:
            raise invalid(f"{name} is missing")
    _check(status, _JOB, "")
    for number, delivery in enumerate(status["deliveries"]):
        _check(delivery, _DELIVERY, f"deliveries[{number}].")
        for attempt in delivery.get("delivery_attempts") or ():
            _check(attempt, _ATTEMPT, f"deliveries[{number}].delivery_attempts.")
        _check(delivery.get("events") or {}, _EVENTS, f"deliveries[{number}].events.")
    if not OBJECT_ID.fullmatch(status["job_id"]):
        raise invalid("job_id must be 1 to 128 letters, digits and . _ ~ : -")
    body_hash = fingerprint(status)
    return [
        Event(
            identity=Identity.of_content(f"/opentext/{told.source}", body_hash),
            type=STATUS_TYPE,
            subject=f"job/{status['job_id']}",
            time=told.received_at,
            data=status,
            origin=Origin.CALLBACK,
            trust=Trust.SIGNED if told.signed else Trust.UNSIGNED,
            received_at=told.received_at,
            body_hash=body_hash,
        )
    ]


OPENTEXT_CALLBACK = Envelope(frozenset({JSON}), read_status_push)


def _check(value: Mapping[str, Any], checks: Mapping[str, _Check], path: str) -> None:
    for name, (holds, meaning) in checks.items():
        # The schema is published without saying which fields may be null, so null counts as absent.
        if value.get(name) is not None and not holds(value[name]):
            raise invalid(f"{path}{name} must be {meaning}")
