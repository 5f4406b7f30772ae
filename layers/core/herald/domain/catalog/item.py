"""One item of the catalogue, read tolerantly: what has another shape than the documents say is left out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

_UNSET: Any = object()
_Found = TypeVar("_Found")
TAG_PREFIX = "#"
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """What the asset list says of an asset (docs/vendor/threekit.md 2.3).

    ``published_at`` is ``None`` for a draft. ``tags`` are tag ids. ``references`` are the assets it names, by the field
    that names them: ``proxyId``, ``defaultStageId``, ``defaultCompositeId``.
    """

    id: str
    type: str
    published_at: datetime | None
    updated_at: datetime | None = None
    warnings: bool = False
    tags: frozenset[str] = frozenset()
    references: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """An item: ``product`` is its part of the export (docs/vendor/threekit.md 2.4), ``asset`` its row of the list.

    ``asset`` is ``None`` where the list has no such row: the item came or went while the catalogue was read.
    """

    id: str
    product: Record
    asset: KnownAsset | None = None
    _memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its name, or its id where it has none."""
        name = self.product.get("name")
        return name if isinstance(name, str) and name.strip() else self.id

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata as a plain map; the export has them as rows (docs/vendor/threekit.md 5)."""
        return self._once("metadata", self._metadata)

    def _metadata(self) -> Mapping[str, Any]:
        rows = self.product.get("metadata")
        if isinstance(rows, Mapping):
            return rows
        return {row["name"]: row.get("defaultValue") for row in records(rows) if isinstance(row.get("name"), str)}

    @property
    def attributes(self) -> tuple[Record, ...]:
        """Its attributes but for the prices."""
        return self._once(
            "attributes",
            lambda: tuple(one for one in records(self.product.get("attributes")) if one.get("type") != "Pricing"),
        )

    @property
    def pricing(self) -> tuple[Record, ...]:
        """The entries of its ``Pricing`` attributes: ``{"pricebook", "currencies"}``."""
        attributes = records(self.product.get("attributes"))
        return tuple(
            entry for one in attributes if one.get("type") == "Pricing" for entry in records(one.get("values"))
        )

    @property
    def has_pricing(self) -> bool:
        """Whether it has a ``Pricing`` attribute at all."""
        return any(one.get("type") == "Pricing" for one in records(self.product.get("attributes")))

    @property
    def rules(self) -> tuple[Record, ...]:
        """Its rules in order; the export has them in groups."""

        def flat() -> Iterator[Record]:
            groups = self.product.get("rules")
            for group in groups if isinstance(groups, list) else ():
                yield from records(group if isinstance(group, list) else [group])

        return self._once("rules", lambda: tuple(flat()))

    @property
    def visual(self) -> str | None:
        """The id of the asset that shows it, if one is named."""
        named = self.product.get("asset")
        found = asset_id(named) if isinstance(named, Mapping) else None
        return found or (dict(self.asset.references).get("proxyId") if self.asset else None)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text of it that is shown to people and so translated: its name, attributes' names, String values."""

        def shown() -> Iterator[str]:
            if self.name != self.id:
                yield self.name
            for attribute in self.attributes:
                name = attribute.get("name")
                if isinstance(name, str):
                    yield name
                if attribute.get("type") == "String":
                    yield from (value for value in values_of(attribute) if isinstance(value, str))

        return self._once("texts", lambda: tuple(dict.fromkeys(text for text in shown() if text.strip())))

    def _once(self, name: str, make: Callable[[], _Found]) -> _Found:
        known: _Found = self._memo.get(name, _UNSET)
        if known is _UNSET:
            known = self._memo[name] = make()
        return known


def records(value: object) -> Iterator[Record]:
    """Yield the objects of a list; nothing for anything else."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def values_of(attribute: Record) -> tuple[Any, ...]:
    """Return an attribute's values; none where it has no list of them."""
    values = attribute.get("values")
    return tuple(values) if isinstance(values, list) else ()


def blacklist_of(attribute: Record) -> frozenset[str]:
    """Return the ids and texts an attribute does not offer."""
    entries = attribute.get("blacklist")
    found = (asset_id(entry) or entry for entry in (entries if isinstance(entries, list) else ()))
    return frozenset(entry for entry in found if isinstance(entry, str))


def asset_id(value: object) -> str | None:
    """Return the ``assetId`` of a reference; ``None`` if there is none or it is empty."""
    found = value.get("assetId") if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None


def tag_id(value: object) -> str | None:
    """Return the ``tagId`` of a reference; ``None`` if there is none."""
    found = value.get("tagId") if isinstance(value, dict) else None
    return found if isinstance(found, str) and found else None


def is_uuid(value: object) -> bool:
    """Whether a text has the form of Threekit's ids (docs/vendor/threekit.md 4)."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None
