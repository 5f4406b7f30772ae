"""Holds and digests through the real queues, tables and schedules: they outlive deaths, and nobody is told twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from tests.integration.configuration import all_flows
from tests.integration.house import House
from tests.integration.workflow_bodies import cloudevent, milestone, sync

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration
from herald.domain.courtesy import Courtesy, Digest, NextChannel, Until
from herald.domain.delivery import Channel, DeliveryState
from herald.domain.errors import Reason
from herald.domain.working_time import Calendar
from simulators import OpenTextSimulator, ThreekitSimulator

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EVENING = Calendar("evening", "UTC", dict.fromkeys(range(7), ((time(18), time(20)),)))
DIGEST = Digest("content", ("localized",), "digest", wait=5 * MINUTE)
DIGEST_PARTS = {
    "subject.txt": "{{ digest.count }} at once",
    "body.txt": "{% for entry in digest.entries %}{{ entry.subject }}\n{% endfor %}",
    "body.html": "{% for entry in digest.entries %}<p>{{ entry.subject }}</p>{% endfor %}",
}
DEATHS = ["dispatch.recorded", "dispatch.held", "dispatch.digest_opened", "dispatch.audited", "dispatch.claimed"]

Open = Callable[[Courtesy], House]


@pytest.fixture
def opened(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> Open:
    """The whole house under a courtesy."""
    return lambda courtesy: House(threekit, opentext, courteous(courtesy))


def courteous(courtesy: Courtesy) -> Configuration:
    base = all_flows()
    parts = {f"digest/en/{part}": text for part, text in DIGEST_PARTS.items()}
    return versioned(
        replace(base, courtesy=courtesy, calendars={"evening": EVENING}, templates={**base.templates, **parts})
    )


def localized(number: int) -> dict[str, Any]:
    data = {"itemId": f"item-{number}", "locale": "fr-FR"}
    return cloudevent("localization.completed", f"process-{number}", data)


def tell(house: House, body: dict[str, Any]) -> str:
    answer = house.call_back(body, "workflow")
    assert answer["statusCode"] == 202, answer
    house.settle(timedelta(0))
    return str(answer["json"]["id"])


def stands(house: House, event_id: str) -> list[tuple[Channel, DeliveryState, Reason | None]]:
    (record,) = house.trace(event_id).notifications
    return [(one.channel, one.state, one.reason) for one in record.deliveries]


def subjects(house: House) -> list[str]:
    return [submit.subject or "" for submit in house.opentext.submits]


@pytest.mark.parametrize("death", [None, *DEATHS])
def test_what_is_held_goes_out_once_when_its_hours_begin(opened: Open, death: str | None) -> None:
    house = opened(Courtesy(hours={Channel.SMS: "evening"}))
    house.die_at = {death} if death else set()
    event_id = tell(house, milestone("received"))
    house.settle(10 * MINUTE)
    assert stands(house, event_id) == [(Channel.SMS, DeliveryState.HELD, Reason.QUIET_HOURS)]
    assert house.opentext.submits == []
    house.wait(timedelta(days=1))
    assert [state for _, state, _ in stands(house, event_id)] == [DeliveryState.DELIVERED]
    assert [submit.arrivals for submit in house.opentext.submits] == [1]
    assert "delivery.held" in house.actions(event_id)
    assert not house.parked("Dispatch")


@pytest.mark.parametrize("death", [None, *DEATHS])
def test_what_comes_together_is_told_in_one_message(opened: Open, death: str | None) -> None:
    house = opened(Courtesy(digests=(DIGEST,)))
    events = [tell(house, localized(number)) for number in range(3)]
    house.die_at = {death} if death else set()
    house.wait(HOUR)
    assert {stands(house, one)[0][1] for one in events} == {DeliveryState.DIGESTED}
    assert subjects(house) == ["3 at once"]
    assert [submit.arrivals for submit in house.opentext.submits] == [1]
    assert not house.parked("Dispatch")


def test_one_alone_is_sent_as_it_is(opened: Open) -> None:
    house = opened(Courtesy(digests=(DIGEST,)))
    event_id = tell(house, localized(1))
    house.wait(HOUR)
    assert [state for _, state, _ in stands(house, event_id)] == [DeliveryState.SENT]
    assert subjects(house) == ["Words"]


def test_a_lost_timer_costs_minutes_and_no_message(opened: Open) -> None:
    house = opened(Courtesy(hours={Channel.SMS: "evening"}))
    event_id = tell(house, milestone("received"))
    for name in [one["Name"] for one in house.scheduler.list_schedules(GroupName="holds")["Schedules"]]:
        house.scheduler.delete_schedule(GroupName="holds", Name=name)
    house.wait(timedelta(days=1))
    assert stands(house, event_id)[0][1] is DeliveryState.HELD
    house.sweep("deliveries")
    house.settle(timedelta(0))
    house.wait(15 * MINUTE)
    house.sweep("deliveries")
    house.wait(timedelta(days=1))
    assert stands(house, event_id)[0][1] is DeliveryState.DELIVERED


def test_what_recovered_meanwhile_is_not_told_late(opened: Open) -> None:
    house = opened(Courtesy(hours={Channel.EMAIL: "evening"}))
    failed = tell(house, sync("failed", "one", "2026-03-02T09:00:00Z"))
    recovered = tell(house, sync("recovered", "two", "2026-03-02T09:30:00Z"))
    house.wait(timedelta(days=1))
    assert stands(house, failed) == [(Channel.EMAIL, DeliveryState.SKIPPED, Reason.SETTLED)]
    assert stands(house, recovered)[0][1] is DeliveryState.SENT


def test_the_next_channel_takes_over_where_nobody_confirms(opened: Open) -> None:
    courtesy = Courtesy(next_channel=(NextChannel("customers", ("milestone",), 10 * MINUTE, Until.DELIVERED),))
    house = opened(courtesy)
    house.opentext.outcomes.set("*", "sent_only")
    event_id = tell(house, milestone("received"))
    house.wait(HOUR)
    assert [(channel, state) for channel, state, _ in stands(house, event_id)] == [
        (Channel.SMS, DeliveryState.SENT), (Channel.EMAIL, DeliveryState.SENT),
    ]  # fmt: skip
    assert "delivery.passed_on" in house.actions(event_id)
    assert [submit.arrivals for submit in house.opentext.submits] == [1, 1]
