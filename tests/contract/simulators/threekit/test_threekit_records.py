"""Everything beside orders that the Threekit simulator holds (docs/vendor/threekit.md 2.2 to 2.10)."""

import json

import httpx
from tests.contract.simulators.threekit.threekit_callers import refused

from simulators.threekit.seed import ids
from simulators.threekit.seed.people import CURRENCIES


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
