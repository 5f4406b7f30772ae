"""Fingerprints of an item: of all that checks depend on, and of what customers see."""

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from herald.domain.catalog.item import CatalogItem, KnownAsset, is_uuid
from herald.domain.catalog.surroundings import Surroundings

SIZE = 12
LISTS = frozenset({"values", "blacklist"})
"""Lists that may hold bare ids of assets and names of tags."""
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
    named, tags = _named(item)
    uses = around.uses(item.id)
    named.update(use.value for use in uses if use.value is not None)
    if item.asset is not None:
        digest.update(_told(item.asset))
        named.update(identity for _, identity in item.asset.references)
    for identity in sorted(named):
        digest.update(_told(around.asset(identity)))
    for tag in sorted(tags):
        known = tag if around.has_tag(tag) else around.tag(tag)
        told = f"{known}{around.bearers(known) > 0}{around.drafts(known)}" if known else "?"
        digest.update(f"{tag}{told}".encode("utf-8", "replace"))
    for use in uses:
        digest.update(f"{use.attribute}\0{use.value}\0{use.configurations}\0{use.sample}".encode("utf-8", "replace"))
    for locale in around.locales:
        digest.update(bytes(around.translated(locale, shown) for shown in item.texts))
    if price_key:
        digest.update(repr(around.table_prices(str(item.metadata.get(price_key, "")).strip())).encode())
    return digest.hexdigest()


def _named(item: CatalogItem) -> tuple[set[str], set[str]]:
    """Return the assets and the tags that an item names anywhere: by reference, and by their bare ids and names."""
    assets: set[str] = set()
    tags: set[str] = set()
    for key, text in _texts([item.product.get(part) for part in ("asset", "attributes", "rules")], ""):
        if key == "assetId" or (key in LISTS and is_uuid(text)):
            assets.add(text)
        elif key == "tagId" or key in LISTS:
            tags.add(text)
    return assets, tags


def _texts(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Yield every text below a value with the name of the member, or of the list, that holds it."""
    waiting: list[tuple[str, Any]] = [(key, value)]
    while waiting:
        name, found = waiting.pop()
        if isinstance(found, str):
            yield name, found
        elif isinstance(found, dict):
            waiting += found.items()
        elif isinstance(found, list):
            waiting += [(name, inner) for inner in found]


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
