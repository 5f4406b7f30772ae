from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.unit.ingress.door import (
    HEADER_VALUE,
    Door,
    as_bytes,
    callback_door,
    request,
    signature_headers,
    signed_request,
    told,
)
from tests.unit.ingress.workflow_samples import BROKEN, DATA, OWN, SUBJECTS, workflow_event

from herald.domain.cloudevents import AGREED_TYPES
from herald.domain.envelope import EnvelopeRefusedError, Refusal
from herald.domain.event import Event, IdentityKind, Origin, Trust
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.workflow_contract import CONTRACT, MILESTONE_REACHED
from herald.domain.workflow_envelope import WORKFLOW_TYPE, read_workflow


def read(body: Any, media_type: str = JSON, **changes: Any) -> Event:
    (event,) = read_workflow(told(body, media_type=media_type, source="flow", **changes))
    return event


def recorded(door: Door, event: dict[str, Any]) -> Event:
    answer = door(event)
    assert answer.status == 202, answer.raw
    found = door.inbox.load(answer.document["id"])
    assert found is not None
    return found


def to_flow(body: Any, content_type: str = JSON) -> dict[str, Any]:
    return request(body, source="flow", content_type=content_type)


def test_the_door_and_the_contract_agree_on_its_types() -> None:
    assert set(CONTRACT) == AGREED_TYPES == set(DATA)


@pytest.mark.parametrize("media_type", [JSON, CLOUDEVENT])
@pytest.mark.parametrize("event_type", DATA)
def test_an_event_of_the_contract_needs_no_signature(event_type: str, media_type: str) -> None:
    event = read(workflow_event(event_type), media_type)
    assert (event.type, event.subject, event.data) == (event_type, SUBJECTS[event_type], DATA[event_type])
    assert event.source == "/opentext/flow"
    assert (event.identity.kind, event.identity.key) == (
        IdentityKind.SENDER_ID,
        ("/workflows/order", "process-42-shipped"),
    )
    assert (event.origin, event.trust, event.time) == (Origin.CALLBACK, Trust.UNSIGNED, NOW)


def test_a_signature_is_not_asked_for_but_counts() -> None:
    event = recorded(callback_door(), signed_request(workflow_event(), source="sealed"))
    assert event.trust is Trust.SIGNED


def test_a_header_alone_proves_the_sender() -> None:
    event = request(workflow_event(), source="plant", token=None, headers={"x-workflow-key": HEADER_VALUE})
    assert recorded(callback_door(), event).type == MILESTONE_REACHED


def test_its_subject_is_what_the_data_are_about_whatever_the_sender_wrote() -> None:
    assert read(workflow_event(subject="order/another")).subject == "order/7f1c0a52"


def test_its_time_is_the_senders_if_there_is_one() -> None:
    assert read(workflow_event(time="2026-03-02T10:00:00+01:00")).time == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("event_type", DATA)
def test_fields_beyond_the_contract_are_kept(event_type: str) -> None:
    data = {**DATA[event_type], "plant": {"line": 7}, "note": None}
    assert read(workflow_event(event_type, data)).data == data


def test_a_type_without_a_contract_keeps_its_own_subject() -> None:
    assert read(workflow_event("plant.heartbeat", {}, subject="line/7")).subject == "line/7"


@pytest.mark.parametrize(("event_type", "data", "field"), BROKEN)
def test_data_that_break_the_contract_are_refused_at_both_doors_by_the_fields_name(
    event_type: str, data: dict[str, Any], field: str
) -> None:
    body = workflow_event(event_type, data)
    for answer in (callback_door()(to_flow(body)), Door()(signed_request(body, content_type=CLOUDEVENT))):
        assert (answer.status, answer.problem) == (422, "envelope")
        assert field in answer.document["detail"]
        assert "hidden" not in answer.raw["body"]


@pytest.mark.parametrize("number", ["1.5", "1e30", "0.1"])
def test_a_number_is_no_text_of_the_contract(number: str) -> None:
    raw = as_bytes(workflow_event("regional.approval.completed")).replace(b'"EMEA"', number.encode())
    assert callback_door()(to_flow(raw)).status == 422


@pytest.mark.parametrize("event_type", DATA)
def test_a_connectors_event_of_the_contract_must_be_signed(event_type: str) -> None:
    body = workflow_event(event_type)
    assert Door()(request(body, content_type=CLOUDEVENT)).problem == "unsigned"
    event = recorded(Door(), signed_request(body, content_type=CLOUDEVENT))
    assert (event.subject, event.source, event.origin) == (
        SUBJECTS[event_type],
        "/threekit/storefront",
        Origin.CONNECTOR,
    )


def test_one_event_that_breaks_the_contract_refuses_a_connectors_batch() -> None:
    batch = [workflow_event(id="1"), workflow_event(id="2", data={"orderId": "7f1c0a52"})]
    door = Door()
    answer = door(signed_request(batch, content_type=CLOUDEVENTS_BATCH))
    assert (answer.status, answer.problem) == (422, "envelope")
    assert not door.steps


@pytest.mark.parametrize("kind", ["opentext.status", "OpenText.Workflow", "threekit.order.created", "herald.x"])
def test_a_workflow_gives_none_of_our_types(kind: str) -> None:
    assert callback_door()(to_flow(workflow_event(kind))).problem == "reserved-type"


def test_the_same_task_again_is_a_duplicate_and_a_constant_id_is_a_conflict() -> None:
    door = callback_door()
    first, again = (door(to_flow(workflow_event())) for _ in range(2))
    other = door(to_flow(workflow_event(data={**DATA[MILESTONE_REACHED], "orderId": "another"})))
    assert (first.status, again.status) == (202, 200)
    assert again.document == {"id": first.document["id"], "duplicate": True}
    assert (other.status, other.problem) == (409, "id-conflict")


def test_the_same_id_of_another_source_is_another_event() -> None:
    door = callback_door()
    answers = [door(to_flow(workflow_event(source=source))) for source in ("/workflows/order", "/workflows/item")]
    assert [answer.status for answer in answers] == [202, 202]


def test_any_other_object_is_kept_for_the_mapping() -> None:
    event = read(OWN)
    assert (event.type, event.data, event.time) == (WORKFLOW_TYPE, OWN, NOW)
    assert event.subject == f"workflow/{event.id}"
    assert (event.identity.kind, event.origin, event.trust) == (
        IdentityKind.CONTENT,
        Origin.CALLBACK,
        Trust.UNSIGNED,
    )


def test_an_own_body_that_says_the_same_is_a_duplicate() -> None:
    door = callback_door()
    bodies = (b'{"a": 1, "b": [1, 2]}', b'{ "b":[1,2], "a":1 }', b'{"a": 1, "b": [2, 1]}')
    assert [door(to_flow(body)).status for body in bodies] == [202, 200, 202]


def test_an_own_body_under_the_media_type_of_cloudevents_is_none() -> None:
    assert callback_door()(to_flow(OWN, CLOUDEVENT)).problem == "envelope"


@pytest.mark.parametrize("body", [[], [workflow_event()], "text", 1, None, True])
def test_a_body_that_is_no_object_is_malformed(body: Any) -> None:
    for media_type in (JSON, CLOUDEVENT):
        with pytest.raises(EnvelopeRefusedError) as refused:
            read(body, media_type)
        assert refused.value.refusal is Refusal.MALFORMED


def test_a_workflow_sends_no_batches() -> None:
    assert callback_door()(to_flow([workflow_event()], CLOUDEVENTS_BATCH)).problem == "content-type"


NAMES = ["specversion", "id", "source", "type", "data", "time", "orderId", "milestone", "itemId", "locale", "region"]
WORDS = ["1.0", *DATA, "shipped", "7f1c0a52", "de-DE", "2026-03-02T09:30:00Z"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
cloudevents = st.builds(workflow_event, st.sampled_from(sorted(DATA)), json_values, id=json_values, time=json_values)


@given(json_values | cloudevents, st.sampled_from([JSON, CLOUDEVENT]), st.booleans())
def test_any_json_tells_an_event_or_is_refused(value: Any, media_type: str, signed: bool) -> None:
    try:
        event = read(value, media_type, signed=signed, message_id="msg_1" if signed else "")
    except EnvelopeRefusedError as refused:
        assert refused.refusal is not Refusal.UNSIGNED  # noqa: PT017 - whether it is refused is not the question
        return
    assert event.data in (value, value.get("data"))
    assert event.type == WORKFLOW_TYPE or event.type == value["type"]
    assert event.trust is (Trust.SIGNED if signed else Trust.UNSIGNED)
    if event.type in CONTRACT:
        assert event.object_id in (event.data.get("orderId"), event.data.get("itemId"))


@given(cloudevents)
def test_a_signature_never_changes_whether_an_event_is_taken(body: dict[str, Any]) -> None:
    raw = as_bytes(body)
    plain = callback_door()(to_flow(raw))
    sealed = callback_door()(request(raw, source="sealed", token=None, headers=signature_headers(raw)))
    assert plain.status == sealed.status
