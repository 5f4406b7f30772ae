"""All checks at once: a whole item has no finding, one fault is told once, and no record makes a check fail."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.catalog.catalog_builders import (
    EMPTY_TAG,
    FABRIC,
    ITEM,
    MISSING,
    MODEL,
    MOSS,
    OAK,
    PRODUCT,
    RETAIL,
    SHARED,
    SIZE,
    WOOD,
    WOODS,
    Around,
    around,
    everything,
    identities,
    item,
    known,
    with_attribute,
)

from herald.domain.canonical import canonical_json
from herald.domain.catalog import checks
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.surroundings import Use

NAMES = [
    "broken_reference", "broken_rule", "incomplete_attribute", "missing_metadata", "missing_price",
    "missing_translation", "no_picture", "platform_warning", "stale_configuration", "stale_price",
    "unavailable_option", "unreadable_record",
]  # fmt: skip


def test_every_module_is_a_check_and_they_are_in_order() -> None:
    assert list(checks.built_in()) == NAMES
    assert all(check.name == name and check.about.endswith(".") for name, check in checks.built_in().items())


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("", "has no CHECK"), ("from herald.domain.catalog.checks.no_picture import CHECK", "two checks are called")],
)
def test_a_module_without_a_check_of_its_own_is_refused(
    source: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"odd_{len(source)}"
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path)])
    with pytest.raises(ValueError, match=complaint):
        checks.built_in()


def test_a_whole_item_has_no_finding() -> None:
    assert everything(item()) == []


@pytest.mark.parametrize(
    ("wrong", "surroundings", "check", "cause"),
    [
        (with_attribute(FABRIC, defaultValue={"assetId": MISSING}), around(), "broken_reference", f"asset/{MISSING}"),
        (with_attribute(WOOD, values=["#gone"]), around(), "broken_reference", "tag/gone"),
        (with_attribute(WOOD, values=[{"tagId": "gone"}]), around(), "broken_reference", "tag/gone"),
        (with_attribute(WOOD, values=["#unused"]), around(), "incomplete_attribute", f"tag/{EMPTY_TAG}"),
        (with_attribute(WOOD, values="#woods"), around(), "unreadable_record", f"item/{ITEM}"),
        (with_attribute(SIZE, values="Small"), around(), "unreadable_record", f"item/{ITEM}"),
        (with_attribute(SIZE, blacklist=["Small"]), around(), "unavailable_option", f"item/{ITEM}"),
        (item(), around(without=[SHARED]), "incomplete_attribute", f"asset/{SHARED}"),
        (item(), around(without=[MODEL]), "broken_reference", f"asset/{MODEL}"),
        (item(), around(without=[MOSS]), "broken_reference", f"asset/{MOSS}"),
        (item(), around(known(MOSS, draft=True)), "unavailable_option", f"asset/{MOSS}"),
        (item(), around(known(OAK, draft=True, tags=frozenset({WOODS}))), "unavailable_option", f"asset/{OAK}"),
    ],
)
def test_one_fault_is_told_once(wrong: CatalogItem, surroundings: Around, check: str, cause: str) -> None:
    assert [(one.check, one.cause) for one in everything(wrong, surroundings)] == [(check, cause)]


def test_new_names_of_items_and_tags_change_no_cause() -> None:
    before_it = with_attribute(WOOD, values=["#unused", {"tagId": EMPTY_TAG}])
    after_it = with_attribute(WOOD, values=["#later", {"tagId": EMPTY_TAG}], name="Timber")
    for one in (before_it, after_it):
        for attribute in one.product["attributes"]:
            attribute["blacklist"] = ["Small", MOSS, MISSING]
    before = everything(item(before_it.product, metadata=[]))
    tags = {"timbers": WOODS, "later": EMPTY_TAG}
    after = everything(item(after_it.product, metadata=[], name="Couch"), around(tags=tags))
    assert len(before) == 5
    assert identities(after) == identities(before)


FIELDS = (
    "id", "name", "type", "values", "defaultValue", "blacklist", "assetId", "tagId", "assetType", "min", "max",
    "pricebook", "currencies", "EUR", "conditions", "actions", "attributeId", "attribute", "operator", "value",
    "enabled", "visible", "disabled", "SKU", "_thumbnail", "configuration",
)  # fmt: skip
WORDS = (
    "Asset", "String", "Number", "Global", "Pricing", "Color", "#woods", "woods", "*", "", " ", "==", "Small", MOSS,
    MISSING, RETAIL, WOODS, FABRIC, SIZE, "set-attribute-value-enabled", "SKU", "\ud800", "a\nb",
)  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.text(max_size=4),
    st.decimals(allow_nan=False),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)
    ),
    max_leaves=25,
)  # fmt: skip
attribute_types = st.sampled_from(("Asset", "String", "Number", "Global", "Pricing"))
attributes = st.fixed_dictionaries(
    {"type": attribute_types}, optional={name: anything for name in FIELDS if name != "type"}
)
rules = st.fixed_dictionaries({"conditions": st.just([]) | anything, "actions": anything})
products = st.fixed_dictionaries(
    {},
    optional={
        "name": anything,
        "asset": anything,
        "tags": anything,
        "metadata": anything,
        "attributes": st.lists(attributes, max_size=4) | anything,
        "rules": st.lists(rules, max_size=3) | anything,
    },
)


@given(products)
def test_no_record_makes_a_check_fail(product: dict[str, Any]) -> None:
    surroundings = around(used=[Use("Fabric", MOSS, 1, "c"), Use("", None, 1, "c")])
    for odd in (item({}, **product), CatalogItem(ITEM, product)):
        for finding in everything(odd, surroundings):
            assert finding.message == " ".join(finding.message.split())
            assert finding.cause.partition("/")[2]
            canonical_json(finding.evidence)


@given(st.sampled_from(("name", "type", "asset", "metadata", "attributes", "rules")), anything)
def test_no_part_makes_a_check_fail(part: str, value: Any) -> None:
    everything(item(PRODUCT, **{part: value}))


@given(st.integers(0, 7), st.sampled_from(FIELDS), anything)
def test_no_field_of_an_attribute_makes_a_check_fail(place: int, name: str, value: Any) -> None:
    odd = item()
    odd.product["attributes"][place][name] = value
    everything(odd)


def test_a_record_of_any_depth_is_read() -> None:
    deep: Any = {"assetId": MISSING}
    for _ in range(50_000):
        deep = [deep]
    found = everything(item(rules=[[{"conditions": [{"value": deep}]}]]))
    assert [one.cause for one in found] == [f"asset/{MISSING}"]
