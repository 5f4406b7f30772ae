"""The Threekit simulator keeps each rule of docs/vendor/threekit.md, plays each switch, and carries a sound seed."""

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.threekit.catalog_defects import DEFECTS
from simulators.threekit.seed import ids
from simulators.threekit.seed.people import CURRENCIES
from simulators.threekit.simulator import ThreekitSimulator
from simulators.threekit.state import ThreekitSwitches, ThreekitSwitchValues

ORIGIN = {"Origin": "https://shop.example.com"}


@pytest.fixture
def sim() -> Iterator[ThreekitSimulator]:
    with ThreekitSimulator() as running:
        yield running


def private(sim: ThreekitSimulator) -> httpx.Client:
    return loopback_client(base_url=sim.url, headers={"Authorization": f"Bearer {sim.tokens.private}"})


def public(sim: ThreekitSimulator) -> httpx.Client:
    return loopback_client(base_url=sim.url, params={"bearer_token": sim.tokens.public}, headers=ORIGIN)


@pytest.fixture
def api(sim: ThreekitSimulator) -> Iterator[httpx.Client]:
    with private(sim) as client:
        yield client


@pytest.fixture
def browser(sim: ThreekitSimulator) -> Iterator[httpx.Client]:
    with public(sim) as client:
        yield client


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    message: str = answer.json()["message"]
    assert message
    return message


# Tokens


def test_no_token_is_403(sim: ThreekitSimulator) -> None:
    refused(BARE.get(f"{sim.url}/api/orders"), 403)


@pytest.mark.parametrize("header", ["Bearer 00000000-0000-4000-8000-000000000000", "Basic abc", "Bearer"])
def test_wrong_token_is_401(sim: ThreekitSimulator, header: str) -> None:
    refused(BARE.get(f"{sim.url}/api/orders", headers={"Authorization": header}), 401)


def test_both_token_classes_work_in_header_and_query(sim: ThreekitSimulator) -> None:
    for token in (sim.tokens.private, sim.tokens.public):
        as_header = BARE.get(f"{sim.url}/api/orders", headers={"Authorization": f"Bearer {token}", **ORIGIN})
        as_query = BARE.get(f"{sim.url}/api/orders", params={"bearer_token": token}, headers=ORIGIN)
        assert (as_header.status_code, as_query.status_code) == (200, 200)


def test_two_different_tokens_are_401(sim: ThreekitSimulator, api: httpx.Client) -> None:
    refused(api.get("/api/orders", params={"bearer_token": sim.tokens.public}), 401)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.test"}])
def test_public_token_is_bound_to_its_domains(sim: ThreekitSimulator, headers: dict[str, str]) -> None:
    url = f"{sim.url}/api/orders?bearer_token={sim.tokens.public}"
    refused(BARE.get(url, headers=headers), 401)
    sim.switches.public_domains = ()
    assert BARE.get(url, headers=headers).status_code == 200


def test_another_org_is_403(api: httpx.Client) -> None:
    assert api.get("/api/orders", params={"orgId": ids.ORG}).status_code == 200
    refused(api.get("/api/orders", params={"orgId": ids.SOFA}), 403)


@pytest.mark.parametrize("path", ["/api/jobs", "/api/webhooks"])
def test_public_token_cannot_read_what_needs_rights(browser: httpx.Client, path: str) -> None:
    refused(browser.get(path), 403)


def test_unknown_path_is_404_and_wrong_method_405(api: httpx.Client) -> None:
    refused(api.get("/api/nothing"), 404)
    refused(api.delete(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}"), 405)


@pytest.mark.parametrize("service", ["orders", "webhooks", "assets"])
def test_healthcheck_needs_no_token(sim: ThreekitSimulator, service: str) -> None:
    assert BARE.get(f"{sim.url}/api/{service}/healthcheck").status_code == 200


# Orders


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


# Configurations, jobs, assets, catalogue, org, customers


def test_configurations_are_read_listed_and_saved(api: httpx.Client, browser: httpx.Client) -> None:
    saved = api.get(f"/api/configurations/{ids.CONFIGURATION_BED_NAVY}").json()
    assert api.get("/api/configurations/bedNavy8").json() == saved
    refused(api.get("/api/configurations/unknown1"), 404)
    by_sku = api.get("/api/configurations", params={"sku": "AF-BED-008"}).json()["configurations"]
    assert by_sku == api.get("/api/configurations", params={"productId": ids.BED}).json()["configurations"] == [saved]
    refused(api.get("/api/configurations", params={"customerId": "x"}), 422)
    fresh = browser.post("/api/configurations", json={"productId": ids.BED, "variant": {"Width": "140 cm"}})
    assert browser.get(f"/api/configurations/{fresh.json()['shortId']}").json()["variant"] == {"Width": "140 cm"}
    refused(browser.post("/api/configurations", json={"variant": {}}), 422)
    refused(browser.post("/api/configurations", json={"productId": ids.BED, "x": 1}), 422)
    refused(browser.post("/api/configurations", files={"files": b"x"}), 415)
    assert api.get("/api/configurations/bedNavy8/thumbnail").content.startswith(b"\x89PNG")


def test_jobs_are_read_and_listed(api: httpx.Client) -> None:
    assert api.get(f"/api/jobs/{ids.JOB_EXPORT_FAILED}").json()["taskResultFailures"] == 1
    assert [one["id"] for one in api.get("/api/jobs", params={"status": "pending"}).json()["jobs"]] == [
        ids.JOB_RENDER_WAITING
    ]
    refused(api.get("/api/jobs/unknown"), 404)


def test_assets_are_found_by_id_custom_id_and_filters(api: httpx.Client) -> None:
    sofa = api.get(f"/api/assets/{ids.SOFA}").json()
    assert api.get("/api/assets/AF-SOF-001").json() == sofa
    assert api.get(f"/api/assets/{sofa['proxyId']}").json()["type"] == "model"
    refused(api.get("/api/assets/unknown"), 404)
    for query, names in (
        ({"type": "item", "nameLike": "sofa"}, {"Alder Sofa"}),
        ({"tags": json.dumps([ids.TAG_LIGHTING])}, {"Heron Floor Lamp"}),
        ({"metadata": json.dumps({"SKU": "AF-BED-008"})}, {"Nest Bed"}),
    ):
        assert {one["name"] for one in api.get("/api/assets", params=query).json()["assets"]} == names
    assert len(api.get("/api/assets", params={"all": "true"}).json()["assets"]) == 44
    refused(api.get("/api/assets", params={"updatedSince": "x"}), 422)
    v2 = api.get(f"/api/v2/assets/{ids.SOFA}").json()
    assert v2["asset"] == {"assetId": sofa["proxyId"]}
    assert {one["name"] for one in v2["attributes"]} == {"Fabric", "Wood", "Seats", "Pricing"}
    assert api.get(f"/api/assets/thumbnail/{ids.SOFA}").content.startswith(b"\x89PNG")


def test_assets_are_deleted_softly_by_private_tokens(api: httpx.Client, browser: httpx.Client) -> None:
    refused(browser.delete(f"/api/assets/{ids.SOFA}"), 403)
    assert api.delete(f"/api/assets/{ids.SOFA}").json()["deletedAt"]
    assert api.get(f"/api/assets/{ids.SOFA}").json()["deletedAt"]
    assert api.get("/api/assets", params={"name": "Alder Sofa"}).json()["count"] == 0
    assert api.post(f"/api/assets/{ids.SOFA}/restore").json()["deletedAt"] is None


def test_products_have_no_attributes_and_the_export_has(api: httpx.Client, browser: httpx.Client) -> None:
    products = browser.get("/api/catalog/products").json()["products"]
    assert len(products) == 22
    assert "attributes" not in products[0]
    assert browser.get(f"/api/catalog/products/{ids.SOFA}").json() == products[0]
    refused(browser.get("/api/catalog/products/unknown"), 404)
    export = api.get("/api/products/export/json").json()
    assert [row["query"]["id"] for row in export] == [row["id"] for row in products]
    assert len(api.get("/api/products/export/json", params={"tags": "lighting"}).json()) == 1
    refused(browser.get("/api/products/export/json"), 401)
    assert api.get("/api/tags").json()["count"] == 8


def test_org_carries_languages_and_pricebooks(api: httpx.Client) -> None:
    languages = api.get(f"/api/orgs/{ids.ORG}").json()["languages"]
    assert [one["value"] for one in languages["values"]] == ["en-US", "de-DE", "fr-FR"]
    books = api.get(f"/api/orgs/{ids.ORG}/pricebooks", params={"all": "true"}).json()["pricebooks"]
    assert {one["id"]: tuple(one["currencies"]) for one in books} == CURRENCIES
    assert api.get(f"/api/orgs/{ids.ORG}/pricebooks/{ids.PRICEBOOK_EUROPE}").json() == books[0]
    refused(api.get(f"/api/orgs/{ids.SOFA}"), 404)
    refused(api.get(f"/api/orgs/{ids.ORG}/pricebooks/unknown"), 404)


def test_translations_of_an_unknown_locale_are_empty_not_an_error(api: httpx.Client) -> None:
    path = "/api/assets/translations"
    assert api.get(path, params={"locale": "de-DE"}).json()["Wood"] == "Holz"
    unknown = api.get(path, params={"locale": "xx-XX"})
    assert (unknown.status_code, unknown.json()) == (200, {})
    refused(api.get(path), 422)


def test_customers_are_read_only_for_public_tokens(api: httpx.Client, browser: httpx.Client) -> None:
    assert browser.get(f"/api/customers/{ids.CUSTOMER_SATO}").json()["country"] == "JP"
    assert browser.get("/api/customers").json()["count"] == 6
    refused(browser.post("/api/customers", json={"name": "x"}), 403)
    refused(api.post("/api/customers", json={"nickname": "x"}), 422)
    assert api.post("/api/customers", json={"name": "x"}).json()["name"] == "x"


# Webhooks


def test_subscription_life(api: httpx.Client) -> None:
    made = api.post("/api/webhooks", json={"topic": "orders", "address": "https://hook.example.com/a"}).json()[
        "webhook"
    ]
    path = f"/api/webhooks/{made['id']}"
    assert api.get(path).json() == {"webhook": made}
    listing = api.get("/api/webhooks", params={"topic": "orders"}).json()
    assert (listing["webhooks"], listing["page"]) == ([made], 1)
    changed = api.put(path, json={"filter": {"status": ["New"]}}).json()["webhook"]
    assert changed["filter"] == {"status": ["New"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert api.delete(path).json()["webhook"]["deletedAt"]
    assert api.get(path).status_code == 200
    assert api.get("/api/webhooks").json()["webhooks"] == []
    assert api.post(f"{path}/restore").json()["webhook"]["deletedAt"] is None
    refused(api.get("/api/webhooks/unknown"), 404)


def test_any_topic_is_accepted(api: httpx.Client) -> None:
    body = {"topic": "no-such-topic", "address": "https://hook.example.com/a"}
    assert api.post("/api/webhooks", json=body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "orders"},
        {"address": "https://hook.example.com"},
        {"topic": "orders", "address": "hook"},
        {"topic": "orders", "address": "https://hook.example.com", "secret": "x"},
        {"topic": "orders", "address": "https://hook.example.com", "filter": {"status": ["Shipped"]}},
    ],
)
def test_subscription_refuses_wrong_fields(api: httpx.Client, body: dict[str, Any]) -> None:
    refused(api.post("/api/webhooks", json=body), 422)


def test_created_order_is_pushed_once_and_unsigned(receiver: WebhookReceiver) -> None:
    receiver.statuses = [503]
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        order = api.post("/api/orders", json={"name": "pushed"}).json()
        api.put(f"/api/orders/{order['id']}", json={"name": "not pushed"})
        assert sim.wait_pushed()
    assert receiver.documents == [{"topic": "orders", "action": "created", "data": order}]
    assert set(receiver.headers[0]) <= {"host", "accept-encoding", "content-length", "content-type"}
    assert [(push.status, push.tries) for push in sim.pushes] == [(503, 1)]


def test_completed_job_is_pushed(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator() as sim:
        sim.subscribe("jobs", receiver.url, {"status": ["failed"], "type": ["import"]})
        for kind, result in (("import", "success"), ("export", "failed"), ("import", "failed")):
            job = sim.add_job(kind)
            sim.complete_job(job["id"], "failed" if result == "failed" else "success")
        assert sim.wait_pushed()
    (pushed,) = receiver.documents
    assert (pushed["topic"], pushed["action"], pushed["data"]["id"]) == ("jobs", "updated", job["id"])
    assert pushed["data"]["status"] == "stopped"


def test_filter_and_deletion_keep_pushes_back(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator() as sim, private(sim) as api:
        hook = sim.subscribe("orders", receiver.url, {"status": ["New"]})
        sim.subscribe("order", receiver.url)
        for status in ("List", "New"):
            api.post("/api/orders", json={"status": status})
        api.delete(f"/api/webhooks/{hook['id']}")
        api.post("/api/orders", json={})
        assert sim.wait_pushed()
    assert [one["data"]["status"] for one in receiver.documents] == ["New"]


def test_order_updates_are_pushed_when_switched_on(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url, push_order_updates=True) as sim, private(sim) as api:
        api.put(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", json={"status": "Complete"})
        assert sim.wait_pushed()
    assert [(one["action"], one["data"]["status"]) for one in receiver.documents] == [("updated", "Complete")]


def test_pushes_are_dropped_duplicated_delayed_and_silenced(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        sim.push.drop_next = 1
        api.post("/api/orders", json={"name": "lost"})
        sim.push.duplicates = 1
        sim.push.delay_seconds = 0.05
        api.post("/api/orders", json={"name": "twice"})
        sim.push.silent = True
        api.post("/api/orders", json={"name": "silent"})
        assert sim.wait_pushed()
    assert [one["data"]["name"] for one in receiver.documents] == ["twice", "twice"]
    assert [push.dropped for push in sim.pushes] == [True, False, False]


def test_delayed_push_waits(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        sim.push.delay_seconds = 60
        api.post("/api/orders", json={})
        assert not sim.wait_pushed(0.05)
    assert receiver.documents == []


# Seed


def test_seed_orders_are_complete(sim: ThreekitSimulator) -> None:
    assert {order["status"] for order in sim.orders.values()} == {"List", "In Cart", "New", "In Progress", "Complete"}
    currencies = {order["metadata"]["currency"] for order in sim.orders.values()}
    assert currencies == {"EUR", "GBP", "USD", "JPY"}
    for order in sim.orders.values():
        metadata = order["metadata"]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{7,14}", order["shortId"])
        assert metadata["locale"]["currency"] == metadata["currency"]
        assert set(metadata["customer"]) == {"name", "email", "phone", "locale"}
        assert set(metadata["requester"]) == {"name", "email"}
        assert order["customerId"] in sim.customers
        for line in order["cart"]:
            assert line["configurationId"] in sim.configurations
            assert set(line["metadata"]) == {"price", "sku", "title", "components"}


def test_seed_references_and_prices_are_whole(sim: ThreekitSimulator) -> None:
    names = {
        text for one in sim.definitions.values() for text in (one["name"], *(a["name"] for a in one["attributes"]))
    }
    for item, definition in sim.definitions.items():
        assert definition["asset"]["assetId"] in sim.assets
        (pricing,) = [one for one in definition["attributes"] if one["type"] == "Pricing"]
        assert {row["pricebook"]: tuple(row["currencies"]) for row in pricing["values"]} == CURRENCIES
        assert sim.assets[item]["metadata"]["SKU"]
    for language in ("de-DE", "fr-FR"):
        assert names <= set(sim.state.translations[language])
    for saved in sim.configurations.values():
        attributes = {one["name"] for one in sim.definitions[saved["productId"]]["attributes"]}
        assert set(saved["variant"]) <= attributes
        assert all(one["assetId"] in sim.assets for one in saved["variant"].values() if isinstance(one, dict))


def test_seed_is_the_same_every_time_and_after_reset(sim: ThreekitSimulator) -> None:
    before = sim.snapshot()
    sim.orders.clear()
    sim.break_catalog("missing_price")
    sim.reset()
    assert sim.snapshot() == before == ThreekitSimulator().snapshot()


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_shows_and_is_reset(sim: ThreekitSimulator, defect: str) -> None:
    before = sim.snapshot()
    item = sim.break_catalog(defect)
    broken = sim.snapshot()
    assert any(broken[part] != before[part] for part in ("definitions", "translations")) or (
        sim.assets[item]["publishedAt"] is None
    )
    sim.reset()
    assert sim.snapshot() == before


# The simulator's own routes


def test_switch_keywords_are_the_switches() -> None:
    names = {spec.name for spec in dataclasses.fields(ThreekitSwitches)}
    assert set(ThreekitSwitchValues.__annotations__) == names


def test_own_routes_show_and_change_the_state_without_a_token(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, loopback_client(base_url=f"{sim.url}/_simulator") as own:
        BARE.get(f"{sim.url}/api/orders?bearer_token={sim.tokens.private}", headers={"Authorization": "Bearer x"})
        (seen,) = own.get("/requests").json()
        assert (seen["path"], seen["status"]) == ("/api/orders", 401)
        assert sim.tokens.private not in json.dumps(seen)
        switched = own.post("/switches", json={"metadata_put": "merge", "push": {"duplicates": 1}}).json()
        assert (switched["metadata_put"], sim.push.duplicates) == ("merge", 1)
        for wrong in (
            {"metadata_put": "guess"},
            {"no_switch": 1},
            {"push_order_updates": 1},
            {"push": {"drop_next": "x"}},
        ):
            refused(own.post("/switches", json=wrong), 422)
        job = own.post("/jobs", json={"type": "import", "title": "Import"}).json()
        assert own.post(f"/jobs/{job['id']}/complete", json={"result": "failed"}).json()["taskResultFailures"] == 1
        refused(own.post(f"/jobs/{job['id']}/complete", json={"result": "odd"}), 422)
        refused(own.post("/jobs/unknown/complete", json={}), 404)
        assert own.post("/catalog_defects/unavailable_variant").json() == {"id": ids.FABRIC_VELVET_NAVY}
        refused(own.post("/catalog_defects/unknown"), 404)
        patched = own.patch(f"/records/assets/{ids.SOFA}", json={"publishedAt": None, "metadata": {"lead": 4}}).json()
        assert (patched["publishedAt"], patched["metadata"]["SKU"]) == (None, "AF-SOF-001")
        refused(own.patch("/records/assets/unknown", json={}), 404)
        assert sim.wait_pushed()
        state = own.get("/state").json()
        assert len(state["pushes"]) == 2
        assert own.post("/reset").json() == {"reset": True}
        assert own.get("/requests").json() == []
