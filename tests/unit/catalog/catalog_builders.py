"""A catalogue of one whole item and what is around it: a test takes away or changes what it is about."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.builders import NOW

from herald.domain.catalog.checks import built_in
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, KnownAsset
from herald.domain.catalog.surroundings import Pricebook, Use


def made_id(number: int) -> str:
    """Return an id of the form that Threekit's have."""
    return f"{number:08x}-0000-4000-8000-000000000000"


ITEM, MODEL, SHARED, STAGE, MISSING = (made_id(number) for number in range(1, 6))
OAK, WALNUT, MOSS, DRAFT, MATERIAL = (made_id(number) for number in range(16, 21))
WOODS, EMPTY_TAG, SALE = (made_id(number) for number in range(32, 35))
RETAIL, TRADE, OLD_BOOK = (made_id(number) for number in range(48, 51))
FABRIC, WOOD, SIZE, WIDTH, CARE, LIT, TINT, PRICING = (f"attribute-{number}" for number in range(8))

PRODUCT: Mapping[str, Any] = {
    "name": "Sofa",
    "type": "item",
    "asset": {"assetId": MODEL, "configuration": {}, "type": "model"},
    "metadata": [{"name": "SKU", "type": "String", "defaultValue": "SOF-1", "blacklist": [], "values": []}],
    "attributes": [
        {"id": FABRIC, "type": "Asset", "name": "Fabric", "assetType": "item", "blacklist": [],
         "values": [{"assetId": MOSS}], "defaultValue": {"assetId": MOSS}},
        {"id": WOOD, "type": "Asset", "name": "Wood", "assetType": "item", "blacklist": [],
         "values": ["#woods"], "defaultValue": {"assetId": OAK}},
        {"id": SIZE, "type": "String", "name": "Size", "blacklist": [], "values": ["Small", "Large"],
         "defaultValue": "Small"},
        {"id": WIDTH, "type": "Number", "name": "Width", "min": 10, "max": 20, "step": 1, "defaultValue": 10},
        {"id": CARE, "type": "Global", "name": "Care", "defaultValue": {"assetId": SHARED}},
        {"id": LIT, "type": "Boolean", "name": "Lit"},
        {"id": TINT, "type": "Color", "name": "Tint", "defaultValue": {"r": 1, "g": 0, "b": 0}},
        {"id": PRICING, "type": "Pricing", "name": "Pricing", "defaultValue": {}, "values": [
            {"pricebook": RETAIL, "currencies": {"EUR": 10, "USD": 0}},
            {"pricebook": TRADE, "currencies": {"EUR": 8.5}}]},
    ],
    "rules": [[
        {"name": "Moss is small",
         "conditions": [{"attributeId": FABRIC, "attribute": "Fabric", "operator": "==", "value": {"assetId": MOSS}}],
         "actions": [{"type": "set-attribute-value-enabled", "attributeId": SIZE, "attribute": "Size",
                      "values": ["Large"], "enabled": False}]},
    ]],
}  # fmt: skip


@dataclass
class Around:
    """Surroundings in memory. Every text is translated but those that are named."""

    assets: dict[str, KnownAsset] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=lambda: {"woods": WOODS, "unused": EMPTY_TAG, "sale": SALE})
    pricebooks: Sequence[Pricebook] = (
        Pricebook(RETAIL, "Retail", ("EUR", "USD")),
        Pricebook(TRADE, "Trade", ("EUR",)),
    )
    locales: Sequence[str] = ("de-DE", "fr-FR")
    untranslated: frozenset[tuple[str, str]] = frozenset()
    used: Sequence[Use] = ()
    prices: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    now: datetime = NOW

    def asset(self, asset_id: str) -> KnownAsset | None:
        return self.assets.get(asset_id)

    def tag(self, name: str) -> str | None:
        return self.tags.get(name.removeprefix("#"))

    def has_tag(self, tag_id: str) -> bool:
        return tag_id in self.tags.values()

    def bearers(self, tag_id: str) -> int:
        return len(self._bearing(tag_id))

    def drafts(self, tag_id: str) -> Sequence[str]:
        return sorted(one.id for one in self._bearing(tag_id) if one.published_at is None)[:50]

    def translated(self, locale: str, text: str) -> bool:
        return (locale, text) not in self.untranslated

    def uses(self, item_id: str) -> Sequence[Use]:
        return self.used if item_id == ITEM else ()

    def table_prices(self, key: str) -> Mapping[str, Decimal] | None:
        return self.prices.get(key)

    def _bearing(self, tag_id: str) -> list[KnownAsset]:
        return [one for one in self.assets.values() if one.type == "item" and tag_id in one.tags]


def known(asset_id: str, asset_type: str = "item", *, draft: bool = False, **facts: Any) -> KnownAsset:
    """Return an asset that exists."""
    return KnownAsset(asset_id, asset_type, None if draft else NOW, **facts)


def around(*more: KnownAsset, without: Sequence[str] = (), **facts: Any) -> Around:
    """Return the surroundings of the whole item, with further assets or others in their place, or without some."""
    woods = frozenset({WOODS})
    usual = (
        known(ITEM), known(MODEL, "model"), known(SHARED, "attribute"), known(STAGE, "stage"), known(MOSS),
        known(OAK, tags=woods), known(WALNUT, tags=woods), known(MATERIAL, "material", draft=True),
    )  # fmt: skip
    assets = {one.id: one for one in (*usual, *more) if one.id not in without}
    return Around(assets=assets, **facts)


def item(product: Mapping[str, Any] | None = None, *, row: KnownAsset | None = None, **changes: Any) -> CatalogItem:
    """Return the whole item, with some parts of its product replaced."""
    usual = KnownAsset(ITEM, "item", NOW, references=(("proxyId", MODEL), ("defaultStageId", STAGE)))
    return CatalogItem(ITEM, {**deepcopy(dict(PRODUCT if product is None else product)), **changes}, row or usual)


def with_attribute(attribute_id: str, *, gone: Sequence[str] = (), **changes: Any) -> CatalogItem:
    """Return the whole item with one of its attributes changed, or without some of that attribute's fields."""
    changed = item()
    for attribute in changed.product["attributes"]:
        if attribute["id"] == attribute_id:
            attribute.update(changes)
            for name in gone:
                del attribute[name]
    return changed


def with_row(**changes: Any) -> CatalogItem:
    """Return the whole item with its row of the asset list changed."""
    whole = item()
    assert whole.asset is not None
    return replace(whole, asset=replace(whole.asset, **changes))


def with_rule(**changes: Any) -> CatalogItem:
    """Return the whole item with its rule changed."""
    return edited(lambda product: product["rules"][0][0].update(changes))


def edited(edit: Callable[[Any], object]) -> CatalogItem:
    """Return the whole item after an edit of its product."""
    changed = item()
    edit(changed.product)
    return changed


def found(check: str, of: CatalogItem, surroundings: Around | None = None, **settings: Any) -> list[Finding]:
    """Return what a check finds."""
    asked = built_in()[check]
    return list(asked.run(of, surroundings or around(), {**asked.settings, **settings}))


def everything(of: CatalogItem, surroundings: Around | None = None) -> list[Finding]:
    """Return what all checks find with the settings they begin with."""
    return [finding for name in built_in() for finding in found(name, of, surroundings)]


def identities(findings: Sequence[Finding]) -> list[tuple[str, str, str, str]]:
    """Return what tells findings from each other."""
    return [(one.check, one.cause, one.detail, one.scope) for one in findings]
