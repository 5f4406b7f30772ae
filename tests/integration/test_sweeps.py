"""Threekit's webhooks switched off for a while: sweeps find everything, and what arrives late doubles nothing."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.house import House
from tests.integration.workflow_bodies import ORDER, milestone

from herald.domain.errors import Reason
from herald.usecases import shelves
from simulators import ThreekitSimulator
from simulators.threekit.seed import ids

CART = [{"configurationId": "none", "count": 1, "metadata": {"price": "10.00", "sku": "A"}}]


@pytest.fixture
def swept(house: House) -> House:
    """A house whose Threekit keeps the house's time, and whose first sweep has set the watermark."""
    house.threekit.state.clock = house.clock
    sweep(house)
    house.clock.advance(timedelta(minutes=30))
    return house


def sweep(house: House, *names: str) -> None:
    """Let the schedule run until what is on its way has settled."""
    house.clock.advance(timedelta(minutes=5))
    for name in names or ("orders", "jobs"):
        house.sweep(name)
    house.settle(timedelta(minutes=10))


def new_order(house: House, **fields: Any) -> dict[str, Any]:
    """Let a storefront make an order that no webhook tells of."""
    metadata = {"currency": "EUR", "region": "EMEA"}
    return house.threekit.add_order(**{"status": "New", "cart": CART, "metadata": metadata, **fields})


def many_orders(house: House, number: int) -> None:
    """Let a storefront make orders about which no rule tells anybody."""
    for _ in range(number):
        new_order(house, status="List", cart=[])


def told_about(house: House, order_id: str) -> int:
    return sum(
        "new-order" in note["rule"]
        for note in house.threekit.orders[order_id]["metadata"].get("herald", {}).get("notifications", {}).values()
    )


def test_the_first_sweep_tells_of_nothing_that_was_there_before(house: House) -> None:
    house.threekit.state.clock = house.clock
    sweep(house)
    sweep(house)
    assert house.counts["EventsFound"] == 0
    assert not house.opentext.submits
    assert house.counts["SweepsFinished"] == 4


def test_orders_no_webhook_told_of_are_found_and_counted_as_lost(swept: House) -> None:
    orders = [new_order(swept) for _ in range(7)]
    sweep(swept)
    assert [told_about(swept, order["id"]) for order in orders] == [1] * 7
    assert swept.counts["WebhooksMissed"] == 7
    standing = shelves.sweeps(swept.state).get("orders")
    assert standing is not None
    assert standing.loss == (7, 7)


def test_what_arrives_late_is_absorbed(swept: House) -> None:
    order = new_order(swept)
    sweep(swept)
    late = swept.tell({"topic": "orders", "action": "created", "data": order})
    assert (late["statusCode"], late["json"]["duplicate"]) == (200, True)
    swept.settle()
    assert set(swept.opentext.sends_per_recipient().values()) == {1}


def test_what_a_webhook_told_is_not_found_again(swept: House) -> None:
    order = new_order(swept)
    swept.tell({"topic": "orders", "action": "created", "data": order})
    swept.settle(timedelta(minutes=1))
    sweep(swept)
    sweep(swept)
    assert swept.counts["EventsFound"] == 0
    assert swept.counts["WebhooksMissed"] == 0
    standing = shelves.sweeps(swept.state).get("orders")
    assert standing is not None
    assert standing.loss == (1, 0)


def test_a_webhook_that_may_still_be_on_its_way_is_not_taken_for_lost(swept: House) -> None:
    swept.clock.advance(timedelta(minutes=5))
    order = new_order(swept)
    swept.sweep("orders")
    swept.settle(timedelta(minutes=1))
    assert swept.counts["EventsFound"] == 0
    sweep(swept)
    assert told_about(swept, order["id"]) == 1


def test_a_changed_order_is_found_and_is_no_lost_webhook(swept: House) -> None:
    order = new_order(swept)
    swept.tell({"topic": "orders", "action": "created", "data": order})
    swept.settle(timedelta(minutes=1))
    sweep(swept)
    swept.threekit.change_order(order["id"], name="renamed")
    sweep(swept)
    assert swept.counts["EventsFound"] == 1
    assert swept.counts["WebhooksMissed"] == 0
    # Nothing but its name changed for a rule about new orders, so its approvers hear again of the new version only.
    assert told_about(swept, order["id"]) == 2


def test_an_order_that_was_changed_before_it_was_found_is_found_as_new(swept: House) -> None:
    order = new_order(swept)
    swept.clock.advance(timedelta(minutes=1))
    swept.threekit.change_order(order["id"], name="renamed")
    sweep(swept)
    assert swept.counts["WebhooksMissed"] == 1
    assert told_about(swept, order["id"]) == 1


def test_our_own_notes_are_not_found(swept: House) -> None:
    new_order(swept)
    for _ in range(4):
        sweep(swept)
    assert swept.counts["EventsFound"] == 1


def test_more_than_a_page_is_found(swept: House) -> None:
    many_orders(swept, 230)
    sweep(swept, "orders")
    assert swept.counts["EventsFound"] == 230


def test_a_sweep_that_is_cut_off_goes_on_where_it_was(swept: House) -> None:
    many_orders(swept, 110)
    answers = iter([True, False])
    swept.enough_time = lambda: next(answers, True)
    sweep(swept, "orders")
    assert swept.counts["EventsFound"] == 110
    pages = [s.request.query["page"] for s in swept.threekit.requests if s.request.path == "/api/orders"]
    assert pages[-2:] == [["1"], ["2"]]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_partial_outage_in_the_middle_of_paging_hides_nothing(swept: House, status: int) -> None:
    many_orders(swept, 110)
    failed = []

    def fail_once() -> None:
        swept.threekit.faults.next("GET /api/orders", status=status)
        failed.append(True)

    swept.threekit.interlude("GET /api/orders", fail_once)
    sweep(swept, "orders")
    assert failed
    assert swept.counts["EventsFound"] == 110


def test_two_sweeps_do_not_run_at_once(swept: House) -> None:
    new_order(swept)
    swept.clock.advance(timedelta(minutes=5))
    shelf = shelves.sweeps(swept.state)
    shelf.change("orders", lambda standing: (standing.leased(swept.clock(), timedelta(0)) if standing else None, None))
    before = len(swept.threekit.requests)
    swept.sweep("orders")
    swept.settle(timedelta(minutes=1))
    assert len(swept.threekit.requests) == before
    swept.clock.advance(timedelta(minutes=6))
    sweep(swept, "orders")
    assert swept.counts["EventsFound"] == 1


@pytest.mark.parametrize("crash", ["sweep.entered"])
def test_a_crash_enters_everything_once(swept: House, crash: str) -> None:
    order = new_order(swept)
    swept.die_at = {crash}
    sweep(swept)
    sweep(swept)
    sweep(swept)
    assert swept.deaths == [crash]
    assert told_about(swept, order["id"]) == 1


def test_failed_jobs_are_found_likewise(whole_house: House) -> None:
    whole_house.threekit.state.clock = whole_house.clock
    sweep(whole_house)
    whole_house.clock.advance(timedelta(minutes=30))
    job = whole_house.threekit.add_job("import", "Import")
    whole_house.threekit.complete_job(job["id"], "failed")
    sweep(whole_house)
    assert whole_house.counts["WebhooksMissed"] == 1
    incident = shelves.incidents(whole_house.state).get("threekit-import")
    assert incident is not None
    assert incident.failures == 1
    late = {"topic": "jobs", "action": "updated", "data": whole_house.threekit.jobs[job["id"]]}
    assert whole_house.tell(late)["statusCode"] == 200


def test_a_job_that_still_runs_is_not_told_of(whole_house: House) -> None:
    whole_house.threekit.state.clock = whole_house.clock
    sweep(whole_house)
    whole_house.clock.advance(timedelta(minutes=30))
    whole_house.threekit.add_job("import", "Import")
    sweep(whole_house)
    assert whole_house.counts["EventsFound"] == 0


def test_a_long_outage_of_webhooks_loses_nothing(swept: House) -> None:
    orders = []
    for number in range(12):
        orders.append(new_order(swept, name=f"order {number}"))
        if number % 3 == 0 and number:
            swept.threekit.change_order(orders[-2]["id"], name="changed")
        sweep(swept)
    late = list(reversed(orders))
    for order in late:
        swept.tell({"topic": "orders", "action": "created", "data": order})
    swept.settle()
    assert all(told_about(swept, order["id"]) >= 1 for order in orders)
    per_order = swept.opentext.sends_per_recipient()
    assert per_order["approvals@example.com"] == sum(told_about(swept, order["id"]) for order in orders)


def test_lost_milestones_are_noted_again(whole_house: House) -> None:
    whole_house.threekit.state.clock = whole_house.clock
    sweep(whole_house)
    whole_house.clock.advance(timedelta(minutes=30))
    order = new_order(whole_house)
    whole_house.call_back(milestone("received", order=order["id"]), "workflow")
    whole_house.settle(timedelta(minutes=1))
    kept = {k: v for k, v in whole_house.threekit.orders[order["id"]]["metadata"].items() if k != "herald"}
    whole_house.clock.advance(timedelta(minutes=1))
    whole_house.threekit.change_order(order["id"], metadata={**kept, "theirs": 1})
    sweep(whole_house)
    metadata = whole_house.threekit.orders[order["id"]]["metadata"]
    assert [note["name"] for note in metadata["herald"]["milestones"]] == ["received"]
    assert metadata["theirs"] == 1


def test_where_orders_sort_by_change_a_sweep_stops_early(
    emulated_aws: None, threekit: ThreekitSimulator, opentext: Any
) -> None:
    from tests.integration.configuration import two_rules  # noqa: PLC0415

    threekit.switches.order_sort_fields = ("createdAt", "updatedAt")
    house = House(threekit, opentext, two_rules(), order_sort="-updatedAt")
    house.threekit.state.clock = house.clock
    sweep(house)
    house.clock.advance(timedelta(minutes=30))
    house.threekit.change_order(ids.ORDER_LYON_TABLE_NEW, name="renamed")
    sweep(house, "orders")
    assert house.counts["EventsFound"] == 1


def test_a_silent_source_is_counted(house: House) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from tests.integration.configuration import two_rules  # noqa: PLC0415

    from herald.adapters.configuration_bundle import versioned  # noqa: PLC0415

    watched = versioned(replace(two_rules(), silent_after={"/threekit/orders": timedelta(hours=2)}))
    house.configurations.apply(watched)
    house.clock.advance(timedelta(minutes=5))
    house.order_created(ORDER)
    house.settle(timedelta(minutes=1))
    sweep(house, "sources")
    assert house.counts["SourcesSilent"] == 0
    house.clock.advance(timedelta(hours=3))
    sweep(house, "sources")
    assert house.counts["SourcesSilent"] == 1
    assert Reason.VENDOR_SILENT
