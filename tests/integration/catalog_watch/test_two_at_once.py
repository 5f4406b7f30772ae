"""Two processes at once, late ones, and the sizes that memory, disk and people can take."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.builders import NOW
from tests.infra.template import translated
from tests.integration.catalog_watch.altered_catalogue import (
    MOST_TOLD,
)
from tests.integration.catalog_watch.conftest import Watched

from herald.adapters.dynamodb_catalog import DynamoItemStates
from herald.adapters.exact_json import dumps
from herald.adapters.memory_catalog import MemoryFiles
from herald.adapters.scan_books import SqliteScanBooks
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import (
    CatalogPlan,
    Group,
    Region,
)
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.reports import as_csv
from herald.domain.catalog.run import Stage
from herald.domain.catalog.state import Cellscore, ItemState, state_document
from herald.domain.configuration import Configuration
from herald.ports import StorageError
from herald.usecases.catalog_words import CatalogWords
from herald.usecases.scan.workshop import Turn as Lease


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
