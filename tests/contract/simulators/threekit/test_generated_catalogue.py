"""A generated catalogue is the same every time, is read in slices, and owes exactly the findings it says."""

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.contract.simulators.threekit.catalogue_scan import pages, scan, tag_filter
from tests.contract.simulators.threekit.threekit_callers import private, refused

from simulators.in_process import IN_PROCESS_URL, in_process
from simulators.threekit.catalog_defects import DEFECTS
from simulators.threekit.generated import KINDS, Generated
from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator

CHECKS = set(DEFECTS)
Clients = Callable[..., httpx.Client]


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Makes clients of simulators that serve a generated catalogue without sockets."""
    made: list[httpx.Client] = []

    def client(sim: ThreekitSimulator) -> httpx.Client:
        headers = {"Authorization": f"Bearer {sim.tokens.private}"}
        made.append(httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(sim), headers=headers))
        return made[-1]

    yield client
    for one in made:
        one.close()


def generated(seed: int = 7, items: int = 300, **more: Any) -> ThreekitSimulator:
    return ThreekitSimulator(catalogue=Generated(seed, items, **more), clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))


READS = (
    "/api/assets?perPage=100&page=3",
    "/api/products/export/json",
    "/api/assets/translations?locale=fr-FR",
    "/api/configurations",
    "/api/orders?sort=-createdAt",
    "/api/tags",
    "/api/catalog/products",
    f"/api/datatables/{ids.DATATABLE_FINISHES}/rows?all=true",
)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(clients: Clients) -> None:
    one, same, other = (clients(generated(seed, faults=0.1)) for seed in (7, 7, 8))
    for path in READS:
        assert one.get(path).content == same.get(path).content
    assert one.get(READS[1]).content != other.get(READS[1]).content
    assert generated(faults=0.1).planted == generated(faults=0.1).planted


@pytest.mark.parametrize(
    "query", [{}, {"type": "item"}, {"type": "model"}, {"tags": tag_filter(ids.TAG_TABLES, ids.TAG_WOOD)}]
)
def test_a_page_is_a_slice_of_the_whole(clients: Clients, query: dict[str, str]) -> None:
    api = clients(generated(faults=0.05, models=40))
    whole = api.get("/api/assets", params={**query, "all": "true"}).json()
    assert whole["count"] == len(whole["assets"]) == len({one["id"] for one in whole["assets"]})
    assert whole["assets"] == sorted(whole["assets"], key=lambda one: str(one["createdAt"]))
    for page in (1, 2, 4, 99):
        ranks = slice((page - 1) * 30, page * 30)
        answer = api.get("/api/assets", params={**query, "page": str(page)}).json()
        assert (answer["count"], answer["assets"]) == (whole["count"], whole["assets"][ranks])
        turned = api.get("/api/assets", params={**query, "page": str(page), "sort": "-createdAt"}).json()
        assert turned["assets"] == whole["assets"][::-1][ranks]


def test_filters_find_what_a_look_at_every_record_finds(clients: Clients) -> None:
    api = clients(generated())
    every = api.get("/api/assets", params={"all": "true"}).json()["assets"]
    for tag in (ids.TAG_LIGHTING, ids.TAG_METAL):
        found = api.get("/api/assets", params={"all": "true", "tags": tag_filter(tag)}).json()["assets"]
        assert found == [one for one in every if tag in one["tagids"]] != []
        by_id, by_name = (
            api.get("/api/products/export/json", params={"tags": text}).json() for text in (tag, found[0]["tags"][0])
        )
        assert [row["query"]["id"] for row in by_id] == [one["id"] for one in found]
        assert by_name == by_id
    assert api.get("/api/products/export/json", params={"tags": "nothing"}).json() == []
    item = next(one for one in every if one["tagids"] == [ids.TAG_BEDROOM])
    for query in ({"name": item["name"]}, {"metadata": json.dumps({"SKU": item["customId"]})}):
        assert api.get("/api/assets", params=query).json()["assets"] == [item]
    assert {item["metadata"]["region"] for item in every if item["tagids"] == [ids.TAG_BEDROOM]} <= {
        "EMEA", "AMER", "APAC",
    }  # fmt: skip


def test_the_export_is_streamed_and_has_the_items_of_the_list() -> None:
    with generated(faults=0.05) as sim, private(sim) as api:
        answer = api.get("/api/products/export/json")
        assert answer.headers["Transfer-Encoding"] == "chunked"
        listed = pages(api, "/api/assets", "assets", type="item")
        exported = answer.json()
        assert [row["query"]["id"] for row in exported] == [one["id"] for one in listed]
        for row, asset in zip(exported, listed, strict=True):
            assert row["product"]["name"] == asset["name"]
            assert api.get(f"/api/assets/{asset['id']}").json() == asset if asset["warnings"] else True
        assert api.get(f"/api/assets/{listed[-1]['customId']}").json() == listed[-1]
        assert api.get(f"/api/catalog/products/{listed[250]['id']}").json()["name"] == listed[250]["name"]
        assert api.get(f"/api/v2/assets/{listed[250]['id']}").json()["attributes"]
        refused(api.get(f"/api/assets/{listed[-1]['id'][:-4]}ffff"), 404)
        refused(api.get("/api/assets/GN-SEA-999999"), 404)
        for answer_fault in ("truncated", "invalid_json"):
            sim.faults.next("GET /api/products/export/json", answer=answer_fault)
        with pytest.raises(httpx.RemoteProtocolError):
            api.get("/api/products/export/json")
        assert api.get("/api/products/export/json").text.startswith("<html>[")
        assert api.get("/api/products/export/json").json() == exported


def test_the_seed_data_are_clean_and_each_defect_is_found_alone(clients: Clients) -> None:
    sim = ThreekitSimulator()
    api = clients(sim)
    assert scan(api) == set()
    for defect in DEFECTS:
        item = sim.break_catalog(defect)
        found = scan(api)
        assert {check for check, _, _ in found} == {defect}
        assert any(item in (item_id, cause.partition("/")[2]) for _, cause, item_id in found)
        sim.reset()


@pytest.mark.parametrize("more", [{}, {"models": False, "configurations": 7, "orders": 0}])
def test_a_catalogue_without_faults_is_clean(clients: Clients, more: dict[str, Any]) -> None:
    sim = generated(**more)
    assert sim.planted == []
    assert scan(clients(sim)) == set()


@pytest.mark.parametrize(("seed", "items"), [(1, 1000), (2, 1000), (70000, 1000), (3, 2500)])
def test_what_is_planted_is_what_a_scan_finds(clients: Clients, seed: int, items: int) -> None:
    sim = generated(seed, items, faults=0.05)
    planted = sim.planted
    expected = set(KINDS) if items <= 2000 else set(KINDS[:-1])
    assert {one.fault for one in planted} == expected
    assert {one.check for one in planted} == CHECKS
    assert scan(clients(sim)) == {(one.check, one.cause, one.item) for one in planted}
    assert len(planted) == len({(one.check, one.cause, one.item) for one in planted})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_fault_can_be_planted_alone_anywhere(clients: Clients, kind: str) -> None:
    sim = generated(items=60, faults={kind: range(20, 30)}, configurations=20)
    planted = sim.planted
    assert {(one.fault, one.check) for one in planted} == {(kind, kind.partition(".")[0])}
    assert len(planted) == 10 or kind == KINDS[-1]
    assert scan(clients(sim)) == {(one.check, one.cause, one.item) for one in planted}


def test_deleted_assets_are_answered_with_when(clients: Clients) -> None:
    sim = generated(items=60, faults={"broken_reference.visual_deleted": [5], "broken_reference.option_missing": [6]})
    deleted, missing = (one.cause.removeprefix("asset/") for one in sim.planted)
    api = clients(sim)
    assert api.get(f"/api/assets/{deleted}").json()["deletedAt"]
    refused(api.get(f"/api/assets/{missing}"), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": 0},
        {"faults": 1.5},
        {"faults": {"unknown": [1]}},
        {"faults": {"no_picture.nothing": [300]}},
        {"faults": {"no_picture.nothing": [1], "missing_metadata.no_sku": [1]}},
    ],
)
def test_what_makes_no_catalogue_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"catalogue|faults|fault at most"):
        Generated(**{"seed": 1, "items": 300, **wrong})


def test_configurations_and_orders_are_of_the_catalogue(clients: Clients) -> None:
    sim = generated(items=2000, faults=0.02)
    api = clients(sim)
    saved = {one["id"]: one for one in pages(api, "/api/configurations", "configurations")}
    stale = sum(one.check == "stale_configuration" for one in sim.planted)
    assert len(saved) == 100 + stale
    placed = pages(api, "/api/orders", "orders")
    assert len(placed) == 20
    assert {one["status"] for one in placed} == {"New", "In Progress", "Complete"}
    assert all("2025-12-30" <= one["createdAt"] < "2026-03-01" for one in placed)
    for order in placed:
        for line in order["cart"]:
            item = api.get(f"/api/assets/{saved[line['configurationId']]['productId']}").json()
            assert (line["metadata"]["title"], line["metadata"]["sku"]) == (item["name"], item["customId"])
            assert line["metadata"]["price"] > 0
    assert order["metadata"].keys() == ThreekitSimulator().orders[ids.ORDER_BERLIN_BED_IN_PROGRESS]["metadata"].keys()
    changed = sim.change_order(order["id"], status="Complete")
    assert api.get(f"/api/orders/{order['id']}").json()["status"] == changed["status"] == "Complete"
    by_product = {"productId": saved[line["configurationId"]]["productId"]}
    assert api.get("/api/configurations", params=by_product).json()["count"] >= 1


def _streamed_peak(items: int) -> int:
    sim = generated(items=items, configurations=10, orders=10, faults={"no_picture.nothing": [3]})
    headers = {"Authorization": f"Bearer {sim.tokens.private}"}
    with httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(sim), headers=headers) as api:
        tracemalloc.start()
        try:
            for path in ("/api/products/export/json", "/api/assets/translations?locale=de-DE", "/api/assets?all=true"):
                with api.stream("GET", path) as answer:
                    assert sum(len(chunk) for chunk in answer.iter_raw()) > items * 30
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_streaming_ten_times_as_many_items_takes_no_more_memory() -> None:
    _streamed_peak(500)
    assert _streamed_peak(20_000) < 1.5 * _streamed_peak(2_000)


def test_a_million_items_are_there_at_once(clients: Clients) -> None:
    began = time.monotonic()
    sim = generated(items=1_000_000, configurations=0, orders=0)
    answer = clients(sim).get("/api/assets", params={"type": "item", "page": "9999", "perPage": "100"}).json()
    assert answer["count"] == 1_000_202
    assert len(answer["assets"]) == 100
    assert time.monotonic() - began < 5
