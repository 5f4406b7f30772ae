from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.unit.ingress.door import told

from herald.domain.canonical import fingerprint
from herald.domain.envelope import EnvelopeRefusedError, Refusal, object_version
from herald.domain.event import Event, IdentityKind, Origin, Trust
from herald.domain.threekit_envelope import read_webhook

ID = "785d7e7c-0b4e-4d1c-9d43-0d9c8f1e2a33"


def body(**changes: Any) -> dict[str, Any]:
    data = {"id": ID, "status": "New", "updatedAt": "2020-05-22T16:24:26.277Z"}
    return {"topic": "orders", "action": "created", "data": data, **changes}


def read(native: Any, **changes: Any) -> Event:
    (event,) = read_webhook(told(native, **changes))
    return event


def test_an_unsigned_order_is_a_hint_known_by_its_version() -> None:
    event = read(body())
    assert event.type == "threekit.order.created"
    assert event.subject == f"order/{ID}"
    assert event.source == "/threekit/showroom"
    assert event.time == datetime(2020, 5, 22, 16, 24, 26, 277_000, UTC)
    assert event.identity.kind is IdentityKind.OBJECT_VERSION
    assert event.identity.key == ("order", ID, "2020-05-22T16:24:26.277000+00:00")
    assert (event.origin, event.trust, event.received_at) == (Origin.WEBHOOK, Trust.UNSIGNED, NOW)
    assert event.data == body()["data"]
    assert event.body_hash == fingerprint({"topic": "orders", "action": "created", "data": event.data})


@pytest.mark.parametrize(
    ("topic", "action", "kind", "subject"),
    [
        ("orders", "created", "threekit.order.created", f"order/{ID}"),
        ("orders", "updated", "threekit.order.updated", f"order/{ID}"),
        ("jobs", "updated", "threekit.job.updated", f"job/{ID}"),
        ("items", "published", "threekit.items.published", f"items/{ID}"),
        ("price-books_v2"[:11], "a_b", "threekit.price-books.a_b", f"price-books/{ID}"),
    ],
)
def test_every_topic_is_recorded_under_its_type(topic: str, action: str, kind: str, subject: str) -> None:
    event = read(body(topic=topic, action=action))
    assert (event.type, event.subject) == (kind, subject)


def test_a_signed_body_is_known_by_its_senders_id() -> None:
    event = read(body(), source="erp", signed=True, message_id="msg_1")
    assert event.identity.kind is IdentityKind.SENDER_ID
    assert event.identity.key == ("msg_1",)
    assert (event.origin, event.trust) == (Origin.WEBHOOK, Trust.SIGNED)


def test_what_webhook_sweep_and_write_back_tell_of_one_version_is_one_event() -> None:
    webhook = read(body(data={"id": ID, "updatedAt": "2020-05-22T18:24:26.277+02:00", "status": "New"}))
    sweep = object_version("/threekit/showroom", "orders", ID, "2020-05-22T16:24:26.277000Z")
    echo = object_version("/threekit/showroom", "order", ID, "2020-05-22T16:24:26.277Z")
    assert sweep is not None
    assert webhook.id == sweep.event_id
    assert sweep == echo


@pytest.mark.parametrize(
    "other",
    [
        object_version("/threekit/showroom", "jobs", ID, "2020-05-22T16:24:26.277Z"),
        object_version("/threekit/other", "orders", ID, "2020-05-22T16:24:26.277Z"),
        object_version("/threekit/showroom", "orders", "another", "2020-05-22T16:24:26.277Z"),
        object_version("/threekit/showroom", "orders", ID, "2020-05-22T16:24:26.278Z"),
    ],
)
def test_another_object_or_version_is_another_event(other: Any) -> None:
    assert read(body()).id != other.event_id


def test_an_object_without_a_timestamp_has_no_version() -> None:
    assert object_version("/threekit/showroom", "orders", ID, "yesterday") is None


@pytest.mark.parametrize("updated_at", [None, "", "yesterday", 1590164666277, "2020-05-22T16:24:26", ["2020"]])
def test_without_a_version_an_event_is_known_by_what_it_says(updated_at: Any) -> None:
    data = {"id": ID, "updatedAt": updated_at}
    event = read(body(data=data))
    assert event.identity.kind is IdentityKind.CONTENT
    assert event.time == NOW
    assert event.id == read(body(data=dict(reversed(data.items())))).id
    assert event.id != read(body(data=data, action="deleted")).id
    assert event.id != read(body(data=data, topic="jobs")).id
    assert event.id != read(body(data={**data, "more": Decimal("0.1")})).id


@pytest.mark.parametrize(
    ("native", "detail"),
    [
        ({}, "topic"),
        (body(topic=None), "topic"),
        (body(topic=""), "topic"),
        (body(topic="Orders"), "topic"),
        (body(topic="-orders"), "topic"),
        (body(topic="orders.x"), "topic"),
        (body(topic="orders\n"), "topic"),
        (body(topic="o" * 33), "topic"),
        (body(topic=["orders"]), "topic"),
        (body(action=None), "action"),
        (body(action="Created"), "action"),
        (body(action="created2"), "action"),
        (body(action="a" * 33), "action"),
        (body(data=None), "data must be"),
        (body(data=[]), "data must be"),
        (body(data="{}"), "data must be"),
        (body(data={}), "data.id"),
        (body(data={"id": None}), "data.id"),
        (body(data={"id": 17}), "data.id"),
        (body(data={"id": ""}), "data.id"),
        (body(data={"id": "x" * 129}), "data.id"),
        (body(data={"id": "a/b"}), "data.id"),
        (body(data={"id": ".."}), "data.id"),
        (body(data={"id": "a b"}), "data.id"),
        (body(data={"id": "a?b=c"}), "data.id"),
        (body(data={"id": "%2e%2e"}), "data.id"),
        (body(data={"id": "ü"}), "data.id"),
        (body(data={"id": "a\n"}), "data.id"),
    ],
)
def test_an_envelope_that_tells_no_event_names_the_field(native: Any, detail: str) -> None:
    with pytest.raises(EnvelopeRefusedError, match=detail) as refused:
        read(native)
    assert refused.value.refusal is Refusal.INVALID


@pytest.mark.parametrize("native", [[], [body()], "text", 1, None, True])
def test_a_body_that_is_no_object_is_malformed(native: Any) -> None:
    with pytest.raises(EnvelopeRefusedError) as refused:
        read(native)
    assert refused.value.refusal is Refusal.MALFORMED


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(ID),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "updatedAt", "x"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["topic", "action", "data", "specversion"]), json_values) | json_values)
def test_any_json_tells_events_or_is_refused(value: Any) -> None:
    try:
        events = read_webhook(told(value))
    except EnvelopeRefusedError:
        return
    assert all(event.trust is Trust.UNSIGNED for event in events)
