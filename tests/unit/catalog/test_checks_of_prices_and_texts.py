"""Prices, metadata, translations, pictures: each way to be wrong gives exactly its finding."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.catalog.catalog_builders import (
    ITEM,
    OLD_BOOK,
    PRICING,
    RETAIL,
    SALE,
    TRADE,
    Around,
    around,
    edited,
    found,
    identities,
    item,
    with_attribute,
    with_row,
)

from herald.domain.canonical import short_id
from herald.domain.catalog.item import CatalogItem

MINE = f"item/{ITEM}"
EUR, USD, TRADE_EUR = f"{RETAIL}/EUR", f"{RETAIL}/USD", f"{TRADE}/EUR"


def priced(retail: Any) -> CatalogItem:
    trade = {"pricebook": TRADE, "currencies": {"EUR": 8}}
    return with_attribute(PRICING, values=[{"pricebook": RETAIL, "currencies": retail}, trade])


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        (edited(lambda product: product["attributes"].pop()), [EUR, USD, TRADE_EUR]),
        (with_attribute(PRICING, values=[]), [EUR, USD, TRADE_EUR]),
        (with_attribute(PRICING, values=[{"pricebook": RETAIL, "currencies": {"EUR": 1, "USD": 1}}]), [TRADE_EUR]),
        (priced({"EUR": 1}), [USD]),
        (priced({"EUR": 1, "USD": None}), [USD]),
        (priced({"EUR": 1, "USD": True}), [USD]),
        (priced({"EUR": 1, "USD": "7"}), [USD]),
        (priced({"EUR": 1, "USD": float("nan")}), [USD]),
        (priced({"EUR": 1, "USD": -0.01}), [USD]),
        (priced({"EUR": Decimal("1.5"), "USD": 0}), []),
        (priced(["EUR"]), [EUR, USD]),
    ],
)
def test_a_price_is_asked_for_in_every_currency_of_every_pricebook(wrong: CatalogItem, places: list[str]) -> None:
    assert identities(found("missing_price", wrong)) == [("missing_price", MINE, place, place) for place in places]


def test_zero_is_a_fault_where_the_settings_say_so() -> None:
    assert [one.detail for one in found("missing_price", item(), zero="fault")] == [USD]


def test_who_bears_a_tag_of_the_settings_needs_no_price() -> None:
    bearer = with_row(tags=frozenset({SALE}))
    bearer.product["attributes"].pop()
    assert found("missing_price", bearer, skip_tags=["nothing", "sale"]) == []
    assert len(found("missing_price", bearer, skip_tags=["woods"])) == 3


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("12.50", False), (3, False), (" 7 ", False), ("", True), ("on request", True), (None, True), (True, True),
        ("NaN", True), ("-1", True),
    ],
)  # fmt: skip
def test_prices_in_metadata(value: object, wrong: bool) -> None:
    findings = found("missing_price", item(metadata={"cost": value}), source="metadata", metadata_key="cost")
    assert identities(findings) == [("missing_price", MINE, "cost", "")] * wrong


@pytest.mark.parametrize(
    ("prices", "places"),
    [
        ({"SOF-1": {"EUR": Decimal(1), "USD": Decimal(2)}}, []),
        ({"SOF-1": {"EUR": Decimal(1)}}, [USD]),
        ({"SOF-2": {"EUR": Decimal(1), "USD": Decimal(2)}}, [EUR, USD, TRADE_EUR]),
    ],
)
def test_prices_in_a_datatable(prices: dict[str, dict[str, Decimal]], places: list[str]) -> None:
    findings = found("missing_price", item(), around(prices=prices), source="datatable")
    assert identities(findings) == [("missing_price", MINE, place, place) for place in places]


def test_without_a_sku_a_datatable_has_no_price() -> None:
    assert len(found("missing_price", item(metadata=[]), source="datatable")) == 3


def test_a_price_in_a_pricebook_that_is_gone_is_told_of_once() -> None:
    old = {"pricebook": OLD_BOOK, "currencies": {"EUR": 1}}
    stale = edited(lambda product: product["attributes"][-1]["values"].extend([old, old]))
    assert identities(found("stale_price", stale)) == [("stale_price", f"pricebook/{OLD_BOOK}", OLD_BOOK, "")]
    assert found("missing_price", stale) == []


@pytest.mark.parametrize("metadata", [[], {}, None, [{"name": "SKU", "defaultValue": " "}], {"SKU": None}])
def test_metadata_that_is_asked_for(metadata: object) -> None:
    blank = item(metadata=metadata)
    assert identities(found("missing_metadata", blank)) == [("missing_metadata", MINE, "SKU", "")]
    assert [one.detail for one in found("missing_metadata", blank, keys=["brand", "EAN"])] == ["brand", "EAN"]


def test_a_number_is_metadata() -> None:
    assert found("missing_metadata", item(metadata={"SKU": 0})) == []


@pytest.mark.parametrize(
    ("asset", "thumbnail", "wrong"),
    [(None, "", True), ({"assetId": ""}, " ", True), (None, "https://pictures.example/1.png", False)],
)
def test_a_picture_is_an_asset_or_a_thumbnail(asset: object, thumbnail: str, wrong: bool) -> None:
    shown = with_row(references=())
    bare = CatalogItem(ITEM, {**shown.product, "asset": asset, "metadata": {"_thumbnail": thumbnail}}, shown.asset)
    assert identities(found("no_picture", bare)) == [("no_picture", MINE, "", "")] * wrong


def test_the_visual_of_the_list_is_a_picture() -> None:
    assert found("no_picture", item(asset=None)) == []


def untranslated(*pairs: tuple[str, str]) -> Around:
    return around(untranslated=frozenset(pairs))


def test_a_name_is_the_items_own_and_other_texts_are_shared() -> None:
    name, text = short_id("txt", "Sofa"), short_id("txt", "Large")
    assert identities(found("missing_translation", item(), untranslated(("de-DE", "Sofa"), ("fr-FR", "Large")))) == [
        ("missing_translation", f"{MINE}/de-DE", name, "de-DE"),
        ("missing_translation", f"text/fr-FR/{text}", text, "fr-FR"),
    ]


def test_a_text_that_occurs_twice_is_told_of_once() -> None:
    twice = with_attribute("attribute-5", name="Large")
    assert len(found("missing_translation", twice, untranslated(("de-DE", "Large")))) == 1


def test_settings_name_the_languages() -> None:
    surroundings = untranslated(("de-DE", "Sofa"), ("fr-FR", "Sofa"))
    assert [one.scope for one in found("missing_translation", item(), surroundings, locales=["fr-FR"])] == ["fr-FR"]


def test_numbers_need_no_translation_unless_the_settings_say_so() -> None:
    surroundings = untranslated(("de-DE", "120 / 80"))
    numbers = with_attribute("attribute-2", values=["120 / 80"])
    assert found("missing_translation", numbers, surroundings) == []
    assert len(found("missing_translation", numbers, surroundings, skip_numbers=False)) == 1


def test_an_item_without_a_name_has_none_to_translate() -> None:
    assert found("missing_translation", item(name=" "), untranslated(("de-DE", ITEM))) == []


def test_threekits_own_warning_is_passed_on() -> None:
    assert identities(found("platform_warning", with_row(warnings=True))) == [("platform_warning", MINE, "", "")]
