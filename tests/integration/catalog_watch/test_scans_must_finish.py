"""Whatever a record or an answer holds: a scan comes to its end, within the time that steps have."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from tests.integration.catalog_watch.altered_catalogue import TWO, answering
from tests.integration.catalog_watch.conftest import Watched

from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.catalog_ports import Page
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import (
    CatalogPlan,
    Datatable,
    OwnCheck,
)
from herald.domain.catalog.run import Stage
from herald.domain.catalog.state import ItemState
from herald.domain.notification import Severity


def test_a_run_that_cannot_go_on_does_not_stop_all_scans_for_good(watched: Watched) -> None:
    """The datatable's id is wrong; the integrator mends it; and still the old run, with its old plan, is resumed."""
    house = watched(60, plan=CatalogPlan(datatables=(Datatable("no-such-table", ("Fabric",)),)))
    house.scan()
    assert house.parked, "the run cannot go on"
    house.configure(CatalogPlan())
    for _ in range(4):
        run = house.scan()
    assert run.stage is Stage.FINISHED, (house.watch().current, [str(error) for _, error in house.parked])


def test_one_asset_that_is_refused_does_not_stop_all_scans(watched: Watched) -> None:
    """``_is_absent`` takes 404 alone for an answer; ``ThreekitPlatform._configuration`` takes REFUSED (422) too."""
    house = watched(60, 1, {"broken_reference.visual_missing": [3]})
    house.threekit.faults.next("GET /api/assets/5*", times=50, status=422)
    run = house.scan()
    assert house.parked == []
    assert run.stage is Stage.FINISHED


def test_a_filter_that_is_refused_leaves_the_whole_export(watched: Watched) -> None:
    house = watched(60, plan=CatalogPlan(partitions=TWO))
    house.threekit.faults.next("GET /api/products/export/json", status=422)
    run = house.scan()
    assert house.parked == []
    assert run.stage is Stage.FINISHED


class StrictDynamo:
    """DynamoDB's own refusal of a batch that names a key twice."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803 - as boto3 has it
        for requests in RequestItems.values():
            keys = [request["PutRequest"]["Item"]["id"]["S"] for request in requests]
            if len(set(keys)) < len(keys):
                answer: Any = {"Error": {"Code": "ValidationException", "Message": "duplicates"}}
                raise ClientError(answer, "BatchWriteItem")
            self.items |= dict.fromkeys(keys)
        return {}


def test_an_item_that_the_export_has_twice_can_be_remembered(watched: Watched) -> None:
    house = watched(60)
    catalogue = house.shop.catalogue

    @contextmanager
    def export(tag: str | None) -> Iterator[Any]:
        with catalogue.export(tag) as records:
            yield (record for told in records for record in (told, told))

    answering(house, export=export)
    run = house.scan()
    results = [house.shop.get_json(key) for key in house.files.names(f"runs/{run.id}/results/")]
    states = [ItemState(one[0], "", "", "", "all", "catalog") for result in results for one in result["states"]]
    DynamoItemStates(StrictDynamo(), "catalog").keep(states)  # type: ignore[arg-type]
    assert run.counts["items"] == len({state.id for state in states})


def own_check() -> CatalogPlan:
    own = OwnCheck("own", "own", Severity.LOW, Requirement.METADATA, 'item.name == "x"', "own")
    return CatalogPlan(own_checks=(own,))


def test_a_pricebook_that_is_no_text_stops_no_scan(watched: Watched) -> None:
    """``item_facts`` asks whether a map is a key of a dict."""
    house = watched(60, plan=own_check())
    odd = [{"id": "a1", "name": "Pricing", "type": "Pricing", "values": [{"pricebook": {"id": "x"}, "currencies": {}}]}]
    house.threekit.change_item(house.item(5), product={"attributes": odd})
    house.ask(ask="one")
    house.settle()
    assert house.watch().current == ""


def test_half_a_character_in_a_saved_configuration_stops_no_scan(watched: Watched) -> None:
    """JSON may hold half a surrogate pair (an emoji that was cut); SQLite's TEXT may not."""
    house = watched(60, generated={"configurations": 10})
    catalogue = house.shop.catalogue

    def configurations_page(page: int) -> Page:
        found = catalogue.configurations_page(page)
        return Page([{**row, "variant": {**row["variant"], "Size \ud83d": "L"}} for row in found.records], found.count)

    answering(house, configurations_page=configurations_page)
    house.ask(ask="one")
    house.settle()
    assert house.watch().current == ""


def test_an_order_whose_status_is_no_text_stops_no_scan(watched: Watched) -> None:
    house = watched(200, generated={"configurations": 10, "orders": 3})
    catalogue = house.shop.catalogue

    def orders_page(page: int, sort: str) -> list[dict[str, Any]]:
        return [{**row, "status": {"name": "New"}} for row in catalogue.orders_page(page, sort)]

    answering(house, orders_page=orders_page)
    house.ask(ask="one")
    house.settle()
    assert house.watch().current == ""


def test_issues_are_stored_no_longer_than_there_is_time(watched: Watched) -> None:
    """40,000 items without a price are 40,000 issues, each a read and a write: more than one function's time."""
    house = watched(200, 1, 0.5)
    after = [0]
    worst = [0]
    out = [False]

    def look(name: str, _subject: str) -> bool:
        if name == "scan.issue":
            out[0] = True
            after[0] += 1
            worst[0] = max(worst[0], after[0])
        return False

    work = house._work

    def working(one: Any) -> None:
        out[0], after[0] = False, 0
        work(one)

    house.dies = look
    house.enough_time = lambda: not out[0]
    house._work = working  # type: ignore[method-assign]
    house.scan()
    assert len(house.issues) > 50
    assert worst[0] <= 25


def test_translations_are_read_no_longer_than_there_is_time(watched: Watched) -> None:
    """All languages are one source: begun with 21 seconds left it is cut off by the function's end, not by Later."""
    house = watched(60)
    catalogue = house.shop.catalogue
    asked: list[str] = []
    most = [0]

    def translations(locale: str) -> Any:
        asked.append(locale)
        return catalogue.translations(locale)

    answering(house, translations=translations)
    read = house.steps["read"]

    def reading(message: Mapping[str, Any], attempt: int, _enough: Callable[[], bool]) -> Any:
        begun = len(asked)
        outcome = read(message, attempt, lambda: len(asked) == begun)
        most[0] = max(most[0], len(asked) - begun)
        return outcome

    house.steps["read"] = reading
    house.scan()
    assert len(asked) >= 2
    assert most[0] == 1, "it went on to the next language although time was up"
