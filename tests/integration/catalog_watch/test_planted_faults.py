"""Every fault that was planted is found, and none is invented: after renames, moves and outages too."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.adapters.exact_json import loads
from herald.catalog_ports import Page
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.plan import CatalogPlan, Partition
from herald.domain.catalog.state import state_of
from simulators.threekit.generated import KINDS

PARTITIONS = (Partition("seating", ("seating",)), Partition("tables", ("#tables", "storage")), Partition("rest"))


def found(house: WatchHouse) -> set[tuple[str, str, str]]:
    """Check, cause and item of every finding that is remembered."""
    states = (state_of(key, loads(text)) for key, text in house.states._documents.items())
    return {(one.check, one.cause, state.id) for state in states for one in state.findings}


def planted(house: WatchHouse) -> set[tuple[str, str, str]]:
    """What should be found."""
    return {(one.check, one.cause, one.item) for one in house.threekit.planted}


def assert_exact(house: WatchHouse) -> None:
    """Precision and recall are 1: of findings by item, and of issues by cause."""
    assert found(house) == planted(house)
    assert house.open_issues() == {(check, cause) for check, cause, _ in planted(house)}


@pytest.mark.parametrize(("seed", "items", "faults"), [(1, 1000, 0.05), (2, 700, 0.2), (3, 2500, 0.02), (4, 120, 0.5)])
def test_what_was_planted_is_found_and_nothing_else(watched: Watched, seed: int, items: int, faults: float) -> None:
    house = watched(items, seed, faults)
    house.scan()
    assert len(planted(house)) > 20
    assert_exact(house)
    house.scan()
    assert_exact(house)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_fault_by_itself(watched: Watched, kind: str) -> None:
    house = watched(60, 5, {kind: [7, 21]})
    house.scan()
    assert planted(house)
    assert_exact(house)


def test_a_clean_catalogue_has_no_issue(watched: Watched) -> None:
    house = watched(1000, 8)
    house.scan()
    assert found(house) == set()
    assert house.open_issues() == set()
    assert house.told("catalog.digest") == []


def test_partitions_find_the_same(watched: Watched) -> None:
    house = watched(800, 6, 0.1, plan=CatalogPlan(partitions=PARTITIONS))
    run = house.scan()
    assert run.partitions == ("seating", "tables", "rest")
    assert sum(run.expected.values()) == run.counts["items"]
    assert_exact(house)


def test_renaming_and_moving_leave_every_issue_what_it_was(watched: Watched) -> None:
    house = watched(400, 1, 0.1)
    house.scan()
    before = house.issues
    for number in range(0, 400, 3):
        item = house.item(number)
        texts = {one.cause for one in house.threekit.planted if one.item == item and one.check == "missing_translation"}
        if texts:
            continue  # renaming such an item is renaming the text that lacks its translation
        house.threekit.rename_item(item, f"Renamed {number}")
        house.threekit.move_item(item, folder="elsewhere")
    house.scan()
    assert_exact(house)
    assert {key: issue.opened_at for key, issue in house.issues.items()} == {
        key: issue.opened_at for key, issue in before.items()
    }


def test_renaming_an_item_that_lacks_its_translation_keeps_the_issue(watched: Watched) -> None:
    house = watched(60, 1, {"missing_translation.name": [5]})
    house.scan()
    (fault,) = house.threekit.planted
    locale = fault.cause.rpartition("/")[2]
    house.threekit.rename_item(fault.item, "Another Name", translations={
        other: "x" for other in ("de-DE", "fr-FR", "ja-JP") if other != locale
    })  # fmt: skip
    house.scan()
    issue = house.issues[issue_id(fault.check, fault.cause)]
    assert issue.state is IssueState.OPEN
    assert issue.reopened == 0
    assert "Another Name" in issue.seen.message


def test_an_item_that_moves_to_another_partition_keeps_its_issue(watched: Watched) -> None:
    house = watched(300, 1, {"no_picture.nothing": [10]}, plan=CatalogPlan(partitions=PARTITIONS))
    house.scan()
    before = house.open_issues()
    fault = next(one for one in house.threekit.planted if one.check == "no_picture")
    own = house.states.load([fault.item])[fault.item].partition
    other = next(name for name in ("seating", "tables") if name != own)
    house.threekit.move_item(fault.item, tag={"seating": "seating", "tables": "tables"}[other])
    # Only the partition it left is scanned: it is not seen there, and is there all the same.
    house.scan(partitions=[own])
    assert house.open_issues() == before
    house.scan()
    assert house.open_issues() == before
    assert house.states.load([fault.item])[fault.item].partition == other


def breaking(house: WatchHouse, source: str, route: str, **fault: Any) -> None:
    """Let requests of a route fail as soon as some of a source was read."""
    waits = [True]

    def play(name: str, subject: str) -> bool:
        if waits and name.startswith("scan.read") and subject == source:
            waits.clear()
            house.threekit.faults.next(route, **fault)
        return False

    house.dies = play


@pytest.mark.parametrize(
    ("source", "route"),
    [
        ("assets", "GET /api/assets"), ("datatables", "GET /api/configurations"), ("configurations", "GET /api/orders"),
        ("context", "GET /api/assets/translations"), ("orders", "GET /api/products/export/json"),
        ("assets", "GET /api/tags"), ("assets", "GET /api/orgs/*"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_outage_while_reading_loses_nothing_and_resolves_nothing(
    watched: Watched, source: str, route: str, status: int
) -> None:
    house = watched(400, 2, 0.1, generated={"configurations": 250})
    house.scan()
    before = house.issues
    breaking(house, source, route, times=3, status=status)
    house.scan()
    assert house.threekit.faults.take(*route.replace("*", "x").split()) is None, "the outage was met"
    assert_exact(house)
    assert house.issues == before
    assert house.parked == []


@pytest.mark.parametrize("answer", ["truncated", "invalid_json"])
def test_an_export_that_breaks_off_is_no_deletion(watched: Watched, answer: str) -> None:
    house = watched(400, 2, 0.1)
    house.scan()
    before = house.issues
    house.threekit.faults.next("GET /api/products/export/json", answer=answer)
    house.scan()
    assert_exact(house)
    assert house.issues == before


def test_an_empty_answer_is_no_deletion(watched: Watched) -> None:
    house = watched(400, 2, 0.1)
    house.scan()
    before = house.issues
    house.threekit.faults.next("GET /api/products/export/json", status=200, body=[])
    run = house.scan()
    assert run.counts["items"] == 0
    assert house.issues == before
    assert_exact(house)


def test_an_item_that_is_deleted_is_forgotten_and_its_issues_end(watched: Watched) -> None:
    house = watched(60, 1, {"no_picture.nothing": [5]})
    house.scan()
    (fault,) = house.threekit.planted
    house.threekit.delete_item(fault.item)
    house.scan()
    assert house.issues[issue_id(fault.check, fault.cause)].state is IssueState.RESOLVED
    assert house.states.load([fault.item]) == {}


def test_an_asset_the_list_left_out_is_asked_for_before_it_is_called_missing(watched: Watched) -> None:
    house = watched(60, 1, {"broken_reference.visual_missing": [3], "broken_reference.visual_deleted": [4]})
    truth = house.open_issues
    # The first page of assets comes empty of one model that is there all the same.
    catalogue = house.shop.catalogue

    class Forgetful:
        def __getattr__(self, name: str) -> Any:
            return getattr(catalogue, name)

        def assets_page(self, page: int) -> Page:
            found = catalogue.assets_page(page)
            left = [row for row in found.records if not (row["type"] == "model" and row["id"].endswith("0020"))]
            return Page(left + [dict(left[-1])] * (len(found.records) - len(left)), found.count)

    object.__setattr__(house.shop, "catalogue", Forgetful())
    house.scan()
    assert truth() == {(one.check, one.cause) for one in house.threekit.planted}


def test_assets_deleted_while_they_are_read_hide_no_other(watched: Watched) -> None:
    house = watched(400, 2)
    pages = [0]

    def delete(name: str, subject: str) -> bool:
        if name == "scan.read_page" and subject == "assets":
            pages[0] += 1
            if pages[0] == 2:
                house.threekit.delete_item(house.item(3))
        return False

    house.dies = delete
    run = house.scan()
    assert run.counts["assets"] == sum(1 for _ in all_assets(house))
    assert house.open_issues() == set()


def all_assets(house: WatchHouse) -> Iterator[Any]:
    """Every asset there is now."""
    page = 1
    while records := house.shop.catalogue.assets_page(page).records:
        yield from records
        page += 1
