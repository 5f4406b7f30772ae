from datetime import UTC, datetime
from typing import Any

import pytest
from tests.builders import NOW
from tests.unit.ingress.door import told

from herald.domain.cloudevents import MAX_BATCH
from herald.domain.envelope import EnvelopeRefusedError, Refusal
from herald.domain.event import Event, IdentityKind, Origin, Trust
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.threekit_envelope import read_webhook


def cloudevent(**changes: Any) -> dict[str, Any]:
    event = {
        "specversion": "1.0", "id": "e-1", "source": "https://shop.example.com", "type": "configuration.submitted",
        "time": "2026-03-02T10:00:00+01:00", "datacontenttype": "application/json", "data": {"region": "EMEA"},
    }  # fmt: skip
    return {**event, **changes}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in cloudevent().items() if key != name}


def read(body: Any, media_type: str = CLOUDEVENT, *, signed: bool = True) -> list[Event]:
    return read_webhook(told(body, media_type=media_type, signed=signed, message_id="msg_1", source="storefront"))


@pytest.mark.parametrize("media_type", [CLOUDEVENT, JSON])
def test_a_signed_cloudevent_is_its_own_proof_known_by_its_senders_id(media_type: str) -> None:
    (event,) = read(cloudevent(subject="configuration/42"), media_type)
    assert event.type == "configuration.submitted"
    assert event.subject == "configuration/42"
    assert event.source == "/threekit/storefront"
    assert event.time == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert event.identity.kind is IdentityKind.SENDER_ID
    assert event.identity.key == ("https://shop.example.com", "e-1")
    assert (event.origin, event.trust) == (Origin.CONNECTOR, Trust.SIGNED)
    assert event.data == {"region": "EMEA"}


def test_without_time_and_subject_the_event_is_of_now_and_of_itself() -> None:
    (event,) = read(without("time"))
    assert event.time == NOW
    assert event.subject == "configuration.submitted/e-1"


def test_source_and_id_together_are_the_identity() -> None:
    (event,) = read(cloudevent())
    (again,) = read(cloudevent(data={"other": True}))
    (elsewhere,) = read(cloudevent(source="https://other.example.com"))
    (later,) = read(cloudevent(id="e-2"))
    assert event.id == again.id
    assert event.body_hash != again.body_hash
    assert len({event.id, elsewhere.id, later.id}) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": None, "time": None, "datacontenttype": None, "dataschema": None, "data_base64": None},
        {"datacontenttype": "application/vnd.example+json; charset=utf-8"},
        {"datacontenttype": "text/json"},
        {"dataschema": "https://schemas.example.com/1"},
        {
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "attempt": 3,
            "test": True,
            "x": None,
        },
        {"type": "threekits.order.created"},
        {"id": "with blanks and ümlauts"},
    ],
)
def test_what_the_specification_allows(changes: dict[str, Any]) -> None:
    assert len(read(cloudevent(**changes))) == 1


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (without("specversion"), "specversion"),
        (cloudevent(specversion="0.3"), "specversion"),
        (cloudevent(specversion=1), "specversion"),
        (without("id"), "id is"),
        (cloudevent(id=""), "id is"),
        (cloudevent(id=7), "id is"),
        (cloudevent(id="x" * 257), "id is"),
        (cloudevent(id="a\x00"), "id is"),
        (without("source"), "source is"),
        (cloudevent(source="with blank"), "source is"),
        (without("type"), "type is"),
        (cloudevent(type=""), "type is"),
        (cloudevent(type=".x"), "type is"),
        (cloudevent(type="x" * 129), "type is"),
        (cloudevent(type="a b"), "type is"),
        (cloudevent(subject=""), "subject is"),
        (cloudevent(subject=1), "subject is"),
        (cloudevent(subject="line\nbreak"), "subject is"),
        (cloudevent(time="yesterday"), "time must"),
        (cloudevent(time="2026-03-02T10:00:00"), "time must"),
        (cloudevent(time=1772442000), "time must"),
        (cloudevent(datacontenttype="text/xml"), "datacontenttype"),
        (cloudevent(datacontenttype=1), "datacontenttype"),
        (cloudevent(dataschema=1), "dataschema"),
        (without("data"), "data must"),
        (cloudevent(data=None), "data must"),
        (cloudevent(data=[1]), "data must"),
        (cloudevent(data="{}"), "data must"),
        (cloudevent(data_base64="e30="), "data_base64"),
        (cloudevent(camelCase="x"), "extension attribute's name"),
        (cloudevent(**{"with-dash": "x"}), "extension attribute's name"),
        (cloudevent(**{"x" * 21: "x"}), "extension attribute's name"),
        (cloudevent(trace={"a": 1}), "extension attribute must"),
        (cloudevent(trace=[1]), "extension attribute must"),
    ],
)
def test_what_is_no_cloudevent_names_the_attribute(body: dict[str, Any], detail: str) -> None:
    with pytest.raises(EnvelopeRefusedError, match=detail) as refused:
        read(body)
    assert refused.value.refusal is Refusal.INVALID


@pytest.mark.parametrize("prefix", ["threekit.", "opentext.", "herald.", "Threekit.", "HERALD."])
def test_nobody_else_gives_our_types(prefix: str) -> None:
    with pytest.raises(EnvelopeRefusedError) as refused:
        read(cloudevent(type=f"{prefix}order.created"))
    assert refused.value.refusal is Refusal.RESERVED_TYPE


@pytest.mark.parametrize(
    ("body", "media_type"), [(cloudevent(), CLOUDEVENT), (cloudevent(), JSON), ([cloudevent()], CLOUDEVENTS_BATCH)]
)
def test_an_unsigned_cloudevent_proves_nothing(body: Any, media_type: str) -> None:
    with pytest.raises(EnvelopeRefusedError, match="hmac") as refused:
        read(body, media_type, signed=False)
    assert refused.value.refusal is Refusal.UNSIGNED


@pytest.mark.parametrize("number", [0, 1, MAX_BATCH])
def test_a_batch_is_read_in_order(number: int) -> None:
    events = read([cloudevent(id=f"e-{index}") for index in range(number)], CLOUDEVENTS_BATCH)
    assert [event.identity.key[1] for event in events] == [f"e-{index}" for index in range(number)]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ([cloudevent(id=f"e-{index}") for index in range(MAX_BATCH + 1)], Refusal.INVALID),
        ([cloudevent(), cloudevent(id="")], Refusal.INVALID),
        ([cloudevent(), cloudevent(type="herald.x")], Refusal.RESERVED_TYPE),
        ([cloudevent(), "text"], Refusal.MALFORMED),
        (cloudevent(), Refusal.MALFORMED),
    ],
)
def test_one_bad_event_refuses_the_batch(body: Any, refusal: Refusal) -> None:
    with pytest.raises(EnvelopeRefusedError) as refused:
        read(body, CLOUDEVENTS_BATCH)
    assert refused.value.refusal is refusal
