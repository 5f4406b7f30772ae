"""Threekit cannot be read or written: nothing is lost, and every skip has its reason."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.house import House

from herald.domain.errors import Reason
from simulators.threekit.seed import ids

ORDER = ids.ORDER_LYON_TABLE_NEW
READ = f"GET /api/orders/{ORDER}"
WRITE = f"PUT /api/orders/{ORDER}"


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"status": 401}, {"reset": "before_effect"}])
def test_a_passing_failure_postpones_the_decision(house: House, fault: dict[str, Any]) -> None:
    house.threekit.faults.next(READ, times=3, **fault)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    assert house.actions(event_id).count("event.evaluation_postponed") == 3
    assert set(house.opentext.sends_per_recipient().values()) == {1}


def test_an_order_that_is_gone_is_decided_as_that(house: House) -> None:
    order = {**house.threekit.orders[ORDER], "id": "5eed000a-0000-4000-8000-0000000000ff"}
    event_id = house.tell({"topic": "orders", "action": "created", "data": order})["json"]["id"]
    house.settle()
    decision = house.trace(event_id).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.NOT_FOUND]


def test_after_a_day_without_threekit_the_decision_says_so(house: House) -> None:
    house.threekit.faults.next(READ, status=503, times=500)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    decision = house.trace(event_id).decision
    assert decision is not None
    assert [skip.reason for skip in decision.skips] == [Reason.WINDOW_PASSED]
    assert not house.parked("Evaluation")


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": "after_effect"}, {"reset": "before_effect"}])
def test_a_write_back_that_failed_is_made_good(house: House, fault: dict[str, Any]) -> None:
    house.threekit.faults.next(WRITE, **fault)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    (note,) = house.threekit.orders[ORDER]["metadata"]["herald"]["notifications"].values()
    assert note["event"] == event_id
    assert "writeback.noted" in house.actions(event_id)


def test_a_write_back_that_is_refused_for_good_is_noted_and_stops_nothing(house: House) -> None:
    house.threekit.faults.next(WRITE, status=422, times=50)
    event_id = house.order_created(ORDER)["json"]["id"]
    house.settle()
    assert "writeback.refused" in house.actions(event_id)
    assert not house.parked("Writeback")


@pytest.mark.parametrize("put", ["replace", "merge"])
def test_nothing_else_in_the_metadata_is_touched(house: House, put: str) -> None:
    house.threekit.switches.metadata_put = put  # type: ignore[assignment]
    before = dict(house.threekit.orders[ORDER]["metadata"])
    house.order_created(ORDER)
    house.settle(timedelta(days=1))
    after = dict(house.threekit.orders[ORDER]["metadata"])
    assert after.pop("herald")
    assert after == before
