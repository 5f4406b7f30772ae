"""Fingerprints of an item: of all that checks depend on, and of what customers see."""

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from herald.domain.catalog.item import CatalogItem, KnownAsset, tag_id, values_of
from herald.domain.catalog.surroundings import Surroundings

_IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIZE = 12
OWN_ROWS = "herald_"
"""What Herald itself notes in an item's metadata is nothing that customers see."""


def item_print(text: str, item: CatalogItem, around: Surroundings, basis: str, price_key: str = "") -> str:
    """Return the fingerprint of an item with all around it that a check may ask for.

    ``text`` is its record as it came. ``basis`` stands for what is the same for all items: checks, their settings,
    pricebooks, languages. ``price_key`` is the metadata by which a datatable is asked for prices; empty: none is. An
    item whose fingerprint is the same has the same findings.
    """
    digest = blake2b(basis.encode(), digest_size=SIZE)
    digest.update(text.encode("utf-8", "surrogatepass"))
    named = set(_IDS.findall(text))
    if item.asset is not None:
        digest.update(_told(item.asset))
        named.update(identity for _, identity in item.asset.references)
    for identity in sorted(named):
        digest.update(_told(around.asset(identity)))
    for tag, known in sorted(_tags(item, around).items()):
        told = f"{known}{around.bearers(known) > 0}{around.drafts(known)}" if known else "?"
        digest.update(f"{tag}{told}".encode("utf-8", "replace"))
    for locale in around.locales:
        digest.update(bytes(around.translated(locale, shown) for shown in item.texts))
    if price_key:
        digest.update(repr(around.table_prices(str(item.metadata.get(price_key, "")))).encode())
    for use in around.uses(item.id):
        digest.update(f"{use.attribute}\0{use.value}\0{use.configurations}\0{use.sample}".encode("utf-8", "replace"))
    return digest.hexdigest()


def content_print(product: Mapping[str, Any]) -> str:
    """Return the fingerprint of what customers see of an item, whatever the order of its fields."""
    rows = product.get("metadata")
    if isinstance(rows, list):
        rows = [row for row in rows if not (isinstance(row, Mapping) and _own(row.get("name")))]
    seen = {**product, "metadata": rows}
    spelt = json.dumps(seen, sort_keys=True, default=str, separators=(",", ":"))
    return blake2b(spelt.encode(), digest_size=SIZE).hexdigest()


def _own(name: object) -> bool:
    return isinstance(name, str) and name.startswith(OWN_ROWS)


def _told(asset: KnownAsset | None) -> bytes:
    if asset is None:
        return b"-"
    tags = ",".join(sorted(asset.tags))
    return f"{asset.type}|{asset.published_at}|{asset.warnings}|{tags}|{asset.references}".encode()


def _tags(item: CatalogItem, around: Surroundings) -> dict[str, str | None]:
    """Return the tags an item's attributes name, each with its id; ``None`` for one that there is not."""
    found: dict[str, str | None] = {}
    for attribute in item.attributes:
        if attribute.get("type") == "String":
            continue
        for value in values_of(attribute):
            if isinstance(value, str):
                found[value] = around.tag(value)
            elif (tag := tag_id(value)) is not None:
                found[tag] = tag if around.has_tag(tag) else None
    return found
