"""The import of items (docs/vendor/threekit.md 2.4)."""

import copy
import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE
from tests.contract.simulators.threekit.threekit_callers import refused

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator

IMPORT = "/api/products/import"
# The documented sample, its dots filled in.
SAMPLE: dict[str, Any] = {
    "name": "Sample Bed",
    "type": "item",
    "description": "A bed",
    "parentFolderId": "catalog",
    "tags": ["bedroom"],
    "keywords": ["sleep"],
    "asset": {"assetId": ids.model_of(ids.BED), "configuration": {}, "type": "model"},
    "metadata": [{"name": "SKU", "type": "String", "defaultValue": "SAM-1"}],
    "attributes": [
        {"type": "Number", "name": "Length", "step": 1, "lockToStep": False, "defaultValue": 0},
        {
            "type": "Pricing",
            "name": "Pricing",
            "values": [{"pricebook": ids.PRICEBOOK_EUROPE, "currencies": {"EUR": 0}}],
            "defaultValue": {},
        },
        {
            "type": "Asset",
            "name": "Fabric",
            "assetType": "item",
            "values": ["#fabric", {"assetId": ids.FABRIC_WOOL_MOSS}],
            "defaultValue": {"assetId": ""},
        },
        {"type": "String", "name": "Size", "values": ["a", "b"]},
    ],
    "rules": [
        [
            {
                "name": "Rule",
                "conditions": [{"attributeId": "x", "attribute": "Size", "operator": "==", "value": "a"}],
                "actions": [
                    {
                        "type": "set-attribute-visible",
                        "name": "n",
                        "label": "l",
                        "attribute": "Fabric",
                        "attributeId": "y",
                        "visible": True,
                    }
                ],
            }
        ]
    ],
}


def row(query: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"query": query, "product": {**copy.deepcopy(SAMPLE), **changes}}


CONTENT = json.dumps([row({"id": ids.BED})]).encode()
UNCLOSED = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + CONTENT + b"\r\n"


def exported(api: httpx.Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.get("/api/products/export/json").json()
    return rows


def ids_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["products"]
    assert all(set(one) == {"id", "name"} for one in answer.json()["products"])
    return [one["id"] for one in answer.json()["products"]]


def test_the_whole_export_may_be_sent_back_and_changes_only_updated_at(
    api: httpx.Client, sim: ThreekitSimulator
) -> None:
    before, assets = exported(api), copy.deepcopy(sim.assets)
    assert ids_of(api.post(IMPORT, params={"orgId": ids.ORG}, json=before)) == [one["query"]["id"] for one in before]
    assert exported(api) == before
    for key, asset in assets.items():
        now = sim.assets[key]
        assert {**now, "updatedAt": None} == {**asset, "updatedAt": None}
        assert (now["updatedAt"] > asset["updatedAt"]) == (asset["type"] == "item")


def test_one_metadata_value_changed_in_a_full_record(api: httpx.Client) -> None:
    sofa = next(one for one in exported(api) if one["query"]["id"] == ids.SOFA)
    sofa["product"]["metadata"].append({"name": "lead_time_days", "type": "Number", "defaultValue": 21})
    ids_of(api.post(IMPORT, json=[sofa]))
    asset = api.get(f"/api/assets/{ids.SOFA}").json()
    assert (asset["metadata"]["lead_time_days"], asset["metadata"]["SKU"]) == (21, "AF-SOF-001")
    assert asset["publishedAt"]
    assert sofa in exported(api)


def test_what_is_not_sent_is_gone(api: httpx.Client, sim: ThreekitSimulator) -> None:
    partial = {"query": {"id": ids.SOFA}, "product": {"name": "Sofa", "type": "item"}}
    ids_of(api.post(IMPORT, json=[partial]))
    assert partial in exported(api)
    asset = api.get(f"/api/assets/{ids.SOFA}").json()
    shown = {name: asset[name] for name in ("name", "description", "tags", "tagids", "keywords", "metadata", "proxyId")}
    assert shown == {
        "name": "Sofa",
        "description": "",
        "tags": [],
        "tagids": [],
        "keywords": [],
        "metadata": {},
        "proxyId": None,
    }
    assert api.get(f"/api/v2/assets/{ids.SOFA}").json()["attributes"] == []


def test_an_unknown_query_makes_a_draft(api: httpx.Client, sim: ThreekitSimulator) -> None:
    sent = row({"name": "Sample Bed"})
    (made,) = ids_of(api.post(IMPORT, json=[sent]))
    assert made not in (ids.BED, None)
    asset = api.get(f"/api/v2/assets/{made}").json()
    assert set(asset) == set(api.get(f"/api/v2/assets/{ids.BED}").json())
    assert (asset["name"], asset["description"], asset["keywords"]) == ("Sample Bed", "A bed", ["sleep"])
    assert (asset["tags"], asset["tagids"], asset["metadata"]) == (["bedroom"], [ids.TAG_BEDROOM], {"SKU": "SAM-1"})
    assert (asset["publishedAt"], asset["proxyId"]) == (None, ids.model_of(ids.BED))
    assert asset["createdAt"] == asset["updatedAt"]
    age = sim.state.clock() - datetime.fromisoformat(asset["createdAt"])
    assert timedelta() <= age < timedelta(minutes=5)
    assert {"query": {"id": made}, "product": sent["product"]} in exported(api)
    assert ids_of(api.post(IMPORT, json=[sent])) == [made]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"id": ids.SOFA, "name": "Nest Bed"}, ids.SOFA),
        ({"id": "unknown", "name": "Nest Bed"}, ids.BED),
        ({"metadata": [{"name": "SKU", "type": "String", "defaultValue": "AF-DSK-006"}]}, ids.DESK),
        ({"name": "unknown", "metadata": [{"name": "SKU", "type": "String", "defaultValue": "AF-DSK-006"}]}, ids.DESK),
    ],
)
def test_a_query_finds_by_id_then_name_then_metadata(api: httpx.Client, query: dict[str, Any], found: str) -> None:
    assert ids_of(api.post(IMPORT, json=[row(query)])) == [found]


def test_a_deleted_item_and_a_visual_asset_are_not_found(api: httpx.Client) -> None:
    api.delete(f"/api/assets/{ids.SOFA}")
    model = ids.model_of(ids.BED)
    made = ids_of(api.post(IMPORT, json=[row({"id": ids.SOFA}), row({"id": model})]))
    assert len({*made, ids.SOFA, model}) == 4


def test_multipart_form_with_a_file(api: httpx.Client) -> None:
    content = json.dumps([row({"id": ids.BED}, name="Größe ✓\r\nzwei")], ensure_ascii=False).encode()
    for data in ({}, {"sync": "true"}, {"sync": "false"}):
        answer = api.post(IMPORT, files={"file": ("items.json", content, "application/json")}, data=data)
        assert ids_of(answer) == [ids.BED]
    assert api.get(f"/api/assets/{ids.BED}").json()["name"] == "Größe ✓\r\nzwei"


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"other": ("items.json", CONTENT)}},
        {"files": {"file": ("items.json", b"{")}},
        {"files": {"file": ("items.json", CONTENT), "more": ("x", b"x")}},
        {"files": {"file": ("items.json", CONTENT)}, "data": {"sync": "yes"}},
        {"files": [("file", ("a.json", CONTENT)), ("file", ("b.json", CONTENT))]},
        {"content": CONTENT, "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": CONTENT, "headers": {"Content-Type": "multipart/form-data"}},
        {"data": {"file": CONTENT}},
        {"content": UNCLOSED, "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": CONTENT},
        {"content": CONTENT, "headers": {"Content-Type": "text/csv"}},
    ],
)
def test_other_forms_are_422(api: httpx.Client, sim: ThreekitSimulator, form: dict[str, Any]) -> None:
    refused(api.post(IMPORT, **form), 422)
    assert sim.assets[ids.BED]["name"] == "Nest Bed"


def test_a_form_needs_no_file_name_but_its_end(api: httpx.Client) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert ids_of(api.post(IMPORT, content=UNCLOSED + b"--x--\r\n", headers=kind)) == [ids.BED]


def test_only_a_private_token_imports(api: httpx.Client, browser: httpx.Client, sim: ThreekitSimulator) -> None:
    sent = [row({"id": ids.BED})]
    refused(browser.post(IMPORT, json=sent), 401)
    refused(BARE.post(sim.url + IMPORT, json=sent), 403)
    refused(api.post(IMPORT, json=sent, params={"orgId": ids.SOFA}), 403)
    refused(api.post(IMPORT, json=sent, params={"sync": "true"}), 422)
    assert sim.assets[ids.BED]["name"] == "Nest Bed"


@pytest.mark.parametrize(
    "changes",
    [
        {"price": 1},
        {"name": ""},
        {"name": "x" * 256},
        {"description": "x" * 5001},
        {"type": "model"},
        {"metadata": {"SKU": "x"}},
        {"metadata": [{"name": "SKU", "defaultValue": "x"}]},
        {"metadata": [{"name": "SKU", "type": "String"}]},
        {"metadata": [{"name": "SKU", "type": "String", "defaultValue": 1}]},
        {"metadata": [{"name": "lead", "type": "Number", "defaultValue": "1"}]},
        {"metadata": [{"name": "lead", "type": "Boolean", "defaultValue": 1}]},
        {"metadata": [{"name": "SKU", "type": "String", "defaultValue": "x", "odd": 1}]},
        {"tags": "bedroom"},
        {"asset": {"configuration": {}}},
        {"attributes": [{"type": "Odd", "name": "x"}]},
        {"attributes": ["x"]},
        {"attributes": [{"type": "String", "name": "x"}]},
        {"attributes": [{"type": "String", "name": "x", "values": [1]}]},
        {"attributes": [{"type": "String", "name": "x", "values": [], "step": 1}]},
        {"attributes": [{"type": "Number", "name": "x", "step": True}]},
        {"attributes": [{"type": "Number", "name": "x", "lockToStep": "no"}]},
        {"attributes": [{"type": "Asset", "name": "x", "values": [{"id": "y"}]}]},
        {"attributes": [{"type": "Asset", "name": "x", "values": [], "defaultValue": "y"}]},
        {"attributes": [{"type": "Pricing", "name": "Prices", "values": []}]},
        {"attributes": [{"type": "Pricing", "name": "Pricing", "values": [{"pricebook": "x"}]}]},
        {
            "attributes": [
                {"type": "Pricing", "name": "Pricing", "values": [{"pricebook": "x", "currencies": {"EUR": "1"}}]}
            ]
        },
        {"attributes": [{"type": "Pricing", "name": "Pricing", "values": [{"pricebook": "x", "currencies": []}]}]},
        {"rules": [{"conditions": [], "actions": []}]},
        {"rules": [[{"conditions": []}]]},
        {"rules": [[{"conditions": [], "actions": [{"type": "x"}]}]]},
    ],
)
def test_unknown_and_wrong_fields_of_a_product_are_422_and_nothing_is_taken(
    api: httpx.Client, sim: ThreekitSimulator, changes: dict[str, Any]
) -> None:
    before = exported(api)
    refused(api.post(IMPORT, json=[row({"id": ids.SOFA}), row({"id": ids.BED}, **changes)]), 422)
    assert exported(api) == before


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        row({"id": ids.BED}),
        ["x"],
        [{"product": SAMPLE}],
        [{"query": {"id": ids.BED}}],
        [row({})],
        [row({"customId": "x"})],
        [row({"id": ids.BED}) | {"sync": True}],
        [row({"metadata": {"SKU": "x"}})],
        [{"query": {"id": ids.BED}, "product": {"type": "item"}}],
    ],
)
def test_other_lists_are_422(api: httpx.Client, body: object) -> None:
    refused(api.post(IMPORT, json=body), 422)


def test_a_query_that_finds_several_is_422(api: httpx.Client, sim: ThreekitSimulator) -> None:
    sim.assets[ids.SOFA]["name"] = "Nest Bed"
    refused(api.post(IMPORT, json=[row({"name": "Nest Bed"})]), 422)
    assert ids_of(api.post(IMPORT, json=[row({"id": ids.BED, "name": "Nest Bed"})])) == [ids.BED]
