"""Checks that an integrator wrote as a CEL condition over ``item``."""

from collections.abc import Mapping, Sequence
from typing import Any

from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, asset_id, values_of
from herald.domain.catalog.plan import OwnCheck
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.configuration import Notify, Rule


def as_rules(checks: Sequence[OwnCheck]) -> tuple[Rule, ...]:
    """Return the checks as the rule engine takes conditions."""
    return tuple(Rule(own.name, own.about, (), own.when, Notify("", "", (), own.severity)) for own in checks)


def own_finding(own: OwnCheck, item: CatalogItem) -> Finding:
    """Return what a check that matched found at an item."""
    return Finding(own.name, f"item/{item.id}", own.message)


def item_facts(item: CatalogItem, around: Surroundings) -> dict[str, Any]:
    """Return what conditions see of an item.

    ``id, name, description, tags, metadata, published, publishedAt, attributes, prices, rules, folder``. Every number
    is a double; what is missing is absent. ``prices`` is by the pricebook's name, then by currency. ``attributes`` are
    by name: ``{"type", "values", "default"}``, options as ids or ``#tag``.
    """
    published = item.asset.published_at if item.asset else None
    names = {book.id: book.name for book in around.pricebooks}
    prices: dict[str, Any] = {}
    for entry in item.pricing:
        currencies = entry.get("currencies")
        if isinstance(currencies, Mapping) and entry.get("pricebook") in names:
            prices[names[entry["pricebook"]]] = dict(currencies)
    product = item.product
    facts = {
        "id": item.id, "name": item.name, "description": product.get("description") or None,
        "folder": product.get("parentFolderId"), "tags": told_tags(product),
        "metadata": {name: value for name, value in item.metadata.items() if not isinstance(value, Mapping | list)},
        "published": published is not None, "publishedAt": published, "prices": prices, "rules": len(item.rules),
        "attributes": {
            str(attribute.get("name")): {
                "type": attribute.get("type"), "values": [_shown(value) for value in values_of(attribute)],
                "default": _shown(attribute.get("defaultValue")),
            }
            for attribute in item.attributes
        },
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value is not None}


def told_tags(product: Mapping[str, Any]) -> list[str]:
    """Return the tags' names that an exported record tells of."""
    tags = product.get("tags")
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return asset_id(value) or value.get("tagId") or ""
    return value
