"""References to assets and tags: each that leads nowhere is told of once an item, wherever it is met."""

from typing import Any

import pytest
from tests.unit.catalog.catalog_builders import (
    FABRIC,
    MISSING,
    MODEL,
    MOSS,
    OAK,
    SHARED,
    SIZE,
    WOOD,
    around,
    found,
    identities,
    item,
    made_id,
    with_attribute,
    with_row,
    with_rule,
)

from herald.domain.catalog.datatable_references import broken_table_references
from herald.domain.catalog.item import CatalogItem

GONE = {"assetId": MISSING}


def act(attribute: str, *values: object) -> dict[str, Any]:
    return {"actions": [{"type": "set-attribute-value-enabled", "attributeId": attribute, "values": list(values)}]}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (item(asset=GONE), "asset"),
        (item(asset={"assetId": MODEL, "configuration": {"Leg": GONE}}), "asset"),
        (with_attribute(FABRIC, values=[{"assetId": MOSS}, GONE]), FABRIC),
        (with_attribute(FABRIC, defaultValue=GONE), FABRIC),
        (with_attribute(FABRIC, blacklist=[GONE]), FABRIC),
        (with_attribute(FABRIC, blacklist=[MISSING]), FABRIC),
        (with_attribute(SIZE, values=[GONE]), SIZE),
        (with_rule(conditions=[{"value": [{"deep": {"er": GONE}}]}]), "rule/0"),
        (with_rule(**act(FABRIC, MISSING, "*")), "rule/0"),
        (with_rule(**act(SIZE, GONE)), "rule/0"),
        (with_rule(**act(SIZE, GONE), disabled=True), "rule/0"),
        (with_row(references=(("proxyId", MODEL), ("defaultCompositeId", MISSING))), "defaultCompositeId"),
    ],
)
def test_an_asset_that_does_not_exist_is_at_fault_itself(wrong: CatalogItem, place: str) -> None:
    findings = found("broken_reference", wrong)
    assert identities(findings) == [("broken_reference", f"asset/{MISSING}", place, "")]
    assert findings[0].doubt == (MISSING,)


@pytest.mark.parametrize(
    "whole",
    [
        with_rule(**act(SIZE, MISSING)),
        with_rule(**act("attribute-99", MISSING)),
        with_rule(**act(FABRIC, "*", "Moss")),
        with_attribute(SIZE, blacklist=[MISSING]),
        with_attribute(FABRIC, defaultValue={"assetId": ""}, values=["", "#", {"assetId": None}, 5]),
        item(asset=None),
    ],
)
def test_what_names_nothing_is_no_broken_reference(whole: CatalogItem) -> None:
    assert found("broken_reference", whole) == []


@pytest.mark.parametrize(
    ("value", "tag"),
    [("#gone", "gone"), ("gone", "gone"), ({"tagId": made_id(99)}, made_id(99))],
)
def test_a_tag_that_does_not_exist_is_at_fault_itself(value: object, tag: str) -> None:
    findings = found("broken_reference", with_attribute(WOOD, values=["#woods", value]))
    assert identities(findings) == [("broken_reference", f"tag/{tag}", WOOD, "")]
    assert findings[0].doubt == ()


def test_an_asset_that_is_missed_in_several_places_is_told_of_once() -> None:
    wrong = item(asset={"assetId": OAK}, row=with_row(references=(("proxyId", OAK),)).asset)
    (finding,) = found("broken_reference", wrong, around(without=[OAK]))
    assert (finding.cause, finding.detail) == (f"asset/{OAK}", "asset")
    assert finding.evidence == {"asset": OAK, "places": ["asset", WOOD, "proxyId"]}


def test_a_shared_attribute_that_is_gone_is_told_of_elsewhere() -> None:
    assert found("broken_reference", item(), around(without=[SHARED])) == []


def test_datatables_are_told_of_once_an_asset() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "r1", "value": {"Picture": MOSS, "Model": MISSING, "Note": "not-an-asset"}},
        {"id": "r2", "value": {"Picture": GONE, "Model": ""}},
        {"id": "r3", "value": {"Picture": {"assetId": made_id(77)}, "Model": None}},
        {"id": "r4", "value": [MISSING]},
        {},
    ]
    findings = list(broken_table_references("t1", rows, ["Picture", "Model"], around()))
    assert identities(findings) == [
        ("broken_reference", f"asset/{MISSING}", "datatable/t1/Model", ""),
        ("broken_reference", f"asset/{made_id(77)}", "datatable/t1/Picture", ""),
    ]
    assert [one.doubt for one in findings] == [(MISSING,), (made_id(77),)]
