from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.unit.ingress.door import told

from herald.domain.envelope import EnvelopeRefusedError, Refusal
from herald.domain.event import Event, IdentityKind, Origin, Trust
from herald.domain.opentext_envelope import read_status_push

ATTEMPT = {"state": "Sent", "gamma_code": 0, "first_attempt": "2025-10-04T09:25:29.000Z"}


def status(**changes: Any) -> dict[str, Any]:
    delivery = {"ref_base64": "bnRm", "sms": "+16175550178", "delivery_attempts": [ATTEMPT]}
    return {"job_id": "xsi2-44417320", "job_state": ["Complete", "Posted"], "deliveries": [delivery], **changes}


def read(body: Any, **changes: Any) -> Event:
    (event,) = read_status_push(told(body, source="notifications", **changes))
    return event


def test_a_status_is_an_event_about_its_job_known_by_what_it_says() -> None:
    event = read(status())
    assert (event.type, event.subject, event.source) == (
        "opentext.status",
        "job/xsi2-44417320",
        "/opentext/notifications",
    )
    assert (event.origin, event.trust, event.time) == (Origin.CALLBACK, Trust.UNSIGNED, NOW)
    assert event.identity.kind is IdentityKind.CONTENT
    assert event.id == read(dict(reversed(status().items()))).id
    assert event.id != read(status(job_state=["Processing"])).id


def test_a_signed_status_is_still_known_by_what_it_says() -> None:
    event = read(status(), signed=True, message_id="msg_1")
    assert event.trust is Trust.SIGNED
    assert event.id == read(status()).id


@pytest.mark.parametrize(
    "body",
    [
        status(job_state=[]),
        status(deliveries=[]),
        status(deliveries=[{}]),
        status(deliveries=[{"sms": "1", "delivery_attempts": None, "events": None}]),
        status(deliveries=[{"email": "a@example.com", "events": {"email_delivery_events": {"html_open": []}}}]),
        status(job_state=["A state nobody documented"], entry_time=None),
        status(html_open_tracking={"total_open_count": 0}, attachments=[], anything={"else": [1]}),
    ],
)
def test_what_is_not_documented_is_kept_as_it_is(body: dict[str, Any]) -> None:
    assert read(body).data == body


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "job_id is missing"),
        (status(job_id=None), "job_id is missing"),
        (status(job_id=17), "job_id must be a text"),
        (status(job_id=""), "job_id must be 1 to 128"),
        (status(job_id="a/../b"), "job_id must be 1 to 128"),
        (status(job_id="x" * 129), "job_id must be 1 to 128"),
        (status(job_state="Complete"), "job_state must be a list of texts"),
        (status(job_state=[1]), "job_state must be a list of texts"),
        (status(deliveries=None), "deliveries is missing"),
        (status(deliveries={}), "deliveries must be a list of objects"),
        (status(deliveries=[1]), "deliveries must be a list of objects"),
        (status(entry_time=1), "entry_time must be a text"),
        (status(deliveries=[{}, {"ref_base64": 1}]), r"deliveries\[1\]\.ref_base64 must be a text"),
        (status(deliveries=[{"sms": 16175550178}]), r"deliveries\[0\]\.sms must be a text"),
        (status(deliveries=[{"delivery_attempts": {}}]), r"delivery_attempts must be a list of objects"),
        (status(deliveries=[{"delivery_attempts": [{"state": 7}]}]), r"delivery_attempts\.state must be a text"),
        (status(deliveries=[{"delivery_attempts": [{"gamma_code": "0"}]}]), "gamma_code must be an integer"),
        (status(deliveries=[{"delivery_attempts": [{"gamma_code": True}]}]), "gamma_code must be an integer"),
        (status(deliveries=[{"events": []}]), "events must be an object"),
        (status(deliveries=[{"events": {"sms_delivery_events": {}}}]), "sms_delivery_events must be a list of objects"),
        (status(deliveries=[{"events": {"email_delivery_events": []}}]), "email_delivery_events must be an object"),
    ],
)
def test_a_documented_field_must_have_its_type(body: dict[str, Any], detail: str) -> None:
    with pytest.raises(EnvelopeRefusedError, match=detail) as refused:
        read(body)
    assert refused.value.refusal is Refusal.INVALID


@pytest.mark.parametrize("body", [[], [status()], "text", None])
def test_a_body_that_is_no_object_is_malformed(body: Any) -> None:
    with pytest.raises(EnvelopeRefusedError) as refused:
        read(body)
    assert refused.value.refusal is Refusal.MALFORMED


NAMES = ["job_id", "job_state", "deliveries", "sms", "delivery_attempts", "state", "gamma_code", "events", "ref_base64"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=10,
)


@given(
    json_values | st.fixed_dictionaries({"job_id": st.just("j"), "job_state": json_values, "deliveries": json_values})
)
def test_any_json_tells_an_event_or_is_refused(value: Any) -> None:
    try:
        event = read(value)
    except EnvelopeRefusedError:
        return
    assert event.data == value
