import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.ingress.door import ORDER, SECRET, SECRETS, TOKEN, Answer, Door, as_bytes, request, signature_headers
from tests.unit.ingress.workflow_samples import DATA, workflow_event

from herald.domain.envelope import Envelope
from herald.domain.standard_webhooks import TOLERANCE_SECONDS
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald.runtime.bootstrap.opentext_callback import KINDS, envelope_of

ANSWERS = {200, 202, 400, 401, 403, 409, 413, 415, 422}
NAMES = ("content-type", "authorization", "x-partner-key", "webhook-id", "webhook-timestamp", "webhook-signature")

content_types = st.sampled_from(
    ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "text/plain"]
)
any_text = st.text(st.characters(), max_size=40)
headers = st.dictionaries(st.sampled_from(NAMES) | any_text, any_text, max_size=6)
words = st.sampled_from(
    [
        "topic",
        "action",
        "data",
        "id",
        "updatedAt",
        "specversion",
        "1.0",
        "source",
        "type",
        "orders",
        "created",
        "job_id",
        "orderId",
        "milestone",
        "reachedAt",
        *DATA,
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=5),
    max_leaves=12,
)
workflow_events = st.builds(workflow_event, st.sampled_from(sorted(DATA)), json_values, time=json_values)
batches = (json_values | workflow_events).map(lambda value: [value] * 2)
bodies = st.binary(max_size=200) | (json_values | workflow_events | batches).map(as_bytes)
sources = st.sampled_from([*SECRET["sources"], "nobody"]) | any_text
envelopes = st.sampled_from([THREEKIT_WEBHOOK, *(envelope_of(kind) for kind in KINDS)])


def shown(door: Door, answer: Answer) -> str:
    return f"{answer.raw}{door.log.lines}{door.counters}"


def holds(door: Door, answer: Answer) -> None:
    assert answer.status in ANSWERS
    assert answer.document.get("status", answer.status) == answer.status
    assert (answer.status in (200, 202)) == (answer.headers["content-type"] == "application/json")
    told = shown(door, answer)
    assert not any(secret in told for secret in SECRETS)


@given(bodies, headers, sources, content_types, envelopes)
def test_any_request_gets_an_honest_answer_that_tells_no_secret(
    body: bytes, more: dict[str, str], source: str, content_type: str, envelope: Envelope
) -> None:
    door = Door(envelope=envelope)
    holds(door, door(request(body, source=source, content_type=content_type, headers=more)))


@given(bodies, content_types, envelopes, st.booleans())
def test_any_body_of_an_accepted_sender_gets_an_honest_answer(
    body: bytes, content_type: str, envelope: Envelope, signed: bool
) -> None:
    door = Door(envelope=envelope)
    given_headers = signature_headers(body) if signed else {}
    source = "storefront" if signed else "showroom"
    answer = door(request(body, source=source, content_type=content_type, headers=given_headers))
    holds(door, answer)
    assert answer.status != 401


gateway_values = st.recursive(
    st.none() | st.booleans() | st.integers() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
gateway_keys = st.sampled_from(["headers", "pathParameters", "body", "isBase64Encoded", "requestContext"])


@given(st.dictionaries(gateway_keys, gateway_values))
def test_any_invocation_gets_an_honest_answer(changes: dict[str, Any]) -> None:
    door = Door()
    holds(door, door({**request(ORDER), **changes}))


@given(st.text(max_size=60), st.booleans())
def test_a_text_body_is_the_bytes_it_stands_for(text: str, base64: bool) -> None:
    raw = json.dumps({**ORDER, "note": text}, ensure_ascii=False).encode()
    door = Door()
    event = request(raw, source="storefront", token=None, headers=signature_headers(raw), base64=base64)
    assert door(event).status == 202


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_tampered_byte_never_comes_in(position: int, flip: int) -> None:
    raw = as_bytes(ORDER)
    at = position % len(raw)
    tampered = raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1 :]
    door = Door()
    assert door(request(tampered, source="storefront", token=None, headers=signature_headers(raw))).status == 401
    assert not door.steps


@given(st.text(min_size=1))
def test_no_other_token_opens_the_door(token: str) -> None:
    assume(token != TOKEN)
    assert Door()(request(ORDER, token=token)).status == 401


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_other_name_and_password_open_the_door(username: str, password: str) -> None:
    pair = f"{username}:{password}"
    basic = {"authorization": "Basic " + b64encode(pair.encode()).decode()}
    assert Door()(request(ORDER, source="legacy", headers=basic)).status == 401


@given(st.integers(-400, 400) | st.integers(-(2**31), 2**31))
def test_only_a_signature_of_these_minutes_is_good(seconds: int) -> None:
    raw = as_bytes(ORDER)
    door = Door()
    sent = signature_headers(raw, at=door.clock.now + timedelta(seconds=seconds))
    answer = door(request(raw, source="storefront", headers=sent))
    assert answer.status == (202 if abs(seconds) <= TOLERANCE_SECONDS else 401)
