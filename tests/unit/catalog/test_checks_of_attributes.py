"""Attributes, options, rules, configurations: each way to be wrong gives exactly its finding."""

from typing import Any

import pytest
from tests.unit.catalog.catalog_builders import (
    CARE,
    DRAFT,
    EMPTY_TAG,
    FABRIC,
    ITEM,
    LIT,
    MATERIAL,
    MISSING,
    MOSS,
    OAK,
    SHARED,
    SIZE,
    TINT,
    WALNUT,
    WIDTH,
    WOOD,
    WOODS,
    around,
    edited,
    found,
    identities,
    item,
    known,
    with_attribute,
    with_row,
    with_rule,
)

from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.surroundings import Use

MINE = f"item/{ITEM}"


@pytest.mark.parametrize(
    ("attribute", "changes"),
    [
        (SIZE, {"values": []}),
        (SIZE, {"values": [], "defaultValue": ""}),
        (SIZE, {"values": None}),
        (SIZE, {"defaultValue": ""}),
        (SIZE, {"defaultValue": None}),
        (SIZE, {"defaultValue": "Huge"}),
        (FABRIC, {"values": []}),
        (FABRIC, {"values": [], "defaultValue": {"assetId": ""}}),
        (FABRIC, {"defaultValue": {"assetId": ""}}),
        (FABRIC, {"defaultValue": None}),
        (FABRIC, {"defaultValue": {}}),
        (FABRIC, {"defaultValue": {"assetId": OAK}}),
        (WOOD, {"defaultValue": {"assetId": MOSS}}),
        (WIDTH, {"min": 30}),
        (WIDTH, {"defaultValue": 9}),
        (WIDTH, {"defaultValue": 20.5}),
        (WIDTH, {"defaultValue": "10"}),
        (WIDTH, {"defaultValue": None}),
        (CARE, {"defaultValue": {"assetId": ""}}),
        (CARE, {"defaultValue": None}),
    ],
)
def test_an_attribute_that_is_incomplete_is_told_of_once(attribute: str, changes: dict[str, Any]) -> None:
    findings = found("incomplete_attribute", with_attribute(attribute, **changes))
    assert identities(findings) == [("incomplete_attribute", MINE, attribute, "")]


@pytest.mark.parametrize(
    ("attribute", "changes"),
    [
        (SIZE, {"blacklist": ["Small"]}),
        (SIZE, {"values": "Small"}),
        (WOOD, {"values": [{"tagId": WOODS}, {"assetId": MOSS}], "defaultValue": {"assetId": WALNUT}}),
        (WOOD, {"values": ["woods", "#unused"]}),
        (WOOD, {"values": ["#nobody-knows"]}),
        (WOOD, {"values": ["#unused"], "assetType": "material", "defaultValue": {"assetId": MISSING}}),
        (FABRIC, {"defaultValue": {"assetId": MISSING}}),
        (WIDTH, {"min": None, "max": "wide"}),
        (LIT, {"defaultValue": None}),
        (TINT, {"defaultValue": None}),
    ],
)
def test_what_is_whole_or_told_of_elsewhere_is_not_incomplete(attribute: str, changes: dict[str, Any]) -> None:
    assert found("incomplete_attribute", with_attribute(attribute, **changes)) == []


def test_tags_that_no_item_bears_are_at_fault_themselves() -> None:
    findings = found("incomplete_attribute", with_attribute(WOOD, values=["#unused", {"tagId": EMPTY_TAG}]))
    assert identities(findings) == [("incomplete_attribute", f"tag/{EMPTY_TAG}", WOOD, "")]


def test_a_shared_attribute_that_is_gone_is_at_fault_itself() -> None:
    findings = found("incomplete_attribute", item(), around(without=[SHARED]))
    assert identities(findings) == [("incomplete_attribute", f"asset/{SHARED}", CARE, "")]
    assert findings[0].doubt == (SHARED,)


def test_an_attribute_is_told_by_its_name_or_place_where_it_has_no_id() -> None:
    nameless = item(attributes=[{"type": "String", "name": "Size"}, {"type": "String", "id": 5}])
    assert [one.detail for one in found("incomplete_attribute", nameless)] == ["Size", "1"]


@pytest.mark.parametrize(
    ("attribute", "changes", "cause"),
    [
        (FABRIC, {"values": [{"assetId": MOSS}, {"assetId": DRAFT}]}, f"asset/{DRAFT}"),
        (FABRIC, {"defaultValue": {"assetId": DRAFT}}, f"asset/{DRAFT}"),
        (FABRIC, {"values": [{"assetId": DRAFT}], "defaultValue": {"assetId": DRAFT}}, f"asset/{DRAFT}"),
        (WOOD, {"values": ["#sale"]}, f"asset/{DRAFT}"),
        (WOOD, {"values": ["#sale", {"assetId": DRAFT}]}, f"asset/{DRAFT}"),
        (FABRIC, {"blacklist": [MOSS]}, MINE),
        (FABRIC, {"blacklist": [{"assetId": MOSS}]}, MINE),
        (SIZE, {"blacklist": ["Small"]}, MINE),
        (SIZE, {"blacklist": ["Small", "Large"]}, MINE),
    ],
)
def test_an_option_that_cannot_be_chosen(attribute: str, changes: dict[str, Any], cause: str) -> None:
    surroundings = around(known(DRAFT, draft=True, tags=frozenset({made_sale()})))
    findings = found("unavailable_option", with_attribute(attribute, **changes), surroundings)
    assert identities(findings) == [("unavailable_option", cause, attribute, "")]


def made_sale() -> str:
    sale = around().tag("sale")
    assert sale is not None
    return sale


@pytest.mark.parametrize(
    "changes",
    [
        {"values": [{"assetId": MOSS}, {"assetId": DRAFT}], "blacklist": [DRAFT]},
        {"values": [{"assetId": MOSS}, {"assetId": MATERIAL}]},
        {"values": [{"assetId": MOSS}, "#sale"], "blacklist": [{"assetId": DRAFT}]},
        {"values": [{"assetId": MOSS}, "#sale"], "assetType": "material"},
    ],
)
def test_barred_drafts_and_what_is_never_published_are_no_matter(changes: dict[str, Any]) -> None:
    surroundings = around(known(DRAFT, draft=True, tags=frozenset({made_sale()})))
    assert found("unavailable_option", with_attribute(FABRIC, **changes), surroundings) == []


def test_settings_leave_out_drafts_by_tag() -> None:
    surroundings = around(known(OAK, draft=True, tags=frozenset({WOODS})), known(WALNUT, draft=True))
    by_tag = with_attribute(WOOD, defaultValue={"assetId": ""})
    assert len(found("unavailable_option", by_tag, surroundings)) == 1
    assert found("unavailable_option", by_tag, surroundings, drafts_by_tag=False) == []


def test_a_draft_may_offer_drafts() -> None:
    draft = with_row(published_at=None)
    assert found("unavailable_option", draft, around(known(MOSS, draft=True))) == []


ALWAYS = {"type": "set-attribute-value-enabled", "attributeId": SIZE, "values": ["Large"], "enabled": False}
HIDING = {"type": "set-attribute-value-visibility", "attributeId": SIZE, "values": ["*"], "visible": False}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"conditions": []}, True),
        ({"conditions": [], "actions": [HIDING]}, True),
        ({"conditions": [], "disabled": True}, False),
        ({"conditions": None}, False),
        ({"conditions": [], "actions": [{**ALWAYS, "enabled": True}]}, False),
        ({"conditions": [], "actions": [{**HIDING, "type": "set-attribute-visible"}]}, False),
        ({}, False),
    ],
)  # fmt: skip
def test_a_rule_that_always_takes_options_away(changes: dict[str, Any], wrong: bool) -> None:
    findings = found("unavailable_option", with_rule(**changes))
    assert identities(findings) == [("unavailable_option", MINE, "rule/0", "")] * wrong


def condition(attribute: str, value: object, operator: str = "==") -> dict[str, Any]:
    return {"conditions": [{"attributeId": attribute, "attribute": "x", "operator": operator, "value": value}]}


def act(attribute: str, *values: object) -> dict[str, Any]:
    return {"actions": [{"type": "set-attribute-value-enabled", "attributeId": attribute, "values": list(values)}]}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (condition("attribute-99", "x"), True),
        (act("attribute-99"), True),
        ({**condition("attribute-99", "x"), **act("attribute-98")}, True),
        (condition(SIZE, "Huge"), True),
        (condition(SIZE, "Huge", "excludes"), True),
        (condition(SIZE, "Huge", "changed"), False),
        (condition(SIZE, 7), False),
        (act(SIZE, "Large", "Huge"), True),
        (act(SIZE, "*"), False),
        (condition(FABRIC, {"assetId": OAK}), True),
        (condition(FABRIC, {"assetId": MISSING}), False),
        (condition(WOOD, {"assetId": OAK}), False),
        (act(FABRIC, OAK), True),
        (act(FABRIC, {"assetId": OAK}), True),
        (act(WOOD, OAK, {"tagId": WOODS}, "*"), False),
        (act("attribute-7"), False),
        ({**condition("attribute-99", "x"), "disabled": True}, False),
        (condition("", "x"), False),
    ],
)
def test_a_rule_speaks_of_what_the_item_has(changes: dict[str, Any], wrong: bool) -> None:
    findings = found("broken_rule", with_rule(**changes))
    assert identities(findings) == [("broken_rule", MINE, "rule/0", "")] * wrong


@pytest.mark.parametrize(("name", "wrong"), [("Size", False), ("Sizes", True)])
def test_rules_go_by_name_where_attributes_have_no_ids(name: str, wrong: bool) -> None:
    rule = {"conditions": [{"attributeId": "unknown", "attribute": name, "operator": "==", "value": "Small"}]}
    nameless = item(attributes=[{"type": "String", "name": "Size", "values": ["Small"]}], rules=[[], [rule]])
    assert len(found("broken_rule", nameless)) == wrong


def use(attribute: str, value: str | None = None, count: int = 1, sample: str = "c") -> Use:
    return Use(attribute, value, count, sample)


@pytest.mark.parametrize(
    ("used", "details"),
    [
        ([use("Fabric", MOSS), use("Wood", WALNUT), use("Size"), use("Pricing")], []),
        ([use("Colour"), use("Colour", MOSS)], ["Colour"]),
        ([use("Fabric", OAK), use("Wood", MOSS)], [f"Fabric={OAK}", f"Wood={MOSS}"]),
        ([use("Fabric", MISSING)], [f"Fabric={MISSING}"]),
        ([use("Size", MISSING)], []),
    ],
)
def test_saved_configurations_choose_what_the_item_has(used: list[Use], details: list[str]) -> None:
    findings = found("stale_configuration", item(), around(used=used))
    assert identities(findings) == [("stale_configuration", MINE, detail, "") for detail in details]


def test_configurations_are_counted() -> None:
    (finding,) = found("stale_configuration", item(), around(used=[use("Colour", None, 3, "a"), use("Colour", OAK, 4)]))
    assert finding.evidence == {"attribute": "Colour", "configurations": 7, "sample": "a"}


@pytest.mark.parametrize(
    "odd",
    [
        item(attributes="none"),
        item(attributes=[None]),
        item(rules={}),
        item(rules=[["rule"]]),
        item(rules=["rule", 1]),
        item(metadata="SKU"),
        item(metadata=[["SKU"]]),
        with_attribute(SIZE, type="Text"),
        with_attribute(SIZE, type=["String"]),
        with_attribute(SIZE, gone=["type"]),
        with_attribute(SIZE, values={"0": "Small"}),
        with_attribute(FABRIC, values="#woods"),
    ],
)
def test_what_has_an_odd_shape_is_told_of_in_one_finding(odd: CatalogItem) -> None:
    assert identities(found("unreadable_record", odd)) == [("unreadable_record", MINE, "", "")]


def test_several_odd_shapes_are_one_finding() -> None:
    (finding,) = found("unreadable_record", item(attributes=[None, {"type": "X", "name": "A\nB"}], rules=1))
    assert finding.evidence["problems"] == [
        "its attributes hold something that is no record",
        "its rules are no list",
        "Attribute 'A B' has no type that is known",
    ]


def test_parts_that_are_not_there_are_readable() -> None:
    assert found("unreadable_record", item({"name": "Sofa"})) == []
    assert found("unreadable_record", edited(lambda product: product.update(metadata={"SKU": 1}))) == []
