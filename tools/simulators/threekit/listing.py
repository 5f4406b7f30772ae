"""The assets of a generated catalogue in the order of creation, with what was changed since laid over them."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from simulators.json_types import Record
from simulators.threekit.generated import Generated
from simulators.threekit.generated.catalogue import to_text
from simulators.threekit.state import ThreekitState

_PER_CHUNK = 256
_AFTER_ALL = 1 << 60


@dataclass(frozen=True)
class Writing:
    """How a record is written: one that is still as generated, by its place, and one that was changed, by its id."""

    generated: Callable[[int], str]
    changed: Callable[[str], str]


class Window:
    """The assets of one type with one of some tags. Any slice of it takes only the time of its own records."""

    def __init__(self, state: ThreekitState, catalogue: Generated, kind: str | None, tag_ids: Iterable[str]) -> None:
        wanted = frozenset(tag_ids)
        self._places = catalogue.places(kind, wanted)
        # Runs of unchanged records, by the rank of their first one, and single changed records, by their id.
        self._starts: list[int] = []
        self._entries: list[int | str] = []
        self._count = 0
        done = 0
        for rank, _, gone, key in sorted(self._changes(state, catalogue, kind, wanted)):
            if rank > done:
                self._append(done, rank - done)
                done = rank
            if key:
                self._append(key, 1)
            if gone:
                done = rank + 1
        self._append(done, len(self._places) - done)

    def _changes(
        self, state: ThreekitState, catalogue: Generated, kind: str | None, wanted: frozenset[str]
    ) -> Iterator[tuple[int, int, bool, str]]:
        """Yield, for each changed record, where it is, whether a generated one goes, and its id if it is here now.

        Two numbers say where: the rank, and what orders those with the same rank.
        """
        for added, (key, asset) in enumerate(state.assets.items()):
            place = catalogue.place_of(key)
            here = (
                asset["deletedAt"] is None
                and kind in (None, asset["type"])
                and (not wanted or bool(wanted & set(asset["tagids"])))
            )
            shown = key if here else ""
            if place is not None:
                yield self._places.rank(place), place, place in self._places, shown
            elif here:
                yield len(self._places), _AFTER_ALL + added, False, shown

    def _append(self, entry: int | str, count: int) -> None:
        if count > 0:
            self._starts.append(self._count)
            self._entries.append(entry)
            self._count += count

    def __len__(self) -> int:
        """How many assets it has."""
        return self._count

    def texts(self, ranks: range, writing: Writing) -> Iterator[str]:
        """Yield the JSON of the records with these ranks."""
        for rank in ranks:
            found = bisect_right(self._starts, rank) - 1
            entry = self._entries[found]
            if isinstance(entry, str):
                yield writing.changed(entry)
            else:
                yield writing.generated(self._places[entry + rank - self._starts[found]])

    def all_texts(self, writing: Writing) -> Iterator[str]:
        """Yield the JSON of every record."""
        return self.texts(range(self._count), writing)


class Listing:
    """The windows of a catalogue, kept until something changes."""

    def __init__(self, state: ThreekitState, catalogue: Generated) -> None:
        self._state = state
        self.catalogue = catalogue
        self._windows: dict[tuple[str | None, frozenset[str]], tuple[int, Window]] = {}

    def window(self, kind: str | None = None, tag_ids: Iterable[str] = ()) -> Window:
        """Return the assets of a type, or of all, and with tags only those that bear one of them."""
        key = (kind, frozenset(tag_ids))
        version, window = self._windows.get(key, (-1, None))
        if window is None or version != self._state.version:
            window = Window(self._state, self.catalogue, kind, key[1])
            self._windows[key] = (self._state.version, window)
        return window

    @property
    def as_assets(self) -> Writing:
        """Rows of the list of assets."""
        return Writing(self.catalogue.asset_text, lambda key: to_text(self._state.assets[key]))

    @property
    def as_exported(self) -> Writing:
        """Records of the export."""

        def changed(key: str) -> str:
            return to_text(exported(key, self._state.definitions[key]))

        return Writing(self.catalogue.export_text, changed)


def exported(item_id: str, product: Record) -> Record:
    """Return an item's record as the export has it."""
    return {"query": {"id": item_id}, "product": product}


class Listings:
    """The listing of the catalogue that is generated at present."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state
        self._known: Listing | None = None

    @property
    def current(self) -> Listing | None:
        """The listing; ``None`` while the seed data is served."""
        catalogue = self._state.generated
        if catalogue is None:
            self._known = None
        elif self._known is None or self._known.catalogue is not catalogue:
            self._known = Listing(self._state, catalogue)
        return self._known


def joined(head: str, texts: Iterable[str], tail: str) -> Iterator[bytes]:
    """Yield a JSON text in chunks: the head, the texts with commas between them, the tail."""
    pending, comma = [], ""
    yield head.encode()
    for text in texts:
        pending.append(comma + text)
        comma = ","
        if len(pending) == _PER_CHUNK:
            yield "".join(pending).encode()
            pending.clear()
    yield ("".join(pending) + tail).encode()
