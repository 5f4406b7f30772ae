from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW, MovingClock
from tests.unit.ingress.door import callback_door, request, told

from herald.domain.envelope import Envelope, EnvelopeRefusedError, Refusal
from herald.domain.event import Event, IdentityKind, Origin, Trust
from herald.domain.media_type import CLOUDEVENT, JSON
from herald.domain.reply_envelope import REPLY_TYPES, SMS_REPLIES, WHATSAPP_REPLIES

STOP = {"from": "0034666999999", "text": "STOP", "ref": "ntf_1"}


def read(body: Any, envelope: Envelope = SMS_REPLIES, **changes: Any) -> Event:
    (event,) = envelope.read(told(body, source="sms", **changes))
    return event


@pytest.mark.parametrize(("envelope", "channel"), [(SMS_REPLIES, "sms"), (WHATSAPP_REPLIES, "whatsapp")])
def test_any_object_is_kept_as_it_is(envelope: Envelope, channel: str) -> None:
    event = read(STOP, envelope)
    assert (event.type, event.data, event.time) == (REPLY_TYPES[channel], STOP, NOW)
    assert (event.source, event.subject) == ("/opentext/sms", f"reply/{event.id}")
    assert (event.identity.kind, event.origin, event.trust) == (
        IdentityKind.CONTENT,
        Origin.CALLBACK,
        Trust.UNSIGNED,
    )


def test_the_kind_of_the_source_says_which_channel_a_reply_came_in_on() -> None:
    door = callback_door()
    for source, channel in (("sms", "sms"), ("whatsapp", "whatsapp")):
        event = door.inbox.load(door(request(STOP, source=source)).document["id"])
        assert event is not None
        assert event.type == REPLY_TYPES[channel]


@pytest.mark.parametrize(
    ("later", "status"),
    [
        (timedelta(0), 200),
        (timedelta(minutes=29, seconds=59), 200),
        (timedelta(minutes=30), 202),
        (timedelta(hours=1), 202),
        (timedelta(days=1), 202),
        (timedelta(days=365), 202),
    ],
)
def test_a_reply_that_comes_again_is_repeated_within_the_hour_and_new_in_the_next(
    later: timedelta, status: int
) -> None:
    clock = MovingClock()
    door = callback_door(clock=clock)
    assert door(request(STOP, source="sms")).status == 202
    clock.advance(later)
    assert door(request(STOP, source="sms")).status == status


@pytest.mark.parametrize("other", [{**STOP, "text": "stop"}, {**STOP, "from": "0034666999998"}, {**STOP, "id": 2}])
def test_another_reply_of_the_same_hour_is_another_event(other: dict[str, Any]) -> None:
    door = callback_door()
    assert [door(request(body, source="sms")).status for body in (STOP, other)] == [202, 202]


def test_what_looks_like_a_cloudevent_is_a_reply_here() -> None:
    assert read({"specversion": "1.0", "type": "opentext.status"}).type == REPLY_TYPES["sms"]


@pytest.mark.parametrize("source", ["sms", "whatsapp"])
def test_only_json_is_taken(source: str) -> None:
    assert callback_door()(request(STOP, source=source, content_type=CLOUDEVENT)).problem == "content-type"


@pytest.mark.parametrize("body", [[], [STOP], "STOP", 1, None, True])
def test_a_body_that_is_no_object_is_malformed(body: Any) -> None:
    with pytest.raises(EnvelopeRefusedError) as refused:
        read(body)
    assert refused.value.refusal is Refusal.MALFORMED


objects = st.dictionaries(
    st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)


@given(objects, st.sampled_from([SMS_REPLIES, WHATSAPP_REPLIES]), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_every_object_is_an_event_known_by_what_it_says_and_its_hour(
    body: dict[str, Any], envelope: Envelope, later: timedelta
) -> None:
    assert envelope.media_types == {JSON}
    first, again = read(body, envelope), read(dict(reversed(body.items())), envelope, received_at=NOW + later)
    assert first.data == body
    hour = NOW.replace(minute=0)
    assert (first.id == again.id) == (NOW + later < hour + timedelta(hours=1))
