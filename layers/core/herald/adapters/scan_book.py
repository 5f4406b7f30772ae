"""What a scan has read, as SQLite files on the disk: a catalogue of a million items takes no more memory than one.

Two files: the *book* of one scan (assets, tags, prices, translations), and the *long book*, which is carried on from
scan to scan (saved configurations, who was seen where).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from herald.adapters.scan_book_tables import (
    BOOK,
    LONG,
    chosen,
    id_of,
    instant,
    is_decimal,
    key_of,
    milliseconds,
    storable,
    tags_of,
    text_key,
)
from herald.catalog_ports import OrderLine
from herald.domain.canonical import fingerprint
from herald.domain.catalog.issue import Blast
from herald.domain.catalog.item import KnownAsset
from herald.domain.catalog.plan import CatalogPlan, plain_tag
from herald.domain.catalog.surroundings import Pricebook, Use

REFERENCES = ("proxyId", "defaultStageId", "defaultCompositeId")
DRAFTS = 50


class SqliteScanBook:
    """Implements ``catalog_ports.ScanBook``. Not for two processes at once that write."""

    def __init__(self, book: Path, long_book: Path, now: datetime) -> None:
        self._now = now
        self._db = sqlite3.connect(book)
        self._db.execute("ATTACH DATABASE ? AS long", (str(long_book),))
        self._db.executescript(BOOK + LONG)
        self._db.execute("PRAGMA synchronous = OFF")  # what a crash loses is read again: the copy in the bucket counts
        self._db.execute("PRAGMA cache_size = -8192")
        # Bounded: the same few options are asked for again and again, an item's own picture once.
        self._known = lru_cache(maxsize=4096)(self._asset)
        self._told = lru_cache(maxsize=4096)(self._translated)
        self._tagsets: dict[str, int] = {}

    # -- reading into it -----------------------------------------------------------------------------------------------

    def progress(self, source: str) -> tuple[int, bool]:
        """Return the next page of a source, and whether all of it was read."""
        found = self._one("SELECT page, done FROM progress WHERE source = ?", source)
        return (found[0], bool(found[1])) if found else (1, False)

    def turned(self, source: str, page: int, *, done: bool = False) -> None:
        """Note the next page of a source, in one transaction with all that was kept since the last note."""
        self._db.execute("REPLACE INTO progress VALUES (?, ?, ?)", (source, page, done))
        self._db.commit()

    def note(self, name: str, value: str) -> None:
        """Note something about the reading."""
        self._db.execute("REPLACE INTO fact VALUES (?, ?)", (name, storable(value)))

    def noted(self, name: str) -> str | None:
        """Return what was noted, or ``None``."""
        found = self._one("SELECT value FROM fact WHERE name = ?", name)
        return str(found[0]) if found else None

    def note_for_next(self, name: str, value: str) -> None:
        """Note something that the next scan will want to know."""
        self._db.execute("REPLACE INTO past VALUES (?, ?)", (name, storable(value)))

    def noted_before(self, name: str) -> str | None:
        """Return what the last scan noted for this one, or ``None``."""
        found = self._one("SELECT value FROM past WHERE name = ?", name)
        return str(found[0]) if found else None

    def keep_assets(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep rows of the asset list; one that is deleted or bears no id is left out."""
        self._db.executemany("REPLACE INTO asset VALUES (?,?,?,?,?,?,?,?,?)", filter(None, map(self._asset_row, rows)))

    def _asset_row(self, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        identity = row.get("id")
        if not isinstance(identity, str) or not identity or row.get("deletedAt"):
            return None
        references = [
            key_of(value) if isinstance(value := row.get(name), str) and value else None for name in REFERENCES
        ]
        tags = row.get("tagids")
        spelt = json.dumps(sorted(tag for tag in tags if isinstance(tag, str))) if isinstance(tags, list) else "[]"
        kind = row.get("type")
        return (
            key_of(identity), storable(kind) if isinstance(kind, str) else "", milliseconds(row.get("publishedAt")),
            milliseconds(row.get("updatedAt")), int(row.get("warnings") is True), self._tagset(spelt), *references,
        )  # fmt: skip

    def _tagset(self, spelt: str) -> int:
        known = self._tagsets.get(spelt)
        if known is None:
            self._db.execute("INSERT OR IGNORE INTO tagset (tags) VALUES (?)", (spelt,))
            known = self._tagsets[spelt] = int(self._one("SELECT number FROM tagset WHERE tags = ?", spelt)[0])
        return known

    def assets(self) -> int:
        """Return how many assets are kept."""
        return int(self._one("SELECT count(*) FROM asset")[0])

    def keep_context(
        self, pricebooks: Sequence[Pricebook], tags: Sequence[Mapping[str, Any]], locales: Sequence[str]
    ) -> None:
        """Keep pricebooks, tags and languages."""
        self._db.executemany(
            "REPLACE INTO pricebook VALUES (?,?,?)",
            [(storable(book.id), storable(book.name), json.dumps(book.currencies)) for book in pricebooks],
        )
        self._db.executemany(
            "REPLACE INTO tag VALUES (?,?,?)",
            [
                (storable(tag["id"]), *(plain_tag(storable(tag.get(name) or "")) for name in ("name", "legacyName")))
                for tag in tags if isinstance(tag.get("id"), str)
            ],
        )  # fmt: skip
        self._db.executemany("REPLACE INTO locale VALUES (?)", [(storable(code),) for code in locales])

    def keep_translations(self, locale: str, texts: Iterable[str]) -> None:
        """Keep which texts have a translation."""
        self._db.executemany("INSERT OR IGNORE INTO translated VALUES (?)", ((text_key(locale, t),) for t in texts))

    def keep_table(self, table_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep the rows of a datatable."""
        self._db.execute("DELETE FROM table_row WHERE table_id = ?", (table_id,))
        spelt = [(table_id, json.dumps(row, default=str)) for row in rows]
        self._db.executemany("INSERT INTO table_row VALUES (?,?)", spelt)

    def table_rows(self, table_id: str) -> Iterator[Mapping[str, Any]]:
        """Return the rows of a datatable."""
        for (content,) in self._db.execute("SELECT content FROM table_row WHERE table_id = ?", (table_id,)):
            yield json.loads(content)

    def keep_configurations(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep saved configurations; they never change (2.2), so one that is known changes nothing."""
        for row in rows:
            identity, item = row.get("id"), row.get("productId")
            if not isinstance(identity, str) or not isinstance(item, str):
                continue
            given = (storable(identity), key_of(item))
            added = self._db.execute("INSERT OR IGNORE INTO configuration (id, item) VALUES (?,?)", given)
            variant = row.get("variant")
            if added.rowcount and isinstance(variant, Mapping):
                number = added.lastrowid
                self._db.executemany(
                    "INSERT OR IGNORE INTO choice VALUES (?,?,?)",
                    [(number, storable(name), value) for name, told in variant.items() for value in chosen(told)],
                )

    def configurations(self) -> int:
        """Return how many saved configurations are kept."""
        return int(self._one("SELECT count(*) FROM configuration")[0])

    def forget_configurations(self) -> None:
        """Drop them all, to read them anew."""
        self._db.execute("DELETE FROM configuration")
        self._db.execute("DELETE FROM choice")

    def keep_orders(self, lines: Iterable[OrderLine]) -> None:
        """Keep lines of recent orders; a line may name a configuration or an item (2.1). All of an order at once."""
        grouped: dict[str, list[OrderLine]] = {}
        for line in lines:
            grouped.setdefault(storable(line.order_id), []).append(line)
        for order_id, own in grouped.items():
            self._db.execute("DELETE FROM order_line WHERE order_id = ?", (order_id,))
            for line in own:
                found = self._one("SELECT number, item FROM configuration WHERE id = ?", storable(line.named))
                number, item = found or (None, key_of(line.named))
                self._db.execute(
                    "INSERT INTO order_line VALUES (?,?,?,?,?,?,?)",
                    (order_id, item, number, line.is_open, storable(line.market), line.currency, line.amount),
                )

    def complete(self, plan: CatalogPlan) -> None:
        """Count tags' bearers, gather drafts and prices; nothing is added to the book any more."""
        tags = {number: json.loads(spelt) for number, spelt in self._db.execute("SELECT number, tags FROM tagset")}
        bearers: Counter[str] = Counter()
        counted = "SELECT tagset, count(*) FROM asset WHERE type = 'item' GROUP BY tagset"
        for number, items in self._db.execute(counted):
            bearers.update(dict.fromkeys(tags[number], items))
        told = [(storable(tag), items) for tag, items in bearers.items()]
        self._db.executemany("REPLACE INTO bearer VALUES (?,?)", told)
        drafts: Counter[str] = Counter()
        drafted = "SELECT id, tagset FROM asset WHERE type = 'item' AND published IS NULL ORDER BY id"
        for item, number in self._db.execute(drafted):
            for tag in tags[number]:
                drafts[tag] += 1
                if drafts[tag] <= DRAFTS:
                    self._db.execute("REPLACE INTO draft VALUES (?,?)", (storable(tag), item))
        for table in plan.datatables:
            if table.key_column:
                self._keep_prices(table.id, table.key_column, table.price_columns)
        self.note("context", self._context())
        self._db.commit()

    def _keep_prices(self, table_id: str, key_column: str, columns: Mapping[str, str]) -> None:
        for row in self.table_rows(table_id):
            value = row.get("value")
            if isinstance(value, Mapping) and value.get(key_column) is not None:
                key = storable(value[key_column])
                amounts = [(key, currency, str(value.get(column, ""))) for currency, column in columns.items()]
                self._db.executemany(
                    "REPLACE INTO price VALUES (?,?,?)", [row for row in amounts if is_decimal(row[2])]
                )

    def _context(self) -> str:
        books = [list(row) for row in self._db.execute("SELECT * FROM pricebook ORDER BY id")]
        return fingerprint([books, list(self.locales)])

    def save(self) -> None:
        """Write down all that was kept, so that the files can be copied."""
        self._db.commit()

    def close(self) -> None:
        """Close the files."""
        self._db.close()

    # -- asking it -----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """When the scan began."""
        return self._now

    @cached_property
    def pricebooks(self) -> Sequence[Pricebook]:
        """The pricebooks in use, by name."""
        rows = self._db.execute("SELECT id, name, currencies FROM pricebook ORDER BY name, id")
        return tuple(Pricebook(identity, name, tuple(json.loads(spelt))) for identity, name, spelt in rows)

    @cached_property
    def locales(self) -> Sequence[str]:
        """The languages but for the default one."""
        return tuple(code for (code,) in self._db.execute("SELECT code FROM locale ORDER BY code"))

    def asset(self, asset_id: str) -> KnownAsset | None:
        """Return an asset that is not deleted, or ``None``."""
        return self._known(asset_id)

    def _asset(self, asset_id: str) -> KnownAsset | None:
        row = self._one(
            "SELECT type, published, updated, warnings, tags, proxyId, defaultStageId, defaultCompositeId "
            "FROM asset JOIN tagset ON number = tagset WHERE id = ?", key_of(asset_id),
        )  # fmt: skip
        if row is None:
            return None
        kind, published, updated, warnings, tags, *references = row
        named = tuple((name, id_of(key)) for name, key in zip(REFERENCES, references, strict=True) if key is not None)
        return KnownAsset(asset_id, kind, instant(published), instant(updated), bool(warnings), tags_of(tags), named)

    @cached_property
    def _tag_ids(self) -> Mapping[str, str]:
        rows = list(self._db.execute("SELECT id, name, legacy FROM tag ORDER BY id"))
        legacy = {old: identity for identity, _, old in rows if old}
        return legacy | {name: identity for identity, name, _ in rows if name}

    @cached_property
    def _tag_names(self) -> Mapping[str, str]:
        rows = self._db.execute("SELECT id, name, legacy FROM tag")
        return {identity: name or legacy for identity, name, legacy in rows}

    @cached_property
    def _bearers(self) -> Mapping[str, int]:
        return dict(self._db.execute("SELECT tag, items FROM bearer"))

    def tag(self, name: str) -> str | None:
        """Return the id of a tag by its name or legacy name; ``None`` if there is none."""
        return self._tag_ids.get(plain_tag(name))

    def has_tag(self, tag_id: str) -> bool:
        """Say whether there is a tag of that id."""
        return tag_id in self._tag_names

    def tag_names(self, asset_id: str) -> Sequence[str]:
        """Return the names of the tags an asset bears."""
        known = self.asset(asset_id)
        return [self._tag_names[tag] for tag in known.tags if tag in self._tag_names] if known else []

    def bearers(self, tag_id: str) -> int:
        """Return how many items that are not deleted bear a tag."""
        return self._bearers.get(tag_id, 0)

    @cached_property
    def _drafts(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for tag, item in self._db.execute("SELECT tag, item FROM draft ORDER BY tag, item"):
            found.setdefault(tag, []).append(id_of(item))
        return found

    def drafts(self, tag_id: str) -> Sequence[str]:
        """Return the items that bear a tag and are not published, the first fifty."""
        return self._drafts.get(tag_id, ())

    def translated(self, locale: str, text: str) -> bool:
        """Say whether a text has a translation that is not blank."""
        return self._told(locale, text)

    def _translated(self, locale: str, text: str) -> bool:
        return self._one("SELECT 1 FROM translated WHERE key = ?", text_key(locale, text)) is not None

    def uses(self, item_id: str) -> Sequence[Use]:
        """Return how saved configurations use an item's attributes."""
        rows = self._db.execute(
            "SELECT attribute, value, count(*), min(configuration.id) FROM configuration "
            "JOIN choice ON choice.configuration = configuration.number WHERE item = ? GROUP BY attribute, value",
            (key_of(item_id),),
        )
        return tuple(Use(name, id_of(value) if value else None, count, sample) for name, value, count, sample in rows)

    def table_prices(self, key: str) -> Mapping[str, Decimal] | None:
        """Return the prices by currency that the configured datatable has for a key."""
        rows = list(self._db.execute("SELECT currency, amount FROM price WHERE key = ?", (storable(key),)))
        return {currency: Decimal(amount) for currency, amount in rows} if rows else None

    def context_print(self) -> str:
        """Return the fingerprint of pricebooks and languages."""
        return str(self._one("SELECT value FROM fact WHERE name = 'context'")[0])

    def items_by_partition(self, plan: CatalogPlan) -> Mapping[str, int]:
        """Return how many items the asset list has in each partition."""
        found: Counter[str] = Counter()
        rows = self._db.execute(
            "SELECT tags, count(*) FROM asset JOIN tagset ON number = tagset WHERE type = 'item' GROUP BY tagset"
        )
        for spelt, items in rows:
            names = [self._tag_names[tag] for tag in json.loads(spelt) if tag in self._tag_names]
            partition = plan.partition_of(names)
            if partition is not None:
                found[partition] += items
        return found

    # -- what an issue touches -----------------------------------------------------------------------------------------

    def blast(self, items: Sequence[str], asset: str | None, plan: CatalogPlan) -> Blast:
        """Return what saved configurations and recent orders say of these items.

        With an asset that somebody chose, only those that chose it count; nobody's choice leaves all of the items'.
        """
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS touched (item BLOB PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("DELETE FROM touched")
        self._db.executemany("INSERT OR IGNORE INTO touched VALUES (?)", ((key_of(item),) for item in items))
        chosen = key_of(asset) if asset else None
        if chosen and self._one("SELECT 1 FROM choice WHERE value = ? LIMIT 1", chosen):
            mine = "SELECT number FROM choice JOIN configuration ON number = configuration WHERE value = ?1"
            lines = f"configuration IN ({mine})"
            count = f"SELECT count(DISTINCT number) FROM ({mine})"  # noqa: S608
            given: tuple[Any, ...] = (chosen,)
        else:
            lines = "item IN (SELECT item FROM touched)"
            count = "SELECT count(*) FROM configuration JOIN touched USING (item)"
            given = ()
        configurations = self._db.execute(count, given).fetchone()[0]
        rows = self._db.execute(
            f"SELECT order_id, open, market, currency, amount FROM order_line WHERE {lines}",  # noqa: S608 - see above
            given,
        ).fetchall()
        value: dict[str, Decimal] = {}
        for *_, currency, amount in rows:
            if currency:
                value[currency] = value.get(currency, Decimal(0)) + Decimal(amount)
        rates = {plan.value_in: Decimal(1), **plan.rates}
        worth = sum((amount * rates.get(currency, Decimal(0)) for currency, amount in value.items()), Decimal(0))
        return Blast(
            items=len(items), configurations=configurations,
            open_orders=len({order_id for order_id, is_open, *_ in rows if is_open}),
            markets=tuple(sorted({market for _, _, market, *_ in rows if market})),
            value=dict(sorted(value.items())), worth=worth,
        )  # fmt: skip

    # -- who was seen --------------------------------------------------------------------------------------------------

    def seen(self, run: str, partition: str, ids: Iterable[str]) -> None:
        """Note which items a scan saw in a partition."""
        self._db.executemany("REPLACE INTO member VALUES (?,?,?)", ((key_of(one), partition, run) for one in ids))

    def scanned(self, run: str, partition: str) -> None:
        """Note that a scan saw a partition, be it empty."""
        self._db.execute("REPLACE INTO scanned VALUES (?,?)", (partition, run))

    def partitions(self) -> Sequence[str]:
        """Return the partitions that items were seen in, those that are configured no more too."""
        return [name for (name,) in self._db.execute("SELECT DISTINCT partition FROM member ORDER BY 1")]

    def members(self, partition: str, but: str) -> Iterator[str]:
        """Return the items that were last seen in a partition, by another scan than this."""
        rows = self._db.execute("SELECT id FROM member WHERE partition = ? AND run != ?", (partition, but))
        return (id_of(key) for (key,) in rows.fetchall())

    def belongs(self, item: str, partition: str, but: str) -> bool:
        """Say whether an item was last seen in a partition, by another scan than this."""
        found = self._one("SELECT partition, run FROM member WHERE id = ?", key_of(item))
        return found is not None and found[0] == partition and found[1] != but

    def vanished(self, run: str, partitions: Sequence[str]) -> Sequence[str]:
        """Return the items that these partitions had and this scan did not see."""
        marks = ",".join("?" * len(partitions))
        rows = self._db.execute(
            f"SELECT id FROM member WHERE run != ? AND partition IN ({marks}) ORDER BY id",  # noqa: S608 - marks only
            (run, *partitions),
        )
        return [id_of(key) for (key,) in rows]

    def had(self, partition: str) -> bool:
        """Say whether an earlier scan saw a partition."""
        return self._one("SELECT 1 FROM scanned WHERE partition = ?", partition) is not None

    def forget(self, ids: Iterable[str]) -> None:
        """Drop items that are gone."""
        self._db.executemany("DELETE FROM member WHERE id = ?", ((key_of(one),) for one in ids))

    def _one(self, query: str, *given: Any) -> Any:
        with closing(self._db.execute(query, given)) as found:
            return found.fetchone()
