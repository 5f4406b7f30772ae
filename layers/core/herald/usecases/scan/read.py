"""What surrounds the items is read into the book: assets, prices, languages, saved configurations, recent orders."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from herald.catalog_ports import OrderLine, Page, ScanBook
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.run import Run, Stage
from herald.domain.catalog.surroundings import Pricebook
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.facts import MappingError, order_facts
from herald.domain.rfc3339 import parse_timestamp
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.scan.workshop import Turn, Workshop

PER_PAGE = 100
AT_A_TIME = 4
"""Pages asked for side by side: no rate limit is published (docs/vendor/threekit.md 4), so we are polite."""
PUT_ASIDE_AFTER = 200
"""Pages that may have to be read again after a crash."""
PASSES = 3
"""How often the asset list is read when assets were deleted meanwhile: that shifts pages, and one may be missed."""
BELIEVED_AFTER = 8
"""How often an answer that holds nothing has to be given before it is taken for true."""
DEFAULT_LOCALE = "default-locale"
ENDED = frozenset({"Complete"})
NOT_YET = frozenset({"List", "In Cart"})

Fetch = Callable[[int], Page]
Keep = Callable[[Sequence[Mapping[str, Any]]], None]


@dataclass(frozen=True)
class Read:
    """Reads on where the run stands, until all is read or time is up."""

    workshop: Workshop

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:
        """Read; ``Later`` where time or Threekit gave out. What was read is kept."""
        run_id = str(message["run"])
        turn = Turn(self.workshop, f"{run_id}/read")
        return turn.made(attempt, lambda: self._read(run_id, attempt, turn, enough_time))

    def _read(self, run_id: str, attempt: int, turn: Turn, enough_time: Callable[[], bool]) -> Outcome:
        # Looked up now, and not before: whoever had the turn may have finished.
        shop, run = self.workshop, self.workshop.run(run_id)
        if run.stage is not Stage.READING:
            self._ask_for_exports(run)
            return DONE
        configuration, plan = shop.configuration(run)
        reading = _Reading(shop, run, shop.books.reading(run.id), plan, turn, enough_time, attempt)
        try:
            done = reading.all_of(configuration.mapping)
        except CallFailed as failure:
            reading.put_aside()
            return shop.not_now(attempt, failure)
        if not done:
            reading.put_aside()
            return Later(timedelta(0), Reason.CONTINUED)
        reading.book.complete(plan)
        shop.books.completed(run.id)
        shop.checkpoint("scan.read", run.id)
        counts, expected = reading.counts(), dict(reading.book.items_by_partition(plan))
        now = shop.clock()
        run = shop.change_run(run.id, lambda standing: _read(standing, now, counts, expected))
        shop.checkpoint("scan.turned", run.id)
        self._ask_for_exports(run)
        return DONE

    def _ask_for_exports(self, run: Run) -> None:
        if run.stage is Stage.EXAMINING:
            steps = [{"step": "export", "run": run.id, "partition": name} for name in run.partitions]
            self.workshop.queue.put(steps)


def _is_last(found: Page, number: int) -> bool:
    """Say whether nothing follows a page. One that is short is the last only if the list is said to be no longer."""
    if not found.records:
        return True
    return len(found.records) < PER_PAGE and (found.count is None or number * PER_PAGE >= found.count)


def _read(standing: Run, now: Any, counts: Mapping[str, int], expected: Mapping[str, int]) -> Run:
    after = standing.counted(**counts).at_stage(Stage.EXAMINING, now)
    return after.expecting(expected)


@dataclass
class _Reading:
    shop: Workshop
    run: Run
    book: ScanBook
    plan: CatalogPlan
    turn: Turn
    enough_time: Callable[[], bool]
    attempt: int
    pages: int = 0

    def all_of(self, mapping: Mapping[str, Any]) -> bool:
        """Read every source; return whether all was read. Raises ``CallFailed``."""
        return (
            self._assets()
            and self._once("context", self._context)
            and all(
                self._once(f"translations/{locale}", partial(self._translations, locale))
                for locale in self.book.locales
            )
            and all(
                self._once(f"datatable/{table.id}", partial(self._datatable, table.id))
                for table in self.plan.datatables
            )
            and self._configurations()
            and self._orders(mapping)
        )

    def put_aside(self) -> None:
        self.shop.books.put_aside(self.run.id)
        counts = self.counts()
        self.shop.change_run(self.run.id, lambda standing: standing.counted(**counts))

    def counts(self) -> dict[str, int]:
        return {"assets": self.book.assets(), "configurations": self.book.configurations()}

    def _once(self, source: str, read: Callable[[], None]) -> bool:
        if self.book.progress(source)[1]:
            return True
        if not self.enough_time():
            return False
        self.turn.keep()
        read()
        self.book.turned(source, 1, done=True)
        self.turn.keep()
        self.shop.checkpoint("scan.read_source", source)
        return True

    def _assets(self) -> bool:
        def keep(rows: Sequence[Mapping[str, Any]]) -> None:
            for row in rows[:1]:
                if isinstance(row.get("orgId"), str):
                    self.book.note("org", row["orgId"])
            self.book.keep_assets(rows)

        while True:
            if not self._paged("assets", self.shop.catalogue.assets_page, keep):
                return False
            passes = int(self.book.noted("passes") or "1")
            if self.book.noted("shifted") != "yes" or passes >= PASSES:
                break
            self.book.note("shifted", "no")
            self.book.note("count", "")
            self.book.note("passes", str(passes + 1))
            self.book.turned("assets", 1)
        try:
            self._believe("assets", self.book.assets())
        except CallFailed:
            self.book.turned("assets", 1)
            raise
        return True

    def _configurations(self) -> bool:
        if not self.book.progress("configurations")[1] and self.book.noted("configurations") is None:
            first = self.shop.catalogue.configurations_page(1)
            known = self.book.configurations()
            if first.count is not None and first.count < known:
                # Some were deleted, which no document mentions: pages and numbers no longer agree.
                self.book.forget_configurations()
                known = 0
            self.book.note("configurations", "begun")
            self.book.turned("configurations", known // PER_PAGE + 1)
        return self._paged("configurations", self.shop.catalogue.configurations_page, self.book.keep_configurations)

    def _orders(self, mapping: Mapping[str, Any]) -> bool:
        floor = self.run.began_at - timedelta(days=self.shop.order_days)

        def fetch(page: int) -> Page:
            return Page(self.shop.catalogue.orders_page(page, "-createdAt"))

        def keep(rows: Sequence[Mapping[str, Any]]) -> None:
            self.book.keep_orders(line for row in rows for line in order_lines(row, mapping))

        def enough(rows: Sequence[Mapping[str, Any]]) -> bool:
            at = parse_timestamp(str(rows[-1].get("createdAt"))) if rows else None
            return at is not None and at < floor

        return self._paged("orders", fetch, keep, enough)

    def _paged(
        self, source: str, fetch: Fetch, keep: Keep, enough: Callable[[Sequence[Mapping[str, Any]]], bool] | None = None
    ) -> bool:
        page, done = self.book.progress(source)
        width = 1
        with ThreadPoolExecutor(AT_A_TIME) as readers:
            while not done:
                if not self.enough_time():
                    return False
                for found in readers.map(fetch, range(page, page + width)):
                    keep(found.records)
                    self._watch_count(source, found, page)
                    page += 1
                    if _is_last(found, page - 1) or (enough is not None and enough(found.records)):
                        done = True
                        break
                self.book.turned(source, page, done=done)
                self._now_and_then(width, source)
                width = min(AT_A_TIME, width * 2)
        return True

    def _watch_count(self, source: str, found: Page, number: int) -> None:
        """Note that assets were deleted while they were read, which shifts pages, or that a page had rows too few."""
        if source == "assets" and found.count is not None:
            before = self.book.noted("count") or ""
            short = 0 < len(found.records) < PER_PAGE and not _is_last(found, number)
            if short or (before and found.count < int(before)):
                self.book.note("shifted", "yes")
            if before != str(found.count):
                self.book.note("count", str(found.count))

    def _now_and_then(self, pages: int, source: str) -> None:
        self.pages += pages
        self.turn.keep()
        self.shop.checkpoint("scan.read_page", source)
        if self.pages >= PUT_ASIDE_AFTER:
            self.pages = 0
            self.put_aside()
            self.shop.checkpoint("scan.put_aside", source)

    def _context(self) -> None:
        org = self.book.noted("org")
        if org is None:
            self.book.keep_context((), (), ())
            return
        languages = self.shop.catalogue.organisation(org).get("languages")
        self.book.note(DEFAULT_LOCALE, default_of(languages))
        pricebooks, tags = pricebooks_of(self.shop.catalogue.pricebooks(org)), self.shop.catalogue.tags()
        locales = locales_of(languages)
        for what, found in (("pricebooks", pricebooks), ("tags", tags), ("languages", locales)):
            self._believe(what, len(found))
        self.book.keep_context(pricebooks, tags, locales)

    def _translations(self, locale: str) -> None:
        with self.shop.catalogue.translations(locale) as told:
            self.book.keep_translations(locale, (text for text, translation in told if translation.strip()))

    def _datatable(self, table: str) -> None:
        self.book.keep_table(table, self.shop.catalogue.datatable_rows(table))

    def _believe(self, what: str, number: int) -> None:
        """Doubt an answer that holds nothing where the last scan found something; told often enough, it is believed.

        Raises ``CallFailed``.
        """
        before = int(self.book.noted_before(what) or "0")
        if number == 0 and before > 0 and self.attempt < BELIEVED_AFTER:
            detail = f"the answer holds no {what}; the last scan found {before}"
            raise CallFailed(Fate.TRANSIENT, Reason.ANSWER_UNREADABLE, detail)
        self.book.note_for_next(what, str(number))


def pricebooks_of(records: Sequence[Mapping[str, Any]]) -> list[Pricebook]:
    """Return the pricebooks in use, read tolerantly (docs/vendor/threekit.md 2.6)."""
    found = []
    for record in records:
        identity, currencies = record.get("id"), record.get("currencies")
        if isinstance(identity, str) and not record.get("deletedAt"):
            told = currencies if isinstance(currencies, list) else []
            names = tuple(code for code in told if isinstance(code, str))
            found.append(Pricebook(identity, str(record.get("name") or identity), names))
    return found


def default_of(languages: object) -> str:
    """Return an organisation's default language, whose texts are the source texts; empty if none is told."""
    default = languages.get("defaultValue") if isinstance(languages, Mapping) else None
    return default if isinstance(default, str) else ""


def locales_of(languages: object) -> list[str]:
    """Return an organisation's languages but for its default one (docs/vendor/threekit.md 7)."""
    if not isinstance(languages, Mapping) or not isinstance(languages.get("values"), list):
        return []
    values = [entry.get("value") for entry in languages["values"] if isinstance(entry, Mapping)]
    return [code for code in values if isinstance(code, str) and code and code != languages.get("defaultValue")]


def order_lines(order: Mapping[str, Any], mapping: Mapping[str, Any]) -> Iterator[OrderLine]:
    """Yield what an order's lines say of items. An order that the mapping cannot read says nothing of money.

    Wish lists and carts are no orders yet (docs/vendor/threekit.md 2.1).
    """
    status, cart = order.get("status"), order.get("cart")
    if not isinstance(status, str) or not isinstance(cart, list) or not isinstance(order.get("id"), str):
        return
    if status in NOT_YET:
        return
    try:
        facts = order_facts(order, mapping)
    except MappingError:
        facts = {}
    lines = facts.get("lines", [])
    for number, entry in enumerate(cart):
        named = entry.get("configurationId") if isinstance(entry, Mapping) else None
        if not isinstance(named, str) or not named:
            continue
        told = lines[number] if len(lines) == len(cart) else {}
        amount = told.get("lineTotal")
        yield OrderLine(
            order["id"], named, status not in ENDED, str(facts.get("region") or ""),
            str(facts.get("currency") or "") if amount is not None else "", str(amount) if amount is not None else "0",
        )  # fmt: skip
