"""Answers that are short or empty, and partitions that change: nothing is resolved that was not seen gone."""

from decimal import Decimal

from tests.integration.catalog_watch.altered_catalogue import TWO, answering, states_of
from tests.integration.catalog_watch.conftest import Watched

from herald.catalog_ports import Page
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.plan import (
    CatalogPlan,
    Group,
    Partition,
)


def test_an_empty_asset_list_resolves_and_opens_nothing(watched: Watched) -> None:
    house = watched(200, 2, 0.2)
    house.scan()
    before = states_of(house)
    house.threekit.faults.next("GET /api/assets", times=2, status=200, body={"assets": [], "count": 0})
    run = house.scan()
    assert states_of(house) == before
    assert run.counts["assets"] > 200, "it was asked again until it was told"


def test_a_page_of_assets_with_a_row_too_few_is_not_the_last(watched: Watched) -> None:
    house = watched(200, 2, 0.2)
    house.scan()
    before = states_of(house)
    catalogue = house.shop.catalogue

    def assets_page(page: int) -> Page:
        found = catalogue.assets_page(page)
        return Page(found.records[:-1], found.count) if page == 1 else found

    answering(house, assets_page=assets_page)
    house.scan()
    assert states_of(house) == before


def test_an_item_whose_row_was_missed_keeps_its_issues(watched: Watched) -> None:
    house = watched(60, 1, {"platform_warning.warnings": [7], "unavailable_option.default_blacklisted": [9]})
    house.scan()
    before = states_of(house)
    assert len(before) >= 2
    missed = {house.item(7), house.item(9)}
    catalogue = house.shop.catalogue

    def assets_page(page: int) -> Page:
        found = catalogue.assets_page(page)
        left = [row for row in found.records if row["id"] not in missed]
        return Page(left + [left[-1]] * (len(found.records) - len(left)), found.count)

    answering(house, assets_page=assets_page)
    house.scan()
    assert states_of(house) == before


def test_a_partition_that_came_empty_keeps_its_issues_while_others_are_scanned(watched: Watched) -> None:
    house = watched(200, 2, 0.2, plan=CatalogPlan(partitions=TWO))
    house.scan()
    before = states_of(house)
    house.threekit.faults.next("GET /api/products/export/json", times=2, status=200, body=[])
    house.scan(partitions=["seating"])
    assert states_of(house) == before
    house.scan(partitions=["rest"])
    assert states_of(house) == before


def test_dividing_the_catalogue_resolves_nothing(watched: Watched) -> None:
    house = watched(200, 2, 0.2)
    house.scan()
    before = states_of(house)
    house.configure(CatalogPlan(partitions=TWO))
    house.scan(partitions=["seating"])
    assert states_of(house) == before


def test_an_item_that_moved_and_was_mended_is_resolved_where_it_is_read(watched: Watched) -> None:
    house = watched(120, 1, {"missing_metadata.no_sku": [10]}, plan=CatalogPlan(partitions=TWO))
    house.scan()
    (fault,) = house.threekit.planted
    own = house.states.load([fault.item])[fault.item].partition
    other, tag = ("rest", "tables") if own == "seating" else ("seating", "seating")
    house.threekit.move_item(fault.item, tag=tag)
    rows = house.threekit_definition(11)["metadata"]
    house.threekit.change_item(fault.item, product={"metadata": rows})
    house.scan(partitions=[other])
    assert house.states.load([fault.item])[fault.item].findings == ()
    assert house.issues[issue_id(fault.check, fault.cause)].state is IssueState.RESOLVED


def test_what_is_tolerated_of_all_items_is_so_in_a_scan_of_some(watched: Watched) -> None:
    faults = {"missing_price.no_pricing": [20, 21, 22]}
    plan = CatalogPlan(
        partitions=(Partition("lighting", ("lighting",)), Partition("rest")),
        checks={"missing_price": {"tolerance": Decimal("0.05")}},
    )
    house = watched(200, 1, faults, plan=plan)
    house.scan()
    assert house.told("catalog.digest") == []
    run = house.scan(partitions=["lighting"])
    assert run.expected["lighting"] < 60
    assert all(issue.seen.tolerated for issue in house.issues.values())
    assert house.told("catalog.digest") == []


def test_what_comes_into_a_partition_that_was_empty_is_news(watched: Watched) -> None:
    plan = CatalogPlan(partitions=(Partition("late", ("bedroom",)), Partition("rest")), groups=(Group("all"),))
    house = watched(60, plan=plan)
    for number in range(60):
        if "bedroom" in house.threekit_definition(number)["tags"]:
            house.threekit.move_item(house.item(number), tag="tables")
    house.threekit.unpublish_item(house.item(5))
    run = house.scan()
    assert run.expected.get("late", 0) == 0
    house.threekit.move_item(house.item(5), tag="bedroom")
    house.threekit.publish_item(house.item(5))
    run = house.scan()
    assert [wave["changes"] for wave in house.told("catalog.experiences.published", run)] == [{"published": 1}]
