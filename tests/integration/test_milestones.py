"""Milestones of an order: told once and in order, all of them noted in Threekit."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from herald.domain.delivery import DeliveryState
from herald.domain.errors import Reason
from simulators.threekit.seed import ids

SMS = "POST /mra/v1/outbound/sms"


def reach(house: House, *names: str) -> list[str]:
    """Tell of milestones, each worked off before the next; return the ids of the events."""
    told = []
    for name in names:
        answer = house.call_back(milestone(name), "workflow")
        assert answer["statusCode"] == 202, answer
        told.append(answer["json"]["id"])
        house.settle()
    return told


def noted(house: House, order: str = ORDER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.threekit.orders[order]["metadata"]["herald"]["milestones"]
    return found


def told(house: House, event_id: str) -> list[DeliveryState]:
    return [one.state for record in house.trace(event_id).notifications for one in record.deliveries]


def test_each_milestone_is_told_once_and_noted_with_the_coarse_status(whole_house: House) -> None:
    events = reach(whole_house, "received", "validated", "in_production", "quality_passed", "shipped")
    assert [told(whole_house, event_id) for event_id in events] == [[DeliveryState.DELIVERED]] * 5
    assert [note["name"] for note in noted(whole_house)] == [
        "received", "validated", "in_production", "quality_passed", "shipped",
    ]  # fmt: skip
    assert whole_house.threekit.orders[ORDER]["status"] == "Complete"
    assert set(whole_house.opentext.sends_per_recipient().values()) == {5}


def test_one_that_was_overtaken_is_recorded_and_noted_and_told_to_nobody(whole_house: House) -> None:
    shipped, late = reach(whole_house, "shipped", "in_production")
    assert told(whole_house, shipped) == [DeliveryState.DELIVERED]
    assert told(whole_house, late) == []
    decision = whole_house.trace(late).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.OVERTAKEN]
    assert [(note["name"], note.get("late")) for note in noted(whole_house)] == [
        ("in_production", True), ("shipped", None),
    ]  # fmt: skip
    assert whole_house.threekit.orders[ORDER]["status"] == "Complete"


def test_the_same_milestone_by_another_event_does_nothing(whole_house: House) -> None:
    reach(whole_house, "received")
    again = whole_house.call_back(milestone("received", "process-8-received"), "workflow")["json"]["id"]
    whole_house.settle()
    decision = whole_house.trace(again).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.ALREADY_REACHED]
    assert len(whole_house.opentext.submits) == 1
    assert len(noted(whole_house)) == 1


def test_the_same_body_again_is_a_duplicate(whole_house: House) -> None:
    assert whole_house.call_back(milestone("received"), "workflow")["statusCode"] == 202
    assert whole_house.call_back(milestone("received"), "workflow")["statusCode"] == 200


@pytest.mark.parametrize("arrival", list(itertools.permutations(["received", "in_production", "shipped"])))
def test_in_whatever_order_they_arrive_nobody_is_told_backwards(whole_house: House, arrival: tuple[str, ...]) -> None:
    for name in arrival:
        whole_house.call_back(milestone(name), "workflow")
    whole_house.settle()
    places = ["received", "in_production", "shipped"]
    sent = [_milestone_of(whole_house, submit.refs[0] or "") for submit in whole_house.opentext.submits]
    assert [places.index(name) for name in sent] == sorted({places.index(name) for name in sent})
    assert sent[-1] == "shipped"
    assert [note["name"] for note in noted(whole_house)] == places


def test_a_message_that_was_held_up_is_not_told_after_a_later_one(whole_house: House) -> None:
    whole_house.opentext.faults.next(SMS, status=503)
    first = whole_house.call_back(milestone("received"), "workflow")["json"]["id"]
    whole_house.settle(timedelta(0))
    assert told(whole_house, first) == [DeliveryState.RETRY_AT]
    second = whole_house.call_back(milestone("in_production"), "workflow")["json"]["id"]
    whole_house.settle()
    record = whole_house.trace(first).notifications[0]
    assert [(one.state, one.reason) for one in record.deliveries] == [(DeliveryState.SKIPPED, Reason.OVERTAKEN)]
    assert told(whole_house, second) == [DeliveryState.DELIVERED]


def test_an_order_named_by_its_short_id_is_the_same_order(whole_house: House) -> None:
    reach(whole_house, "received")
    short = whole_house.threekit.orders[ORDER]["shortId"]
    whole_house.call_back(milestone("received", "by-short-id", order=short), "workflow")
    whole_house.call_back(milestone("shipped", order=short), "workflow")
    whole_house.settle()
    assert [note["name"] for note in noted(whole_house)] == ["received", "shipped"]
    assert len(whole_house.opentext.submits) == 2


def test_a_milestone_nobody_configured_is_an_operators_matter(whole_house: House) -> None:
    event_id = whole_house.call_back(milestone("painted_green"), "workflow")["json"]["id"]
    whole_house.settle()
    decision = whole_house.trace(event_id).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.MAPPING_FAILED]
    assert whole_house.counts["EventsUndecided"] == 1


def test_a_status_never_goes_back(whole_house: House) -> None:
    whole_house.threekit.orders[ORDER]["status"] = "Complete"
    reach(whole_house, "received")
    assert whole_house.threekit.orders[ORDER]["status"] == "Complete"
    assert [note["name"] for note in noted(whole_house)] == ["received"]


@pytest.mark.parametrize(
    "crash", ["evaluate.decided", "evaluate.saved", "evaluate.opened", "evaluate.enqueued", "evaluate.written_back",
              "evaluate.audited", "writeback.put", "writeback.audited"],
)  # fmt: skip
def test_a_crash_between_two_steps_loses_and_doubles_nothing(whole_house: House, crash: str) -> None:
    whole_house.die_at = {crash}
    reach(whole_house, "received", "shipped")
    assert whole_house.deaths == [crash]
    assert [note["name"] for note in noted(whole_house)] == ["received", "shipped"]
    assert sum(submit.arrivals for submit in whole_house.opentext.submits) == 2


def test_our_own_note_makes_no_event_when_it_is_told(whole_house: House) -> None:
    reach(whole_house, "received")
    order = whole_house.threekit.orders[ORDER]
    answer = whole_house.tell({"topic": "orders", "action": "updated", "data": order})
    assert answer["statusCode"] == 200


def test_a_body_that_is_no_cloudevent_is_read_by_the_mapping(whole_house: House) -> None:
    body = {"job": {"threekit_order": ORDER}, "step": {"code": "received", "finished": "2026-03-02T09:00:00Z"}}
    event_id = whole_house.call_back(body, "plant")["json"]["id"]
    whole_house.settle()
    assert told(whole_house, event_id) == [DeliveryState.DELIVERED]
    assert noted(whole_house)[0]["at"].startswith("2026-03-02T09:00:00")


def test_a_milestone_of_an_unknown_order_is_given_up_after_a_while(whole_house: House) -> None:
    event_id = whole_house.call_back(milestone("received", order="no-such-order"), "workflow")["json"]["id"]
    whole_house.settle()
    decision = whole_house.trace(event_id).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.NOT_FOUND]


def _milestone_of(house: House, reference: str) -> str:
    trace = house.trace(house.ledger.load(reference.rpartition(".")[0]).notification.event_id)  # type: ignore[union-attr]
    return str(trace.event.data["milestone"])


def test_other_orders_are_not_concerned(whole_house: House) -> None:
    reach(whole_house, "shipped")
    other = ids.ORDER_BOSTON_HOTEL_NEW
    event_id = whole_house.call_back(milestone("received", "other", order=other), "workflow")["json"]["id"]
    whole_house.settle()
    assert told(whole_house, event_id) == [DeliveryState.DELIVERED]
