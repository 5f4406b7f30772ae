"""Fingerprints of items: another one after whatever a check may notice, the same after whatever no check looks at."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.unit.catalog.catalog_builders import (
    ITEM,
    MATERIAL,
    MISSING,
    MODEL,
    MOSS,
    OAK,
    PRODUCT,
    SALE,
    SHARED,
    STAGE,
    TRADE,
    WALNUT,
    WOODS,
    Around,
    around,
    everything,
    identities,
    item,
    known,
)

from herald.domain.catalog.item import CatalogItem, KnownAsset
from herald.domain.catalog.prints import content_print, item_print
from herald.domain.catalog.surroundings import Pricebook, Use

TEXT = json.dumps(PRODUCT)
PRICE = {"SOF-1": {"EUR": Decimal("10.00")}}


def printed(
    surroundings: Around | None = None,
    *,
    text: str = TEXT,
    of: CatalogItem | None = None,
    basis: str = "basis",
    key: str = "SKU",
) -> str:
    return item_print(text, of or item(), surroundings or around(prices=PRICE), basis, key)


def with_prices(*more: KnownAsset, **facts: Any) -> Around:
    return around(*more, **{"prices": PRICE, **facts})


WOODEN = frozenset({WOODS})
NOTICED: dict[str, Callable[[], str]] = {
    "the record": lambda: printed(text=TEXT + " "),
    "the basis": lambda: printed(basis="other"),
    "an option is gone": lambda: printed(with_prices(without=[MOSS])),
    "an option is a draft": lambda: printed(with_prices(known(MOSS, draft=True))),
    "an option is of another type": lambda: printed(with_prices(known(MOSS, "material"))),
    "an option bears another tag": lambda: printed(with_prices(known(OAK, tags=frozenset({WOODS, SALE})))),
    "an option has warnings": lambda: printed(with_prices(known(MOSS, warnings=True))),
    "an option shows another asset": lambda: printed(with_prices(known(MOSS, references=(("proxyId", MISSING),)))),
    "a shared attribute is gone": lambda: printed(with_prices(without=[SHARED])),
    "the model is gone": lambda: printed(with_prices(without=[MODEL])),
    "the stage is gone": lambda: printed(with_prices(without=[STAGE])),
    "the item is a draft": lambda: printed(of=item(row=known(ITEM, draft=True))),
    "the item was published anew": lambda: printed(of=item(row=KnownAsset(ITEM, "item", NOW + timedelta(seconds=1)))),
    "the item has warnings": lambda: printed(of=item(row=known(ITEM, warnings=True))),
    "the item is not in the list": lambda: printed(of=CatalogItem(ITEM, deepcopy(dict(PRODUCT)))),
    "the item names another stage": lambda: printed(of=item(row=known(ITEM, references=(("proxyId", MODEL),)))),
    "a tag is gone": lambda: printed(with_prices(tags={"sale": SALE})),
    "a tag is another one": lambda: printed(with_prices(tags={"woods": SALE})),
    "nobody bears a tag": lambda: printed(with_prices(known(OAK), known(WALNUT))),
    "a bearer is a draft": lambda: printed(with_prices(known(WALNUT, tags=WOODEN, draft=True))),
    "a name has no translation": lambda: printed(with_prices(untranslated=frozenset({("de-DE", "Sofa")}))),
    "an option's name has none": lambda: printed(with_prices(untranslated=frozenset({("fr-FR", "Large")}))),
    "a price in a datatable": lambda: printed(with_prices(prices={"SOF-1": {"EUR": Decimal("10.01")}})),
    "no price in a datatable": lambda: printed(with_prices(prices={})),
    "no datatable is asked": lambda: printed(key=""),
    "a configuration": lambda: printed(with_prices(used=[Use("Fabric", MOSS, 1, "c1")])),
}


def test_each_dependency_of_a_check_changes_the_print_and_each_in_its_way() -> None:
    prints = {name: change() for name, change in NOTICED.items()}
    assert printed() not in prints.values()
    assert len(set(prints.values())) == len(prints)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Use("Fabric", MOSS, 1, "c1"), Use("Fabric", MOSS, 2, "c1")),
        (Use("Fabric", MOSS, 1, "c1"), Use("Fabric", MOSS, 1, "c2")),
        (Use("Fabric", MOSS, 1, "c1"), Use("Fabric", None, 1, "c1")),
        (Use("Fabric", MOSS, 1, "c1"), Use("Wood", MOSS, 1, "c1")),
        (Use("Fabric", None, 1, "c1"), Use("half \ud83d", None, 1, "c1")),
    ],
)
def test_every_word_about_a_use_counts(one: Use, other: Use) -> None:
    assert printed(with_prices(used=[one])) != printed(with_prices(used=[other]))


UNNOTICED: dict[str, Callable[[], str]] = {
    "again": printed,
    "the time": lambda: printed(with_prices(now=NOW + timedelta(days=9))),
    "another asset": lambda: printed(with_prices(known(MISSING), without=[MATERIAL])),
    "another item that bears the tag": lambda: printed(with_prices(known(MISSING, tags=WOODEN))),
    "a draft without the tag": lambda: printed(with_prices(known(MISSING, draft=True, tags=frozenset({SALE})))),
    "another tag": lambda: printed(with_prices(tags={"woods": WOODS, "new": MISSING})),
    "another text without translation": lambda: printed(with_prices(untranslated=frozenset({("de-DE", "Bench")}))),
    "when an option was changed": lambda: printed(with_prices(known(MOSS, updated_at=NOW))),
    "when the item was changed": lambda: printed(of=replace(item(), asset=replace(row(), updated_at=NOW))),
    "another price in a datatable": lambda: printed(with_prices(prices={**PRICE, "OTHER": {"EUR": Decimal(1)}})),
    "pricebooks, which the basis has": lambda: printed(with_prices(pricebooks=(Pricebook(TRADE, "Trade", ()),))),
}


def row() -> KnownAsset:
    asset = item().asset
    assert asset is not None
    return asset


@pytest.mark.parametrize("change", UNNOTICED)
def test_what_no_check_asks_for_changes_nothing(change: str) -> None:
    assert UNNOTICED[change]() == printed()


def test_what_is_noticed_by_a_check_is_noticed_by_the_print() -> None:
    """The other way round: wherever some check's findings differ, the print does."""
    for name, surroundings in {
        "gone": around(without=[MOSS]), "draft": around(known(MOSS, draft=True)), "model": around(without=[MODEL]),
        "tag": around(tags={}), "bare": around(known(OAK), known(WALNUT)), "shared": around(without=[SHARED]),
        "text": around(untranslated=frozenset({("de-DE", "Sofa")})), "stage": around(without=[STAGE]),
        "price": around(prices={"SOF-1": {"EUR": Decimal(1)}}), "uses": around(used=[Use("Gone", MOSS, 1, "c")]),
    }.items():  # fmt: skip
        if identities(everything(item(), surroundings)) != identities(everything(item(), around())):
            assert printed(surroundings) != printed(around()), name


def test_the_print_is_short() -> None:
    assert len(printed()) == 24
    assert set(printed()) <= set("0123456789abcdef")


def test_a_record_that_no_encoding_holds_has_a_print() -> None:
    odd = CatalogItem(
        "half \ud83d", {"name": "half \ud83d", "attributes": [{"type": "Asset", "values": ["#half \ud83d"]}]}
    )
    assert len(item_print('{"name": "half \ud83d"}', odd, Around(), "basis", "half \ud83d")) == 24


# ---------------------------------------------------------------- what customers see


def turned_round(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: turned_round(value[key]) for key in reversed(list(value))}
    return [turned_round(one) for one in value] if isinstance(value, list) else value


def with_rows(*names: str) -> dict[str, Any]:
    changed = deepcopy(dict(PRODUCT))
    changed["metadata"] += [{"name": name, "type": "String", "defaultValue": "{}"} for name in names]
    return changed


def test_what_herald_notes_and_the_order_of_fields_are_nothing_that_customers_see() -> None:
    seen = content_print(PRODUCT)
    assert content_print(turned_round(deepcopy(dict(PRODUCT)))) == seen
    assert content_print(with_rows("herald_launch", "herald_localization")) == seen


@pytest.mark.parametrize(
    "changed",
    [
        with_rows("launch"), with_rows("Herald_launch"), with_rows("xherald_"), {**PRODUCT, "name": "Couch"},
        {**PRODUCT, "metadata": []},
        {**PRODUCT, "attributes": list(reversed(PRODUCT["attributes"]))}, {**PRODUCT, "description": ""},
        {},
    ],
)  # fmt: skip
def test_whatever_else_changes_is_seen(changed: dict[str, Any]) -> None:
    assert content_print(changed) != content_print(PRODUCT)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=None), max_size=4)
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["name", "metadata", "attributes", "x"]), anything))
def test_any_product_has_a_print_whatever_the_order_of_its_fields(product: dict[str, Any]) -> None:
    assert content_print(product) == content_print(turned_round(product))
