"""The bus: everything published or given back, in requests the service takes."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import a_reference
from tests.contract.ports.aws_resources import refused_with

from herald.adapters.eventbridge import REQUEST_BYTES, EventBridgeBus, entry_bytes
from herald.adapters.memory import MemoryBus
from herald.domain.event import EventReference
from herald.ports import Bus, StorageError


class StrictBus:
    """EventBridge as far as publishing goes: refuses what is too much, and the entries it is told to, so many times."""

    def __init__(self, refuses: dict[str, int] | None = None) -> None:
        self.refuses = dict(refuses or {})
        self.requests: list[list[dict[str, Any]]] = []
        self.taken: list[str] = []

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the service's name
        assert 1 <= len(Entries) <= 10
        assert sum(map(entry_bytes, Entries)) <= REQUEST_BYTES  # type: ignore[arg-type]
        self.requests.append(list(Entries))
        results: list[dict[str, str]] = []
        for entry in Entries:
            event_id = json.loads(entry["Detail"])["event_id"]
            if self.refuses.get(event_id, 0) > 0:
                self.refuses[event_id] -= 1
                results.append({"ErrorCode": "InternalFailure", "ErrorMessage": "try again"})
            else:
                self.taken.append(event_id)
                results.append({"EventId": "1"})
        return {"FailedEntryCount": len([result for result in results if "ErrorCode" in result]), "Entries": results}


ALWAYS = 99


def references(count: int) -> list[EventReference]:
    return [a_reference(number) for number in range(1, count + 1)]


def bus_that_refuses(implementation: str, *refused: EventReference) -> tuple[Bus, Any]:
    if implementation == "memory":
        bus = MemoryBus(lambda reference: reference in refused)
        return bus, bus
    service = StrictBus({reference.event_id: ALWAYS for reference in refused})
    return EventBridgeBus(service, "herald-test"), service  # type: ignore[arg-type]


def taken(service: Any) -> list[str]:
    return [one.event_id for one in service.published] if isinstance(service, MemoryBus) else service.taken


@pytest.mark.parametrize("count", [0, 1, 10, 11, 35])
def test_any_number_is_published(implementation: str, count: int) -> None:
    bus, service = bus_that_refuses(implementation)

    assert list(bus.publish(references(count))) == []
    assert taken(service) == [reference.event_id for reference in references(count)]


def test_what_is_refused_comes_back_and_the_rest_is_published(implementation: str) -> None:
    all_of_them = references(25)
    refused = [all_of_them[number] for number in (0, 9, 10, 24)]
    bus, service = bus_that_refuses(implementation, *refused)

    assert list(bus.publish(all_of_them)) == refused
    assert set(taken(service)) == {one.event_id for one in all_of_them} - {one.event_id for one in refused}


# ---------------------------------------------------------------- on EventBridge


def test_only_the_failed_entries_are_tried_again() -> None:
    one, two, three = references(3)
    service = StrictBus({two.event_id: 1})

    assert list(EventBridgeBus(service, "herald-test").publish([one, two, three])) == []  # type: ignore[arg-type]
    assert service.taken == [one.event_id, three.event_id, two.event_id]
    assert [len(request) for request in service.requests] == [3, 1]


@pytest.mark.parametrize(("refusals", "back"), [(1, 0), (2, 0), (3, 1)])
def test_a_refused_entry_is_tried_three_times(refusals: int, back: int) -> None:
    [reference] = references(1)
    service = StrictBus({reference.event_id: refusals})

    assert len(EventBridgeBus(service, "herald-test").publish([reference])) == back  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 120_000)), max_size=30))
def test_whatever_is_refused_how_often_nothing_is_lost(kinds: list[tuple[int, int]]) -> None:
    given_in = [a_reference(number, subject="s" * size) for number, (_, size) in enumerate(kinds)]
    service = StrictBus({one.event_id: times for one, (times, _) in zip(given_in, kinds, strict=True)})

    back = EventBridgeBus(service, "herald-test").publish(given_in)  # type: ignore[arg-type]

    assert [one.event_id for one in back] == [
        one.event_id for one, (times, _) in zip(given_in, kinds, strict=True) if times > 2
    ]
    assert sorted([*service.taken, *(one.event_id for one in back)]) == sorted(one.event_id for one in given_in)


def test_an_entry_no_request_can_carry_comes_back_and_holds_up_nobody() -> None:
    one, two = references(2)
    giant = a_reference(3, subject="ü" * REQUEST_BYTES)
    service = StrictBus()

    assert list(EventBridgeBus(service, "herald-test").publish([one, giant, two])) == [giant]  # type: ignore[arg-type]
    assert service.taken == [one.event_id, two.event_id]


def test_an_entry_holds_ids_only_under_the_names_that_rules_match() -> None:
    service = StrictBus()
    reference = a_reference()
    EventBridgeBus(service, "herald-test").publish([reference])  # type: ignore[arg-type]

    [[entry]] = service.requests
    assert {name: entry[name] for name in ("EventBusName", "Source", "DetailType")} == {
        "EventBusName": "herald-test",
        "Source": "herald",
        "DetailType": "threekit.order.created",
    }
    assert json.loads(entry["Detail"]) == {
        "event_id": reference.event_id,
        "type": "threekit.order.created",
        "source": "/threekit/main",
        "subject": reference.subject,
        "origin": "webhook",
        "trust": "unsigned",
        "received_at": "2026-03-02T09:30:00+00:00",
    }


def test_a_type_longer_than_a_detail_type_is_whole_in_the_detail() -> None:
    service = StrictBus()
    EventBridgeBus(service, "herald-test").publish([a_reference(type="x" * 200)])  # type: ignore[arg-type]

    [[entry]] = service.requests
    assert entry["DetailType"] == "x" * 128
    assert json.loads(entry["Detail"])["type"] == "x" * 200


def test_a_request_that_fails_as_a_whole_is_an_error(throttled: ClientError) -> None:
    with pytest.raises(StorageError, match="publishing to herald-test: ThrottlingException"):
        EventBridgeBus(refused_with(throttled), "herald-test").publish(references(1))


def test_the_client_takes_the_requests_as_they_are_made(events: Any) -> None:
    events.create_event_bus(Name="herald-test")

    assert list(EventBridgeBus(events, "herald-test").publish(references(25))) == []
