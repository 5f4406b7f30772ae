"""What makes an item worth another look, and an issue worth another word."""

import json
from datetime import timedelta
from decimal import Decimal

from tests.builders import NOW
from tests.integration.catalog_watch.altered_catalogue import (
    answering,
)
from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.catalog_ports import Page
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.plan import (
    CatalogPlan,
    Escalation,
    Exemption,
)
from herald.domain.notification import Severity
from herald.usecases.scan import scan_shelves


def by_tag(house: WatchHouse) -> tuple[str, str, str]:
    """An item that offers by tag, and an option that a saved configuration of it chose by that tag."""
    with house.shop.catalogue.export(None) as records:
        products = {record["query"]["id"]: record["product"] for _, record in records}
    tagged = {row["id"]: row for page in (1, 2, 3) for row in house.shop.catalogue.assets_page(page).records}
    for row in house.shop.catalogue.configurations_page(1).records:
        for attribute in products.get(row["productId"], {}).get("attributes", ()):
            chosen = row["variant"].get(attribute["name"])
            if not isinstance(chosen, dict) or any(isinstance(value, dict) for value in attribute["values"]):
                continue
            option = chosen.get("assetId")
            default = (attribute.get("defaultValue") or {}).get("assetId")
            if option in tagged and option != default and tagged[option]["type"] == "item":
                return str(row["productId"]), str(attribute["name"]), str(option)
    raise AssertionError("the catalogue offers nothing by tag")


def test_an_option_that_loses_its_tag_makes_configurations_stale(watched: Watched) -> None:
    house = watched(100, generated={"configurations": 100})
    house.scan()
    item, attribute, option = by_tag(house)
    house.threekit.move_item(option, tag="tables")
    house.scan()
    wanted = issue_id("stale_configuration", f"item/{item}")
    assert wanted in house.issues, f"configurations choose {option} for {attribute}, which is no longer offered"


def test_an_asset_whose_id_is_no_uuid_is_seen_when_it_comes(watched: Watched) -> None:
    """docs/vendor/threekit.md 2.3: an id may be a custom id too."""
    house = watched(60)
    house.threekit.change_item(house.item(5), product={"asset": {"assetId": "cushion-01"}})
    house.scan()
    wanted = issue_id("broken_reference", "asset/cushion-01")
    assert house.issues[wanted].state is IssueState.OPEN
    catalogue = house.shop.catalogue

    def assets_page(page: int) -> Page:
        found = catalogue.assets_page(page)
        first = page == 1
        rows = [{**found.records[0], "id": "cushion-01", "type": "model"}, *found.records] if first else found.records
        return Page(rows, found.count)

    answering(house, assets_page=assets_page)
    house.scan()
    assert house.issues[wanted].state is IssueState.RESOLVED


def test_a_tag_that_a_rule_names_is_seen_when_it_comes(watched: Watched) -> None:
    house = watched(60)
    tag = "5eed0004-0000-4000-8000-00000000abcd"
    attribute = house.threekit_definition(5)["attributes"][0]
    rule = {
        "name": "r", "disabled": False,
        "conditions": [{"type": "value", "attributeId": attribute["id"], "operator": "is", "value": {"tagId": tag}}],
        "actions": [],
    }  # fmt: skip
    house.threekit.change_item(house.item(5), product={"rules": [[rule]]})
    house.scan()
    wanted = issue_id("broken_reference", f"tag/{tag}")
    assert house.issues[wanted].state is IssueState.OPEN
    catalogue = house.shop.catalogue
    answering(house, tags=lambda: [*catalogue.tags(), {"id": tag, "name": "new"}])
    house.scan()
    assert house.issues[wanted].state is IssueState.RESOLVED


def test_an_exempt_finding_at_an_item_that_was_not_seen_is_exempt(watched: Watched) -> None:
    house = watched(60, 1, {"no_picture.nothing": [5]})
    (fault,) = house.threekit.planted
    until = (NOW + timedelta(days=90)).date()
    house.configure(CatalogPlan(exemptions=(Exemption("no_picture", "Ada", "spare", until, item=fault.item),)))
    house.scan()
    assert house.issues == {}
    house.threekit.faults.next("GET /api/products/export/json", status=200, body=[])
    house.scan()
    assert house.issues == {}


def test_who_was_told_that_it_is_overdue_is_not_told_each_day(watched: Watched) -> None:
    house = watched(60, 1, {"missing_price.no_pricing": [5]}, plan=CatalogPlan(remind_after_days=30))
    house.scan()
    ((identity, _),) = house.issues.items()
    day = house.clock().date()
    scan_shelves.issues(house.state).change(
        identity, lambda issue: (issue and issue.acknowledged("Ada", house.clock(), "on its way", day), None)
    )
    digests = []
    for number in range(6):
        house.threekit.rename_item(house.item(5), f"Name {number}")  # what is seen of it changes a little
        digests.append(len(house.told("catalog.digest", house.scan())))
    assert sum(digests) == 1, digests


def test_an_issue_that_becomes_critical_is_told(watched: Watched) -> None:
    house = watched(100, 1, {"missing_metadata.no_sku": [5]}, plan=CatalogPlan(escalations=(
        Escalation(Severity.CRITICAL, open_orders=1),
    )))  # fmt: skip
    house.scan()
    (issue,) = house.issues.values()
    assert issue.seen.severity is Severity.MEDIUM
    house.threekit.add_order(status="New", cart=[{"configurationId": house.item(5), "count": 1, "metadata": {}}])
    run = house.scan()
    (issue,) = house.issues.values()
    assert issue.seen.severity is Severity.CRITICAL
    assert len(house.told("catalog.issue.critical", run)) == 1


def test_a_tolerated_issue_that_grows_is_told(watched: Watched) -> None:
    """One cause at many items is one issue: tolerated while it was small, never news once it is large."""
    house = watched(60, plan=CatalogPlan(checks={"missing_translation": {"tolerance": Decimal("0.01")}}))
    for number in (5, 6, 7, 8, 9, 10, 11, 12):
        product = json.loads(json.dumps(house.threekit_definition(number), default=float))
        text = {"id": f"t{number}", "name": "Brand new text", "type": "Number", "min": 1, "max": 2, "defaultValue": 1}
        house.threekit.change_item(house.item(number), product={"attributes": [*product["attributes"], text]})
        if number == 5:
            house.scan()
            assert all(issue.seen.tolerated for issue in house.issues.values())
            assert house.told("catalog.digest") == []
    run = house.scan()
    assert not any(issue.seen.tolerated for issue in house.issues.values())
    assert len(house.told("catalog.digest", run)) == 1
