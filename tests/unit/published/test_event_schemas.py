"""The published schemas and the code that checks at the door say the same."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.builders import a_reference, an_event
from tests.unit.ingress.door import Answer, Door, callback_door, request, signed_request
from tests.unit.ingress.workflow_samples import BROKEN, DATA, SUBJECTS, without, workflow_event
from tests.unit.published.schema_values import allowed_by, allows, one_place_changed

from herald.adapters import exact_json
from herald.adapters.eventbridge import detail_of
from herald.domain.event import Origin, Trust
from herald.domain.media_type import CLOUDEVENT
from herald.domain.rfc3339 import parse_timestamp
from herald.domain.workflow_contract import CONTRACT, ContractBrokenError, contract_subject
from herald_cli.event_schemas import (
    TIMESTAMP,
    agreed_event,
    contract_data,
    event_reference,
    other_event,
    published_schemas,
)

TYPES = sorted(CONTRACT)
EVENTS = {event_type: agreed_event(event_type) for event_type in TYPES}
SCHEMAS = {event_type: contract_data(event_type) for event_type in TYPES}


def told(body: Any) -> Answer:
    return callback_door()(request(body, source="flow"))


def keeps(event_type: str, data: dict[str, Any]) -> bool:
    try:
        contract_subject(event_type, data)
    except ContractBrokenError:
        return False
    return True


@pytest.mark.parametrize("schema", published_schemas().values(), ids=published_schemas())
def test_each_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("event_type", TYPES)
def test_every_sample_is_as_the_schema_says_and_is_taken_at_both_doors(event_type: str) -> None:
    event = workflow_event(event_type, time="2026-03-02T09:30:00Z", subject="anything", traceparent="00-0af7651916cd")
    assert allows(SCHEMAS[event_type], DATA[event_type])
    assert allows(EVENTS[event_type], event)
    assert told(event).status == 202
    assert Door()(signed_request(event, content_type=CLOUDEVENT)).status == 202


@pytest.mark.parametrize("event_type", TYPES)
def test_a_schema_is_of_its_type_alone(event_type: str) -> None:
    allowed = [other for other in TYPES if allows(EVENTS[event_type], workflow_event(other))]
    assert allowed == [event_type]
    assert not allows(other_event(), workflow_event(event_type))


@pytest.mark.parametrize("event_type", TYPES)
@settings(max_examples=40)
@given(st.data())
def test_what_a_schema_allows_is_taken(event_type: str, data: st.DataObject) -> None:
    body = data.draw(allowed_by(EVENTS[event_type]))
    assert allows(EVENTS[event_type], body)
    answer = told(body)
    assert answer.status == 202, answer.document
    assert keeps(event_type, body["data"])


@pytest.mark.parametrize(("event_type", "data", "field"), BROKEN)
def test_what_the_door_refuses_the_schema_refuses(event_type: str, data: dict[str, Any], field: str) -> None:
    assert not allows(SCHEMAS[event_type], data)
    assert not allows(EVENTS[event_type], workflow_event(event_type, data))


@pytest.mark.parametrize("event_type", TYPES)
@given(st.data())
def test_schema_and_door_agree_on_data_with_one_field_changed(event_type: str, data: st.DataObject) -> None:
    names = list(SCHEMAS[event_type]["properties"])
    changed = data.draw(allowed_by(SCHEMAS[event_type]).flatmap(lambda valid: one_place_changed(valid, names)))
    assert allows(SCHEMAS[event_type], changed) == keeps(event_type, changed)


@pytest.mark.parametrize("event_type", TYPES)
@given(st.data())
def test_schema_and_door_agree_on_events_with_one_attribute_changed(event_type: str, data: st.DataObject) -> None:
    names = [*(name for name in EVENTS[event_type]["properties"] if name != "type"), "extension", "Not-An-Extension"]
    changed = data.draw(one_place_changed(workflow_event(event_type, time="2026-03-02T09:30:00Z"), names))
    # Without `specversion` a body is the workflow's own, and kept for the mapping.
    assume("specversion" in changed)
    assert allows(EVENTS[event_type], changed) == (told(changed).status == 202)


@given(
    st.text(max_size=12)
    | st.sampled_from([*TYPES, "Herald.x", "opentext.status", "threekits.x", "a b", "-a", "a" * 129])
)
def test_schema_and_door_agree_on_other_types(event_type: str) -> None:
    assume(event_type not in CONTRACT)
    body = workflow_event(event_type, {})
    assert allows(other_event(), body) == (told(body).status == 202)


@pytest.mark.parametrize("event_type", TYPES)
@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "data"])
def test_a_schema_asks_for_every_attribute_the_door_asks_for(event_type: str, name: str) -> None:
    body = without(workflow_event(event_type), name)
    assert not allows(EVENTS[event_type], body)
    assert Door()(signed_request(body, content_type=CLOUDEVENT)).problem == "envelope"


@pytest.mark.parametrize(
    "event_type", [pytest.param(event_type, id=subject) for event_type, subject in SUBJECTS.items()]
)
def test_a_fraction_is_no_text(event_type: str) -> None:
    name = "region" if "region" in DATA[event_type] else "note"
    assert not allows(SCHEMAS[event_type], {**DATA[event_type], name: 1.5})


loose_times = st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
    r"(\.[0-9]{0,10})?([Zz]|[+-][0-2][0-9]:[0-5][0-9])?\n?",
    fullmatch=True,
)
instants = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(loose_times | instants.map(datetime.isoformat) | st.text(max_size=30))
def test_schema_and_code_agree_on_timestamps(text: str) -> None:
    assert allows(TIMESTAMP, text) == (parse_timestamp(text) is not None)


@given(st.sampled_from(Origin), st.sampled_from(Trust), instants, st.text(max_size=20))
def test_what_travels_on_the_bus_is_as_its_schema_says(
    origin: Origin, trust: Trust, at: datetime, subject: str
) -> None:
    reference = replace(
        a_reference(), event_id=an_event().id, origin=origin, trust=trust, received_at=at, subject=subject
    )
    detail = exact_json.loads(detail_of(reference))
    assert allows(event_reference(), detail)
    assert not allows(event_reference(), {**detail, "more": 1})
    assert not any(allows(event_reference(), without(detail, name)) for name in detail)
