"""What checks may ask of the catalogue around an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from herald.domain.catalog.item import KnownAsset


@dataclass(frozen=True, slots=True)
class Pricebook:
    """A pricebook that is in use (docs/vendor/threekit.md 2.6)."""

    id: str
    name: str
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """How saved configurations of one item use one of its attributes (docs/vendor/threekit.md 2.2).

    ``value`` is the asset that is chosen, or ``None`` for a value that is no asset. ``sample`` is one of them by id.
    """

    attribute: str
    value: str | None
    configurations: int
    sample: str


class Surroundings(Protocol):
    """The catalogue as it was read for one scan. Everything it answers is the same for the whole scan."""

    @property
    def now(self) -> datetime:
        """When the scan began."""
        ...

    @property
    def pricebooks(self) -> Sequence[Pricebook]:
        """The pricebooks in use, by name."""
        ...

    @property
    def locales(self) -> Sequence[str]:
        """The languages of the organisation but for its default one, whose texts are the source texts."""
        ...

    def asset(self, asset_id: str) -> KnownAsset | None:
        """Return an asset that is not deleted, or ``None``."""
        ...

    def tag(self, name: str) -> str | None:
        """Return the id of a tag by its name or legacy name, with or without ``#``; ``None`` if there is none."""
        ...

    def has_tag(self, tag_id: str) -> bool:
        """Say whether there is a tag of that id."""
        ...

    def bearers(self, tag_id: str) -> int:
        """Return how many items that are not deleted bear a tag."""
        ...

    def drafts(self, tag_id: str) -> Sequence[str]:
        """Return the items that bear a tag and are not published, by id, the first fifty."""
        ...

    def translated(self, locale: str, text: str) -> bool:
        """Say whether a text has a translation that is not blank."""
        ...

    def uses(self, item_id: str) -> Sequence[Use]:
        """Return how saved configurations use an item's attributes."""
        ...

    def table_prices(self, key: str) -> Mapping[str, Decimal] | None:
        """Return the prices by currency that the configured datatable has for a key; ``None`` if it has no such row."""
        ...
