"""A partition's part of the export is cut in segments, which are examined side by side."""

import gzip
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from herald.catalog_ports import ScanBook
from herald.domain.catalog.own_checks import told_tags
from herald.domain.catalog.plan import CatalogPlan, Partition
from herald.domain.catalog.run import Run, Stage
from herald.domain.errors import CallFailed, Fate, Reason
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.scan.resume import Resume, examination
from herald.usecases.scan.workshop import Turn, Workshop, segments_key, total_key

LARGEST = 8_000_000
"""Characters of a segment: records may be of any size."""
BY_TAG, WHOLE = "t", "w"
"""The two ways to read a partition: asking for its tags, or everything; a segment's name begins with its way."""


@dataclass(frozen=True)
class Export:
    """Reads the export of one partition as a stream, and resumes behind the segments that are there."""

    workshop: Workshop
    resume: Resume

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:
        """Cut segments and enqueue their examination; ``Later`` where time or Threekit gave out."""
        run_id, name = str(message["run"]), str(message["partition"])
        turn = Turn(self.workshop, f"{run_id}/export/{name}")
        return turn.made(attempt, lambda: self._export(run_id, name, attempt, turn, enough_time))

    def _export(self, run_id: str, name: str, attempt: int, turn: Turn, enough_time: Callable[[], bool]) -> Outcome:
        shop, run = self.workshop, self.workshop.run(run_id)
        if run.stage is not Stage.EXAMINING:
            return DONE
        _, plan = shop.configuration(run)
        partition = plan.partition(name)
        if partition is not None and shop.files.get(total_key(run.id, name)) is None:
            try:
                total = self._cut(run, plan, partition, turn, enough_time)
            except CallFailed as failure:
                return shop.not_now(attempt, failure)
            if total is None:
                return Later(timedelta(0), Reason.CONTINUED)
            shop.put_json(total_key(run.id, name), total)
            shop.checkpoint("scan.exported", run.id)
        self.resume.close_if_all_is_examined(run)
        return DONE

    def _cut(
        self, run: Run, plan: CatalogPlan, partition: Partition, turn: Turn, enough_time: Callable[[], bool]
    ) -> list[str] | None:
        """Return the names of all segments; ``None`` where time gave out."""
        book = self.workshop.books.complete(run.id)
        for way in (BY_TAG, WHOLE) if partition.tags else (WHOLE,):
            cutting = _Cutting(self.workshop, run, plan, partition, book, turn, way)
            try:
                if not cutting.to_the_end(enough_time):
                    return None
            except CallFailed as failure:
                if way is WHOLE or failure.fate is not Fate.PERMANENT:
                    raise
                continue
            # How the filter wants a tag is not documented (docs/vendor/threekit.md 2.4): where it left out items that
            # the asset list has, the whole export has the last word.
            if way is WHOLE or cutting.items >= run.expected.get(partition.name, 0):
                return cutting.names
        return None


@dataclass
class _Cutting:
    """One reading of a partition in one way."""

    shop: Workshop
    run: Run
    plan: CatalogPlan
    partition: Partition
    book: ScanBook
    turn: Turn
    way: str
    items: int = 0
    names: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _size: int = 0

    def to_the_end(self, enough_time: Callable[[], bool]) -> bool:
        """Read to the end; return whether time sufficed. Raises ``CallFailed``."""
        prefix = segments_key(self.run.id, self.partition.name)
        ready = {key.removeprefix(prefix) for key in self.shop.files.names(prefix + self.way)}
        with closing(self._texts()) as texts:
            for text in texts:
                self._lines.append(text)
                self.items += 1
                # What is there already is passed over however late it is: else nobody would ever get behind it.
                if self._is_full(text) and self._segment(ready) and not enough_time():
                    return False
        if self._lines:
            self._segment(ready)
        return True

    def _is_full(self, text: str) -> bool:
        self._size += len(text)
        return len(self._lines) >= self.shop.segment_size or self._size >= LARGEST

    def _texts(self) -> Generator[str, None, None]:
        """Yield the texts of the partition's own records."""
        seen: set[str] = set()
        tags: tuple[str | None, ...] = self.partition.tags if self.way is BY_TAG else (None,)
        for tag in tags:
            with self.shop.catalogue.export(tag) as records:
                # Only where several streams may bring the same record is it remembered which came.
                yield from self._own(records, seen if len(tags) > 1 else None)

    def _own(self, records: Iterator[tuple[str, dict[str, Any]]], seen: set[str] | None) -> Iterator[str]:
        for text, record in records:
            identity = identity_of(record)
            if identity is None or (seen is not None and identity in seen):
                continue
            names = self.book.tag_names(identity) or told_tags(product_of(record))
            if self.plan.partition_of(names) == self.partition.name:
                if seen is not None:
                    seen.add(identity)
                yield text

    def _segment(self, ready: set[str]) -> bool:
        """Close a segment; return whether it is a new one."""
        name = f"{self.way}{len(self.names):06d}"
        self.names.append(name)
        content = "\n".join(text.replace("\n", " ") for text in self._lines)
        self._lines, self._size = [], 0
        if name not in ready:
            # One that is there already stays as it is: it may have been examined. Should the order of the export have
            # changed meanwhile, an item may be in no segment; then this scan has not seen it, and says nothing of it.
            key = segments_key(self.run.id, self.partition.name) + name
            self.shop.files.put(key, gzip.compress(content.encode("utf-8", "surrogatepass"), 1, mtime=0))
            self.shop.checkpoint("scan.segment", self.run.id)
        self.shop.queue.put([examination(self.run.id, self.partition.name, name)])
        self.shop.checkpoint("scan.segment_asked", self.run.id)
        self.turn.keep()
        return name not in ready


def product_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the product part of an exported record; empty where it is none."""
    product = record.get("product")
    return product if isinstance(product, dict) else {}


def identity_of(record: Mapping[str, Any]) -> str | None:
    """Return the id of an exported record (docs/vendor/threekit.md 2.4)."""
    query = record.get("query")
    found = query.get("id") if isinstance(query, Mapping) else None
    return found if isinstance(found, str) and found else None
