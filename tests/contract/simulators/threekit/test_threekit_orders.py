"""The Threekit simulator's orders (docs/vendor/threekit.md 2.1)."""

import json
import re
from typing import Any

import httpx
import pytest
from tests.contract.simulators.threekit.threekit_callers import refused

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


def test_create_answers_200_with_the_whole_order(api: httpx.Client, sim: ThreekitSimulator) -> None:
    cart = [{"configurationId": ids.CONFIGURATION_LAMP_BRASS, "count": 2, "metadata": {"price": 349.0}}]
    answer = api.post("/api/orders", json={"name": "Test", "cart": cart, "metadata": {"region": "EMEA"}})
    assert answer.status_code == 200
    order = answer.json()
    assert order["status"] == "New"
    assert order["cart"] == cart
    assert re.fullmatch(r"[a-zA-Z0-9_-]{7,14}", order["shortId"])
    assert sim.orders[order["id"]] == order


@pytest.mark.parametrize("status", ["List", "In Cart", "New", "In Progress", "Complete"])
def test_public_token_may_create_in_every_status(browser: httpx.Client, status: str) -> None:
    assert browser.post("/api/orders", json={"status": status}).json()["status"] == status


@pytest.mark.parametrize(
    "body",
    [
        {"surprise": 1},
        {"status": "Cancelled"},
        {"name": "x" * 256},
        {"name": 7},
        {"metadata": []},
        {"customId": "A"},
        {"cart": [{"configurationId": ids.SOFA, "count": 1, "price": 3}]},
        {"cart": [{"configurationId": ids.SOFA}]},
        {"cart": [{"configurationId": ids.SOFA, "count": True}]},
        {"platform": {"shop": "x"}},
        {"items": [{"id": "x"}]},
    ],
)
def test_create_refuses_unknown_and_wrong_fields(
    api: httpx.Client, sim: ThreekitSimulator, body: dict[str, Any]
) -> None:
    before = len(sim.orders)
    refused(api.post("/api/orders", json=body), 422)
    assert len(sim.orders) == before


def test_name_of_255_characters_is_accepted(api: httpx.Client) -> None:
    assert api.post("/api/orders", json={"name": "x" * 255}).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"[]", b""])
def test_malformed_body_is_422(api: httpx.Client, content: bytes) -> None:
    refused(api.post("/api/orders", content=content), 422)


def test_create_for_another_org_is_403(api: httpx.Client) -> None:
    refused(api.post("/api/orders", json={"orgId": ids.SOFA}), 403)


def test_order_is_read_by_id_and_short_id(api: httpx.Client) -> None:
    by_id = api.get(f"/api/orders/{ids.ORDER_LYON_TABLE_NEW}").json()
    assert api.get(f"/api/orders/{by_id['shortId']}").json() == by_id
    assert "configuration" not in by_id["cart"][0]
    refused(api.get("/api/orders/unknown1"), 404)


def test_full_configuration_expands_the_cart(api: httpx.Client, sim: ThreekitSimulator) -> None:
    order = api.get(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", params={"fullConfiguration": "true"}).json()
    assert order["cart"][0]["configuration"] == sim.configurations[ids.CONFIGURATION_SOFA_BOUCLE]
    assert "configuration" not in sim.orders[ids.ORDER_BERLIN_SOFA_NEW]["cart"][0]
    refused(api.get(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", params={"fullConfiguration": "yes"}), 422)


def test_list_pages_in_order_of_creation(api: httpx.Client) -> None:
    first = api.get("/api/orders", params={"perPage": 4}).json()
    assert {name: first[name] for name in ("page", "perPage", "sort", "count")} == {
        "page": 1,
        "perPage": 4,
        "sort": "+createdAt",
        "count": 10,
    }
    third = api.get("/api/orders", params={"perPage": 4, "page": 3}).json()["orders"]
    assert (len(first["orders"]), len(third)) == (4, 2)
    newest = api.get("/api/orders", params={"sort": "-createdAt", "perPage": 1}).json()["orders"]
    assert newest[0]["id"] == third[-1]["id"]
    assert api.get("/api/orders?sort=+createdAt").json()["sort"] == "+createdAt"


def test_list_is_30_a_page_by_default(api: httpx.Client) -> None:
    page = api.get("/api/assets").json()
    assert (page["perPage"], len(page["assets"]), page["count"]) == (30, 30, 44)


@pytest.mark.parametrize(
    "query",
    [
        "perPage=101",
        "perPage=0",
        "page=0",
        "page=x",
        "sort=-name",
        "sort=-updatedAt",
        "status=New",
        "updatedSince=2025-01-01",
        "page=1&page=2",
        "platform=x",
        "platform=[]",
    ],
)
def test_list_refuses_undocumented_queries(api: httpx.Client, query: str) -> None:
    refused(api.get(f"/api/orders?{query}"), 422)


def test_sort_by_updated_at_is_a_switch(api: httpx.Client, sim: ThreekitSimulator) -> None:
    sim.switches.order_sort_fields = ("createdAt", "updatedAt")
    api.put(f"/api/orders/{ids.ORDER_LYON_TABLE_NEW}", json={"name": "changed"})
    newest = api.get("/api/orders", params={"sort": "-updatedAt"}).json()["orders"][0]
    assert newest["id"] == ids.ORDER_LYON_TABLE_NEW


def test_list_takes_the_documented_filters(api: httpx.Client) -> None:
    assert [one["id"] for one in api.get("/api/orders", params={"shortId": "berSofa1"}).json()["orders"]] == [
        ids.ORDER_BERLIN_SOFA_NEW
    ]
    assert api.get("/api/orders", params={"originOrgId": "other"}).json()["count"] == 0
    platform = json.dumps({"id": "SHOP-10004"})
    assert api.get("/api/orders", params={"platform": platform}).json()["orders"][0]["id"] == ids.ORDER_BOSTON_HOTEL_NEW


def test_put_changes_the_four_fields_and_bumps_updated_at(api: httpx.Client) -> None:
    before = api.get("/api/orders/berSofa1").json()
    body = {"name": "n", "status": "In Progress", "metadata": {"a": {"b": 1}}, "derivative": {"d": 1}}
    after = api.put("/api/orders/berSofa1", json=body).json()
    assert {name: after[name] for name in body} == body
    assert after["updatedAt"] > before["updatedAt"]
    assert after["cart"] == before["cart"]
    assert api.put("/api/orders/berSofa1", json={"name": "m"}).json()["updatedAt"] > after["updatedAt"]


@pytest.mark.parametrize(
    "body", [{"cart": []}, {"platform": {}}, {"customerId": None}, {"status": "Shipped"}, {"name": "x" * 256}, {"x": 1}]
)
def test_put_refuses_other_fields(api: httpx.Client, body: dict[str, Any]) -> None:
    refused(api.put(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", json=body), 422)


def test_put_of_an_unknown_order_is_404(api: httpx.Client) -> None:
    refused(api.put("/api/orders/unknown1", json={"name": "x"}), 404)


def test_public_token_changes_only_list_and_cart_orders(browser: httpx.Client) -> None:
    assert browser.put(f"/api/orders/{ids.ORDER_LYON_WISHLIST}", json={"status": "In Cart"}).status_code == 200
    assert browser.put(f"/api/orders/{ids.ORDER_BOSTON_SHELF_IN_CART}", json={"name": "x"}).status_code == 200
    for status in ("New", "In Progress", "Complete"):
        refused(browser.put(f"/api/orders/{ids.ORDER_LYON_WISHLIST}", json={"status": status}), 403)
    refused(browser.put(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", json={"name": "x"}), 403)
    refused(browser.put(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", json={"status": "List"}), 403)


def test_metadata_put_replaces_or_merges(api: httpx.Client, sim: ThreekitSimulator) -> None:
    path = f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}"
    sim.switches.metadata_put = "merge"
    merged = api.put(path, json={"metadata": {"locale": {"currency": "GBP"}, "note": "x"}}).json()["metadata"]
    assert merged["locale"] == {"currency": "GBP", "currencyLocale": "de-DE"}
    assert (merged["region"], merged["note"]) == ("EMEA", "x")
    sim.switches.metadata_put = "replace"
    assert api.put(path, json={"metadata": {"note": "y"}}).json()["metadata"] == {"note": "y"}
