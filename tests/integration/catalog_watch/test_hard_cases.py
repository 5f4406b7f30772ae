"""Strange answers, partitions that change, two processes at once, sizes: what must not lead a scan astray."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.builders import NOW
from tests.infra.template import translated
from tests.integration.catalog_watch.conftest import Watched
from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.adapters.exact_json import dumps
from herald.adapters.memory_catalog import MemoryFiles
from herald.adapters.scan_books import SqliteScanBooks
from herald.catalog_ports import Page
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import issue_id
from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.plan import (
    CatalogPlan,
    Datatable,
    Escalation,
    Exemption,
    Group,
    OwnCheck,
    Partition,
    Region,
)
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.reports import as_csv
from herald.domain.catalog.run import Stage
from herald.domain.catalog.state import Cellscore, ItemState, state_document
from herald.domain.configuration import Configuration
from herald.domain.notification import Severity
from herald.ports import StorageError
from herald.usecases.catalog_words import CatalogWords
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.workshop import Turn as Lease

MOST_TOLD = 200
"""As many of a segment's changes as anybody could ever be shown."""
TWO = (Partition("seating", ("seating",)), Partition("rest"))


class Around:
    """A catalogue of which some methods answer otherwise."""

    def __init__(self, catalogue: Any, **methods: Callable[..., Any]) -> None:
        self._catalogue = catalogue
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


def answering(house: WatchHouse, **methods: Callable[..., Any]) -> Any:
    """Let methods of the catalogue answer otherwise; return the catalogue as it was."""
    catalogue = house.shop.catalogue
    object.__setattr__(house.shop, "catalogue", Around(catalogue, **methods))
    return catalogue


def answering_again(house: WatchHouse, catalogue: Any) -> None:
    """Let it answer as it did."""
    object.__setattr__(house.shop, "catalogue", catalogue)


def states_of(house: WatchHouse) -> dict[str, IssueState]:
    """Issues and where they stand."""
    return {identity: issue.state for identity, issue in house.issues.items()}


# -- a scan that can never finish ---


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


# -- strange answers ---


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


# -- several partitions ---


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


# -- what an item's fingerprint leaves out ---


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


# -- issues ---


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


# -- at once, and late ---


def test_who_lost_its_turn_does_not_take_it_back(watched: Watched) -> None:
    house = watched(10)
    first, second = Lease(house.shop, "x"), Lease(house.shop, "x")
    assert first.take()
    house.clock.advance(timedelta(minutes=4))
    assert second.take()
    first.give_back()
    assert not Lease(house.shop, "x").take(), "the second one has it"


def test_a_late_closing_of_a_finished_run_changes_nothing(watched: Watched) -> None:
    """The run is read before the lease is taken, so whoever waited for the lease goes on with what it read."""
    house = watched(60)
    first = house.scan()
    house.threekit.rename_item(house.item(5), "Another")
    house.scan()
    known = dict(house.states._documents)
    assert first.stage is Stage.FINISHED
    stale = replace(first, stage=Stage.CLOSING, finished_at=None, kept=0)
    object.__setattr__(house.shop, "run", lambda _run: stale)
    house.steps["close"]({"step": "close", "run": first.id}, 1, lambda: True)
    assert house.states._documents == known


def test_a_language_that_is_reported_meanwhile_undoes_no_scan(watched: Watched) -> None:
    """``localized`` reads and writes the whole state: what a scan kept in between is lost, and told again."""
    plan = CatalogPlan(regions=(Region("EMEA", {}, ("de-DE",)),), groups=(Group("all"),))
    house = watched(60, 1, {"missing_translation.name": [5]}, plan=plan)
    house.threekit.unpublish_item(house.item(5))
    house.scan()
    house.threekit.publish_item(house.item(5))
    states = house.states

    class Slow:
        run: Any = None

        def load(self, ids: Any) -> Any:
            found = states.load(ids)
            self.run = self.run or house.scan()
            return found

        def exchange(self, before: Any, after: Any) -> bool:
            return states.exchange(before, after)

    locale = house.threekit.planted[0].cause.rpartition("/")[2]
    configuration = Configuration("c", (), {}, {}, {}, {}, catalog=house.configurations.active().catalog)
    if locale != "de-DE":
        house.configure(replace(plan, regions=(Region("EMEA", {}, (locale,)),)))
        configuration = house.configurations.active()
    CatalogWords(Slow(), house.state, house.queue).localized(house.item(5), locale, configuration)
    run = house.scan()
    assert house.told("catalog.experiences.published", run) == []


def test_a_closing_that_runs_out_of_time_again_and_again_gets_on(watched: Watched) -> None:
    """Where gathering alone takes all the time, keeping never begins: every try begins with gathering."""
    house = watched(200)
    tries = [0]
    close = house.steps["close"]

    def closing(message: Mapping[str, Any], attempt: int, _enough: Callable[[], bool]) -> Any:
        tries[0] += 1
        return close(message, attempt, lambda: False)  # what is before it took the time

    house.steps["close"] = closing
    house.ask(ask="one")
    original = house._work

    def bounded(one: Any) -> None:
        assert tries[0] < 100, "the message would be in the dead-letter queue"
        original(one)

    house._work = bounded  # type: ignore[method-assign]
    house.settle()
    assert house.watch().current == ""


# -- places and sizes ---


def test_a_download_that_fails_leaves_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warm process that is refused again and again fills its small disk."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    class Failing(MemoryFiles):
        def download(self, key: str, path: Path) -> bool:
            if "long" in key:
                raise StorageError("reading the bucket: SlowDown")
            path.write_bytes(b"x" * 1000)
            return True

    books = SqliteScanBooks(Failing(), lambda _run: NOW)
    for _ in range(5):
        with pytest.raises(StorageError):
            books.complete("scan_1")
    assert len(list(tmp_path.iterdir())) <= 1


def test_a_segment_s_result_names_only_so_many_changes(watched: Watched) -> None:
    """``MOST_TOLD`` says so, and nobody asks it: a million changed items are a million rows in the closing's memory."""
    house = watched(400, segment_size=500, plan=CatalogPlan(groups=(Group("all"),)))
    for number in range(400):
        house.threekit.unpublish_item(house.item(number))
    house.scan()
    for number in range(400):
        house.threekit.publish_item(house.item(number))
    run = house.scan()
    results = [house.shop.get_json(key) for key in house.files.names(f"runs/{run.id}/results/")]
    assert max(len(result["told"]["changes"]["all"][0]) for result in results) <= MOST_TOLD
    assert run.counts["changes"] == 400


def test_segments_are_bounded_by_their_size_too(watched: Watched) -> None:
    """500 records of a megabyte are half a gigabyte, twice, in a function that has one."""
    house = watched(30, segment_size=500)
    for number in range(24):
        house.threekit.change_item(house.item(number), product={"description": f"{number}" + "x" * 1_000_000})
    run = house.scan()
    assert run.counts["items"] >= 30
    assert len(house.files.names(f"runs/{run.id}/segments/all/")) > 1


# -- reports, rights ---


def test_no_cell_begins_a_formula_where_semicolons_part_cells() -> None:
    """German spreadsheets part at semicolons, and an unquoted field or a quote inside one stops nothing."""
    report = as_csv([{"names": ["Chair;=1+1", "Chair\n=2+2"], "message": "x"}]).decode("utf-8-sig")
    cells = [cell for line in report.splitlines() for cell in line.replace(",", ";").split(";")]
    assert [cell for cell in cells if cell.strip('" ').startswith(("=", "+", "@"))] == []


class Recording:
    """A client of DynamoDB that notes what it is asked for; one item's state is all it has."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.item = item
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        def answer(**request: Any) -> Any:
            self.asked.add("dynamodb:" + "".join(part.capitalize() for part in name.split("_")))
            if name == "batch_get_item":
                return {"Responses": {table: [self.item] for table in request["RequestItems"]}}
            return {"Item": self.item} if name == "get_item" else {}

        return answer


def test_rule_evaluation_may_do_what_it_does_with_the_catalog() -> None:
    """``DynamoItemStates`` reads and writes in batches alone; the role has neither right."""
    policies = translated("prod").properties("RuleEvaluationRole")["Policies"]
    allowed = {
        action
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Resource") == "CatalogTable.Arn"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    score = Score(90, {Requirement.TRANSLATION: 0.5})
    state = ItemState("i", "n", "p", "c", "all", "catalog", scores={"web/EMEA/de-DE": Cellscore(score)})
    client = Recording({"id": {"S": "i"}, "document": {"S": dumps(state_document(state))}})
    configuration = Configuration("c", (), {}, {}, {}, {}, catalog={})
    words = CatalogWords(DynamoItemStates(client, "catalog"), None, None)  # type: ignore[arg-type]
    words.localized("i", "de-DE", configuration)
    assert len(client.asked) >= 2
    assert client.asked <= allowed, client.asked


def test_the_trend_stays_when_an_item_is_looked_at_again(watched: Watched) -> None:
    """Shares are kept rounded and compared unrounded, so a third is never what it was."""
    books = {"Retail Europe": ("EUR", "GBP"), "Retail International": ("USD",)}
    house = watched(60, plan=CatalogPlan(regions=(Region("ALL", books, ("en-US",)),)))
    house.scan()
    attributes = json.loads(json.dumps(house.threekit_definition(5)["attributes"], default=float))
    for one in attributes:
        if one["type"] == "Pricing":
            one["values"][0]["currencies"].pop("GBP")
    house.threekit.change_item(house.item(5), product={"attributes": attributes})
    house.scan()
    first = house.states.load([house.item(5)])[house.item(5)].scores["web/ALL/en-US"]
    assert first.trend < 0
    house.threekit.change_item(house.item(5), product={"description": "another text"})
    house.scan()
    assert house.states.load([house.item(5)])[house.item(5)].scores["web/ALL/en-US"] == first
