"""Fingerprints of an item: of all that checks depend on, and of what customers see."""

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any

from herald.domain.catalog.item import CatalogItem, KnownAsset, tag_id, values_of
from herald.domain.catalog.surroundings import Surroundings

_IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIZE = 12
OWN_ROWS = "herald_"
"""What Herald itself notes in an item's metadata is nothing that customers see."""


def item_print(text: str, item: CatalogItem, around: Surroundings, basis: str) -> str:
    """Return the fingerprint of an item with all around it that a check may ask for.

    ``text`` is its record as it came. ``basis`` stands for what is the same for all items: checks, their settings,
    pricebooks, languages, translations. An item whose fingerprint is the same has the same findings.
    """
    digest = blake2b(basis.encode(), digest_size=SIZE)
    digest.update(text.encode("utf-8", "surrogatepass"))
    named = set(_IDS.findall(text))
    if item.asset is not None:
        digest.update(_told(item.asset))
        named.update(identity for _, identity in item.asset.references)
    for identity in sorted(named):
        digest.update(_told(around.asset(identity)))
    for tag in sorted(_tags(item, around)):
        digest.update(f"{tag}{around.bearers(tag) > 0}{around.drafts(tag)}".encode())
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


def _tags(item: CatalogItem, around: Surroundings) -> Iterable[str]:
    found = set()
    for attribute in item.attributes:
        for value in values_of(attribute):
            tag = around.tag(value) if isinstance(value, str) else tag_id(value)
            if tag is not None:
                found.add(tag)
    return found
