"""How checks read an item's records: what is there, what it is called, what an attribute offers."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from herald.domain.catalog.item import TAG_PREFIX, CatalogItem, KnownAsset, Record, asset_id, records, tag_id, values_of
from herald.domain.catalog.surroundings import Surroundings

LONGEST_SHOWN = 80

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """What an ``Asset`` attribute offers: assets by id, tags by id, and by name or id the tags that do not exist.

    ``assets`` is a set that keeps their order.
    """

    assets: Mapping[str, None]
    tags: tuple[str, ...]
    unknown_tags: tuple[str, ...]

    def has(self, asset: KnownAsset) -> bool:
        """Whether an asset is on offer, by its id or by a tag that it bears."""
        return asset.id in self.assets or not asset.tags.isdisjoint(self.tags)

    def lacks(self, asset: KnownAsset) -> bool:
        """Whether an asset is surely not on offer: while a tag is unknown, what it stood for is not known either."""
        return not self.unknown_tags and not self.has(asset)


def offer_of(attribute: Record, surroundings: Surroundings) -> Offer:
    """Return what the values of an ``Asset`` attribute stand for (docs/vendor/threekit.md 2.5)."""
    assets: dict[str, None] = {}
    tags: list[str] = []
    unknown: list[str] = []
    for value in values_of(attribute):
        if (asset := asset_id(value)) is not None:
            assets[asset] = None
        elif (tag := tag_id(value)) is not None:
            (tags if surroundings.has_tag(tag) else unknown).append(tag)
        elif isinstance(value, str) and (name := value.removeprefix(TAG_PREFIX).strip()):
            found = surroundings.tag(name)
            (unknown if found is None else tags).append(name if found is None else found)
    return Offer(assets, tuple(tags), tuple(unknown))


def offers_items(attribute: Record) -> bool:
    """Whether an ``Asset`` attribute's options are items: who bears a tag is known of items alone."""
    asset_type = attribute.get("assetType")
    return not isinstance(asset_type, str) or asset_type in ("", "item")


def keyed_attributes(item: CatalogItem) -> Iterator[tuple[str, Record]]:
    """Yield an item's attributes, each with what stands for it in a finding: its id, else its name, else its place."""
    for position, attribute in enumerate(item.attributes):
        yield text_of(attribute, "id") or text_of(attribute, "name") or str(position), attribute


def rule_targets(item: CatalogItem) -> tuple[str, Mapping[str, Record]]:
    """Return the field by which rules name attributes, and the attributes by what it holds.

    It is ``attributeId``; an export whose attributes bear no ids leaves the name (docs/vendor/threekit.md 2.4).
    """
    attributes = tuple(records(item.product.get("attributes")))
    by_id = {found: one for one in attributes if (found := text_of(one, "id"))}
    if by_id:
        return "attributeId", by_id
    return "attribute", {found: one for one in attributes if (found := text_of(one, "name"))}


def type_of(attribute: Record) -> str:
    """Return an attribute's type; empty where it has none that is text."""
    return text_of(attribute, "type")


def text_of(record: Record, name: str) -> str:
    """Return a field that holds text; empty where it holds anything else."""
    found = record.get(name)
    return found if isinstance(found, str) else ""


def has_odd_values(attribute: Record) -> bool:
    """Whether an attribute's values are there but no list: ``unreadable_record`` tells of it, nobody else."""
    return not isinstance(attribute.get("values"), list | None)


def number(value: object) -> Number | None:
    """Return a value that is a finite number, else ``None``; true and false are none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return value if isinstance(value, int) else None


def is_blank(value: object) -> bool:
    """Whether a value says nothing: it is missing, white space or empty."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ([], {})


def quoted(text: str) -> str:
    """Return a text in quotes, on one line and no longer than a message bears."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= LONGEST_SHOWN else f"'{line[: LONGEST_SHOWN - 3]}...'"


def called(attribute: Record, key: str) -> str:
    """Return what people call an attribute, for the beginning of a sentence."""
    return f"Attribute {quoted(text_of(attribute, 'name') or key)}"
