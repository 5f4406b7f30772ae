"""Items change as people change them, in the seed data and in a generated catalogue alike."""

import json
from collections.abc import Iterator

import httpx
import pytest
from tests.contract.simulators.loopback_client import loopback_client
from tests.contract.simulators.threekit.catalogue_scan import pages, scan, tag_filter
from tests.contract.simulators.threekit.threekit_callers import private, refused

from simulators.__main__ import build, parser
from simulators.threekit.generated import Generated
from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


@pytest.fixture(params=["seed data", "generated"])
def sim(request: pytest.FixtureRequest) -> Iterator[ThreekitSimulator]:
    catalogue = Generated(5, 400, configurations=0, orders=0) if request.param == "generated" else None
    with ThreekitSimulator(catalogue=catalogue) as running:
        yield running


@pytest.fixture
def api(sim: ThreekitSimulator) -> Iterator[httpx.Client]:
    with private(sim) as client:
        yield client


@pytest.fixture
def item(api: httpx.Client) -> str:
    """The id of an item that is a table."""
    found: str = api.get("/api/assets", params={"tags": tag_filter(ids.TAG_TABLES)}).json()["assets"][2]["id"]
    return found


def _exported(api: httpx.Client) -> dict[str, dict[str, object]]:
    return {row["query"]["id"]: row["product"] for row in api.get("/api/products/export/json").json()}


def _listed(api: httpx.Client, **query: str) -> list[str]:
    return [one["id"] for one in pages(api, "/api/assets", "assets", **query)]


def test_a_changed_item_stays_in_its_place(sim: ThreekitSimulator, api: httpx.Client, item: str) -> None:
    before, order = api.get(f"/api/assets/{item}").json(), _listed(api, type="item")
    changed = sim.change_item(item, {"warnings": True}, {"description": "New"})
    assert changed["updatedAt"] > before["updatedAt"]
    assert api.get(f"/api/assets/{item}").json() == changed
    assert _exported(api)[item]["description"] == "New"
    assert _listed(api, type="item") == order
    assert scan(api) == {("platform_warning", f"item/{item}", item)}
    for unknown in (ids.seed_id(5, 0xFFF), next(one for one in _listed(api) if one not in order)):
        with pytest.raises(KeyError):
            sim.change_item(unknown, {})


def test_a_renamed_item_loses_its_translations_and_gains_others(
    sim: ThreekitSimulator, api: httpx.Client, item: str
) -> None:
    former = api.get(f"/api/assets/{item}").json()["name"]
    sim.rename_item(item, 'A "new" name')
    for locale in ("de-DE", "fr-FR"):
        texts = api.get("/api/assets/translations", params={"locale": locale}).json()
        assert former not in texts
        assert texts['A "new" name'] == f'A "new" name ({locale})'
    assert _exported(api)[item]["name"] == 'A "new" name'
    assert scan(api) == set()
    sim.rename_item(item, former, {"de-DE": "Tisch"})
    assert scan(api) == {("missing_translation", f"item/{item}/fr-FR", item)}
    assert api.get("/api/assets/translations", params={"locale": "de-DE"}).json()[former] == "Tisch"


def test_a_moved_item_is_found_where_it_is(sim: ThreekitSimulator, api: httpx.Client, item: str) -> None:
    tables, beds = (_listed(api, tags=tag_filter(tag)) for tag in (ids.TAG_TABLES, ids.TAG_BEDROOM))
    every = _listed(api, type="item")
    sim.move_item(item, folder="outlet", tag="bedroom")
    moved = api.get(f"/api/assets/{item}").json()
    assert (moved["parentFolderId"], moved["tags"], moved["tagids"]) == ("outlet", ["bedroom"], [ids.TAG_BEDROOM])
    assert _listed(api, tags=tag_filter(ids.TAG_TABLES)) == [one for one in tables if one != item]
    assert set(_listed(api, tags=tag_filter(ids.TAG_BEDROOM))) == {*beds, item}
    assert _listed(api, type="item") == every
    assert item in [row["query"]["id"] for row in api.get("/api/products/export/json?tags=bedroom").json()]
    assert _exported(api)[item]["tags"] == ["bedroom"]
    with pytest.raises(KeyError):
        sim.move_item(item, tag="unknown")


def test_a_deleted_item_leaves_lists_and_export(sim: ThreekitSimulator, api: httpx.Client, item: str) -> None:
    before = _listed(api)
    sim.delete_item(item)
    assert api.get(f"/api/assets/{item}").json()["deletedAt"]
    left = [one for one in before if one != item]
    assert _listed(api) == left
    assert _listed(api, sort="-createdAt")[:1] == [left[-1] if sim.generated else left[0]]
    assert item not in _exported(api)
    refused(api.get(f"/api/catalog/products/{item}"), 404)
    api.post(f"/api/assets/{item}/restore")
    assert _listed(api) == before
    assert api.delete(f"/api/assets/{item}").json()["deletedAt"]
    assert _listed(api) == left


def test_a_draft_option_is_offered_by_every_item_with_its_tag(sim: ThreekitSimulator, api: httpx.Client) -> None:
    option = api.get("/api/assets", params={"tags": tag_filter(ids.TAG_WOOD)}).json()["assets"][-1]["id"]
    assert sim.unpublish_item(option)["publishedAt"] is None
    found = scan(api)
    assert {(check, cause) for check, cause, _ in found} == {("unavailable_option", f"asset/{option}")}
    assert len(found) > 5
    assert sim.publish_item(option)["publishedAt"]
    assert scan(api) == set()


def test_imported_items_come_last(sim: ThreekitSimulator, api: httpx.Client, item: str) -> None:
    before = _listed(api, type="item")
    product = {**_exported(api)[item], "description": "Replaced"}
    new = {"name": "Fresh", "type": "item"}
    rows = [{"query": {"id": item}, "product": product}, {"query": {"name": "Fresh"}, "product": new}]
    taken = api.post("/api/products/import", json=rows).json()["products"]
    assert taken[0]["id"] == item
    assert _exported(api)[item] == product
    assert _listed(api, type="item") == [*before, taken[1]["id"]]
    patched = sim.url + f"/_simulator/records/assets/{before[1]}"
    with loopback_client() as own:
        assert own.patch(patched, json={"publishedAt": None}).json()["publishedAt"] is None
    assert _listed(api, type="item") == [*before, taken[1]["id"]]


def test_many_changes_leave_the_order_whole(sim: ThreekitSimulator, api: httpx.Client) -> None:
    before = _listed(api, type="item")
    for number, item in enumerate(before):
        if number % 3 == 0:
            sim.delete_item(item)
        elif number % 3 == 1:
            sim.change_item(item, {"description": "x"})
    left = [item for number, item in enumerate(before) if number % 3]
    assert _listed(api, type="item") == left == list(_exported(api))
    sim.reset()
    assert _listed(api, type="item") == before


def test_the_own_routes_generate_and_change() -> None:
    with (
        ThreekitSimulator() as sim,
        loopback_client(base_url=f"{sim.url}/_simulator/catalog") as own,
        private(sim) as api,
    ):
        assert own.get("").json() == {"generated": None}
        assert own.get("/planted").json() == {"planted": []}
        made = own.post("", json={"seed": 3, "items": 200, "faults": 0.05, "models": 20}).json()["generated"]
        assert (made["items"], made["models"], made["faulty"]) == (200, 20, 10)
        planted = own.get("/planted").json()["planted"]
        assert {(one["check"], one["cause"], one["item"]) for one in planted} == scan(api)
        assert set(planted[0]) == {"fault", "check", "cause", "item"}
        for wrong in ({}, {"items": 0}, {"items": "x"}, {"items": 5, "odd": 1}, {"items": 5, "faults": "x"}):
            refused(own.post("", json=wrong), 422)
        item = sim.generated.item_id(11) if sim.generated else ""
        assert own.post(f"/items/{item}/rename", json={"name": "Other"}).json()["name"] == "Other"
        assert own.post(f"/items/{item}/unpublish").json()["publishedAt"] is None
        assert own.post(f"/items/{item}/publish").json()["publishedAt"]
        assert own.post(f"/items/{item}/move", json={"folder": "a", "tag": "tables"}).json()["tags"] == ["tables"]
        assert own.patch(f"/items/{item}", json={"asset": {"warnings": True}}).json()["warnings"]
        assert own.post(f"/items/{item}/delete").json()["deletedAt"]
        refused(own.post("/items/unknown/delete"), 404)
        refused(own.post(f"/items/{item}/rename", json={}), 422)
        refused(own.post(f"/items/{item}/rename", json={"title": "x"}), 422)
        refused(loopback_client().post(f"{sim.url}/_simulator/catalog_defects/no_picture"), 404)
        assert loopback_client().get(f"{sim.url}/_simulator/state").json()["generated"]["items"] == 200
        assert loopback_client().post(f"{sim.url}/_simulator/reset").json() == {"reset": True}
        assert not api.get(f"/api/assets/{item}").json()["deletedAt"]
        assert own.delete("").json() == {"generated": None}
        assert api.get(f"/api/assets/{ids.SOFA}").json()["name"] == "Alder Sofa"


def test_the_command_line_serves_a_generated_catalogue() -> None:
    words = ["threekit", "--port", "0", "--items", "50", "--catalog-seed", "9", "--faults", "0.1", "--models", "5"]
    built = build(parser().parse_args(words))
    assert isinstance(built, ThreekitSimulator)
    assert built.generated is not None
    assert (built.generated.items, built.generated.seed, built.generated.models) == (50, 9, 5)
    assert len(built.planted) >= 5


def test_datatables_are_read_with_both_tokens(sim: ThreekitSimulator, api: httpx.Client) -> None:
    (listed,) = api.get("/api/datatables", params={"name": "Finishes"}).json()["datatables"]
    assert isinstance(listed["columnInfo"], str)
    path = f"/api/datatables/{listed['id']}"
    columns = api.get(path).json()["columnInfo"]
    assert [(one["name"], one["type"]) for one in columns] == [
        ("SKU", "String"), ("EUR", "Number"), ("Finish", "Asset"),
    ]  # fmt: skip
    public = {"bearer_token": sim.tokens.public}
    with loopback_client(base_url=sim.url, params=public, headers={"Origin": "https://shop.example.com"}) as browser:
        rows = browser.get(f"{path}/rows", params={"all": "true"}).json()["rows"]
    assert rows[:30] == api.get(f"{path}/rows").json()["rows"][:30]
    skus = {one["customId"] for one in api.get("/api/assets?type=item&all=true").json()["assets"]}
    assert {one["value"]["SKU"] for one in rows} <= skus
    for row in rows[:5]:
        assert set(row) == {"id", "orgId", "tableId", "createdAt", "value"}
        assert row["tableId"] == listed["id"]
        assert api.get(f"/api/assets/{row['value']['Finish']}").json()["type"] == "item"
    refused(api.get(f"/api/datatables/{ids.SOFA}"), 404)
    assert json.dumps(rows)
