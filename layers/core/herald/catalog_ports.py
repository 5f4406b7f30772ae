"""What scans of the catalogue need from the outside world, beside ``herald.ports``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from herald.domain.catalog.issue import Blast
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.state import ItemState
from herald.domain.catalog.surroundings import Pricebook, Surroundings


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. ``count`` is the number of all records, where the vendor tells it."""

    records: Sequence[Mapping[str, Any]]
    count: int | None = None


class Catalogue(Protocol):
    """The catalogue side of Threekit's platform API. Every method raises ``CallFailed``, while a stream is read too."""

    def organisation(self, org_id: str) -> dict[str, Any]:
        """Return an organisation, with its languages."""
        ...

    def pricebooks(self, org_id: str) -> list[dict[str, Any]]:
        """Return an organisation's pricebooks."""
        ...

    def tags(self) -> list[dict[str, Any]]:
        """Return all tags."""
        ...

    def translations(self, locale: str) -> AbstractContextManager[Iterator[tuple[str, str]]]:
        """Give source texts with their translations as they come; none for a language without any."""
        ...

    def datatable_rows(self, table_id: str) -> list[dict[str, Any]]:
        """Return all rows of a datatable."""
        ...

    def assets_page(self, page: int) -> Page:
        """Return a page of a hundred assets, counted from 1, oldest first."""
        ...

    def configurations_page(self, page: int) -> Page:
        """Return a page of a hundred saved configurations, counted from 1, oldest first."""
        ...

    def export(self, tag: str | None) -> AbstractContextManager[Iterator[tuple[str, dict[str, Any]]]]:
        """Give the records of the export as they come, each as text and as ``{"query", "product"}``.

        With a tag's name only its bearers' records are asked for.
        """
        ...

    def orders_page(self, page: int, sort: str) -> list[dict[str, Any]]:
        """Return a page of a hundred orders, counted from 1, in the order of ``sort`` (such as ``-createdAt``)."""
        ...

    def item(self, item_id: str) -> dict[str, Any]:
        """Return an asset, one that was deleted too (it bears ``deletedAt``)."""
        ...


class Files(Protocol):
    """Workings of scans, and reports, by key."""

    def put(self, key: str, content: bytes, media_type: str = "application/octet-stream") -> None:
        """Write a file, in place of what stands under the key."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return a file, or ``None``."""
        ...

    def names(self, prefix: str) -> Sequence[str]:
        """Return all keys that begin with a prefix, in order; what was written before is among them."""
        ...

    def upload(self, key: str, path: Path) -> None:
        """Write a file from the disk."""
        ...

    def download(self, key: str, path: Path) -> bool:
        """Write a file to the disk; say whether there was one."""
        ...


class ItemStates(Protocol):
    """How each item of the catalogue was at the last scan."""

    def load(self, ids: Sequence[str]) -> Mapping[str, ItemState]:
        """Return the states that there are, by id."""
        ...

    def keep(self, states: Sequence[ItemState]) -> None:
        """Write states, in place of those that stand."""
        ...

    def exchange(self, before: ItemState, after: ItemState) -> bool:
        """Write one state if the other one stands; say whether it did."""
        ...

    def forget(self, ids: Sequence[str]) -> None:
        """Remove states."""
        ...


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What a line of a recent order says about an item: what was configured, for how much, in which market."""

    order_id: str
    named: str
    """The saved configuration or the item the line names; Threekit does not check which (2.1)."""
    is_open: bool
    market: str
    currency: str
    amount: str


class ScanBook(Surroundings, Protocol):
    """All that was read for one scan, and what is carried on from scan to scan. It lies on the disk, not in memory."""

    def progress(self, source: str) -> tuple[int, bool]:
        """Return the next page of a source, and whether all of it was read."""
        ...

    def turned(self, source: str, page: int, *, done: bool = False) -> None:
        """Note the next page of a source, together with all that was kept since the last note."""
        ...

    def note(self, name: str, value: str) -> None:
        """Note something about the reading."""
        ...

    def noted(self, name: str) -> str | None:
        """Return what was noted, or ``None``."""
        ...

    def note_for_next(self, name: str, value: str) -> None:
        """Note something that the next scan will want to know."""
        ...

    def noted_before(self, name: str) -> str | None:
        """Return what the last scan noted for this one, or ``None``."""
        ...

    def keep_assets(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep rows of the asset list."""
        ...

    def assets(self) -> int:
        """Return how many assets are kept."""
        ...

    def keep_context(
        self, pricebooks: Sequence[Pricebook], tags: Sequence[Mapping[str, Any]], locales: Sequence[str]
    ) -> None:
        """Keep pricebooks, tags and languages."""
        ...

    def keep_translations(self, locale: str, texts: Iterable[str]) -> None:
        """Keep which texts have a translation."""
        ...

    def keep_table(self, table_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep the rows of a datatable."""
        ...

    def table_rows(self, table_id: str) -> Iterator[Mapping[str, Any]]:
        """Return the rows of a datatable."""
        ...

    def keep_configurations(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep saved configurations; one that is known already changes nothing."""
        ...

    def configurations(self) -> int:
        """Return how many saved configurations are kept."""
        ...

    def forget_configurations(self) -> None:
        """Drop them all, to read them anew."""
        ...

    def keep_orders(self, lines: Iterable[OrderLine]) -> None:
        """Keep lines of recent orders."""
        ...

    def complete(self, plan: CatalogPlan) -> None:
        """Make it ready to be asked: nothing is added to it any more."""
        ...

    def items_by_partition(self, plan: CatalogPlan) -> Mapping[str, int]:
        """Return how many items the asset list has in each partition."""
        ...

    def tag_names(self, asset_id: str) -> Sequence[str]:
        """Return the names of the tags an asset bears."""
        ...

    def context_print(self) -> str:
        """Return the fingerprint of what is the same for all items: pricebooks and languages."""
        ...

    def blast(self, items: Sequence[str], asset: str | None, plan: CatalogPlan) -> Blast:
        """Return what saved configurations and recent orders say of these items, or of those that chose an asset."""
        ...

    def seen(self, run: str, partition: str, ids: Iterable[str]) -> None:
        """Note which items a scan saw in a partition."""
        ...

    def scanned(self, run: str, partition: str) -> None:
        """Note that a scan saw a partition, be it empty."""
        ...

    def partitions(self) -> Sequence[str]:
        """Return the partitions that items were seen in, those that are configured no more too."""
        ...

    def members(self, partition: str, but: str) -> Iterator[str]:
        """Return the items that were last seen in a partition, by another scan than this."""
        ...

    def belongs(self, item: str, partition: str, but: str) -> bool:
        """Say whether an item was last seen in a partition, by another scan than this."""
        ...

    def vanished(self, run: str, partitions: Sequence[str]) -> Sequence[str]:
        """Return the items that these partitions had and this scan did not see."""
        ...

    def had(self, partition: str) -> bool:
        """Say whether an earlier scan saw a partition."""
        ...

    def forget(self, ids: Iterable[str]) -> None:
        """Drop items that are gone."""
        ...

    def save(self) -> None:
        """Write down all that was kept, so that the file can be copied."""
        ...


class ScanBooks(Protocol):
    """The books of scans."""

    def reading(self, run: str) -> ScanBook:
        """Return the book that a run is reading into, with what was read before; begun if there is none."""
        ...

    def put_aside(self, run: str) -> None:
        """Store the book as it is now, so that whoever goes on finds it."""
        ...

    def completed(self, run: str) -> None:
        """Store the book as complete."""
        ...

    def complete(self, run: str) -> ScanBook:
        """Return the complete book of a run; not to be written to, but for what is seen."""
        ...

    def carried_on(self, run: str) -> None:
        """Store what is carried on to the next scan."""
        ...
