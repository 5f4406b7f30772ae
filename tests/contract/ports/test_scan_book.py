"""The book of a scan: it knows what was read into it, after a crash no more than was noted, and is on the disk once."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import NOW
from tests.contract.ports.scan_rows import (
    BENCH,
    MOSS,
    OAK,
    ODD_IDS,
    OTHER_TAG,
    SOFA,
    TAG,
    a_configuration,
    a_line,
    an_asset,
    made_id,
)

from herald.adapters.scan_book import DRAFTS, SqliteScanBook
from herald.domain.catalog.issue import Blast
from herald.domain.catalog.item import KnownAsset
from herald.domain.catalog.plan import CatalogPlan, Datatable, Partition
from herald.domain.catalog.surroundings import Pricebook, Use

Make = Callable[[], SqliteScanBook]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SqliteScanBook]:
    made = SqliteScanBook(tmp_path / "book", tmp_path / "long", NOW)
    yield made
    made.close()


def copied(tmp_path: Path, name: str = "copy") -> SqliteScanBook:
    """The book as whoever goes on after a crash finds it: a copy of the files as they lie on the disk."""
    for file in ("book", "long"):
        shutil.copy(tmp_path / file, tmp_path / f"{name}-{file}")
    return SqliteScanBook(tmp_path / f"{name}-book", tmp_path / f"{name}-long", NOW)


# ---------------------------------------------------------------- progress


def test_a_new_book_begins_at_the_first_page_and_knows_nothing(book: SqliteScanBook) -> None:
    assert book.progress("assets") == (1, False)
    assert book.noted("org") is None
    assert (book.assets(), book.configurations(), book.now) == (0, 0, NOW)
    assert (book.asset(SOFA), book.tag("wood"), book.uses(SOFA), book.table_prices("a")) == (None, None, (), None)
    assert list(book.table_rows("table")) == []


def test_progress_is_kept_for_each_source(book: SqliteScanBook) -> None:
    book.turned("assets", 3)
    book.turned("orders", 1, done=True)
    book.turned("assets", 4)

    assert (book.progress("assets"), book.progress("orders")) == ((4, False), (1, True))
    book.turned("assets", 1)
    assert book.progress("assets") == (1, False)


KEEPING: dict[str, tuple[Callable[[SqliteScanBook], object], Callable[[SqliteScanBook], object], object]] = {
    "assets": (lambda book: book.keep_assets([an_asset(SOFA)]), lambda book: book.assets(), 0),
    "notes": (lambda book: book.note("org", "o"), lambda book: book.noted("org"), None),
    "context": (
        lambda book: book.keep_context([Pricebook("p", "P", ("EUR",))], [{"id": TAG, "name": "wood"}], ["de-DE"]),
        lambda book: (book.pricebooks, book.locales, book.tag("wood")), ((), (), None),
    ),
    "translations": (
        lambda book: book.keep_translations("de-DE", ["Sofa"]), lambda book: book.translated("de-DE", "Sofa"), False,
    ),
    "tables": (
        lambda book: book.keep_table("table", [{"id": 1}]), lambda book: list(book.table_rows("table")), [],
    ),
    "configurations": (
        lambda book: book.keep_configurations([a_configuration(1)]), lambda book: book.configurations(), 0,
    ),
    "orders": (
        lambda book: book.keep_orders([a_line()]), lambda book: book.blast([SOFA], None, CatalogPlan()).open_orders, 0,
    ),
    "members": (lambda book: book.seen("run", "all", [SOFA]), lambda book: list(book.partitions()), []),
    "partitions": (lambda book: book.scanned("run", "all"), lambda book: book.had("all"), False),
    "notes for the next": (lambda book: book.note_for_next("a", "b"), lambda book: book.noted_before("a"), None),
}  # fmt: skip


@pytest.mark.parametrize("kept", KEEPING)
def test_what_was_kept_since_the_last_note_is_lost_with_it_and_what_was_noted_is_not(
    book: SqliteScanBook, tmp_path: Path, kept: str
) -> None:
    keep, read, nothing = KEEPING[kept]
    book.turned("assets", 2)
    keep(book)

    crashed = copied(tmp_path)
    assert (crashed.progress("assets"), read(crashed)) == ((2, False), nothing)
    book.turned("assets", 3)
    after = copied(tmp_path, "after")
    assert after.progress("assets") == (3, False)
    assert read(after) != nothing


@pytest.mark.parametrize("kept", KEEPING)
def test_what_is_saved_can_be_copied(book: SqliteScanBook, tmp_path: Path, kept: str) -> None:
    keep, read, nothing = KEEPING[kept]
    keep(book)
    book.save()

    assert read(copied(tmp_path)) != nothing


def test_a_page_read_again_after_a_crash_changes_nothing(book: SqliteScanBook) -> None:
    for _ in range(2):
        book.keep_assets([an_asset(SOFA), an_asset(BENCH)])
        book.keep_configurations([a_configuration(1, Fabric={"assetId": MOSS})])
        book.keep_orders([a_line(), a_line()])
    book.complete(CatalogPlan())

    assert (book.assets(), book.configurations()) == (2, 1)
    assert book.uses(SOFA) == (Use("Fabric", MOSS, 1, "configuration-001"),)
    assert book.blast([SOFA], None, CatalogPlan()).value == {"EUR": Decimal("21.00")}


# ---------------------------------------------------------------- assets


def test_an_asset_is_known_as_the_list_tells_of_it(book: SqliteScanBook) -> None:
    row = an_asset(
        SOFA, updatedAt="2026-03-02T10:00:00.500Z", warnings=True, tagids=[TAG, OTHER_TAG, TAG], proxyId=OAK,
        defaultStageId=None, defaultCompositeId="composite",
    )  # fmt: skip
    book.keep_assets([row])

    assert book.asset(SOFA) == KnownAsset(
        SOFA, "item", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, 10, 0, 0, 500_000, tzinfo=UTC), True,
        frozenset({TAG, OTHER_TAG}), (("proxyId", OAK), ("defaultCompositeId", "composite")),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["item", "model", "material", "stage", "attribute", "texture", ""])
def test_assets_of_every_kind_are_known(book: SqliteScanBook, kind: str) -> None:
    book.keep_assets([{"id": SOFA, "type": kind}])
    assert book.asset(SOFA) == KnownAsset(SOFA, kind, None)


@pytest.mark.parametrize(
    ("row", "published"),
    [
        ({"publishedAt": None}, None),
        ({"publishedAt": ""}, None),
        ({"publishedAt": 7}, None),
        ({}, None),
        ({"publishedAt": "yesterday"}, datetime(1970, 1, 1, tzinfo=UTC)),
        ({"publishedAt": "2026-03-01T00:00:00Z"}, datetime(2026, 3, 1, tzinfo=UTC)),
        ({"publishedAt": "1969-12-31T23:59:59.000Z"}, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_that_cannot_be_read_still_says_that_there_is_one(
    book: SqliteScanBook, row: Mapping[str, Any], published: datetime | None
) -> None:
    book.keep_assets([{"id": SOFA, "type": "item", **row}])
    known = book.asset(SOFA)
    assert known is not None
    assert known.published_at == published


def test_what_is_deleted_or_bears_no_id_is_left_out_and_odd_fields_are_overlooked(book: SqliteScanBook) -> None:
    book.keep_assets(
        [
            an_asset(SOFA, deletedAt="2026-01-01T00:00:00Z"), an_asset(""), {"type": "item"}, {"id": 7},
            {"id": BENCH, "type": 7, "tagids": "none", "warnings": "yes", "proxyId": {"a": 1}, "updatedAt": []},
            an_asset(OAK, tagids=[7, None, TAG]),
        ]
    )  # fmt: skip
    assert book.assets() == 2
    assert book.asset(SOFA) is None
    assert book.asset(BENCH) == KnownAsset(BENCH, "", None)
    oak = book.asset(OAK)
    assert oak is not None
    assert oak.tags == {TAG}


def test_a_later_row_of_an_asset_replaces_the_earlier(book: SqliteScanBook) -> None:
    book.keep_assets([an_asset(SOFA, tagids=[TAG])])
    book.keep_assets([an_asset(SOFA, publishedAt=None, tagids=[OTHER_TAG])])
    assert (book.assets(), book.asset(SOFA)) == (1, KnownAsset(SOFA, "item", None, tags=frozenset({OTHER_TAG})))


def test_ids_that_are_no_uuids_are_told_apart_and_come_back_as_they_are(book: SqliteScanBook) -> None:
    ids = [one for one in ODD_IDS if one]
    book.keep_assets([an_asset(one, publishedAt=None, proxyId=one, tagids=[TAG]) for one in ids])
    book.seen("run", "all", ids)
    book.keep_configurations([{"id": f"c-{one[:9]}", "productId": one} for one in ids if "\ud800" not in one])
    book.complete(CatalogPlan())

    assert book.assets() == len(ids)
    for one in ids:
        known = book.asset(one)
        assert known is not None
        assert (known.id, known.references) == (one, (("proxyId", one),))
    assert set(book.drafts(TAG)) == set(ids)
    assert set(book.vanished("next", ["all"])) == set(ids)
    assert book.asset("another") is None


@given(ids=st.lists(st.text(st.characters(categories=None), min_size=1, max_size=40) | st.uuids().map(str), max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_id_comes_back(book: SqliteScanBook, ids: list[str]) -> None:
    book.keep_assets([an_asset(one, proxyId=one) for one in ids])
    for one in ids:
        known = book.asset(one)
        assert known is not None
        assert known.references == (("proxyId", one),)


# ---------------------------------------------------------------- tags


def tagged(book: SqliteScanBook, *tags: Mapping[str, Any]) -> None:
    book.keep_context((), tags, ())


def test_a_tag_is_found_by_name_by_legacy_name_and_with_its_sign(book: SqliteScanBook) -> None:
    tagged(
        book,
        {"id": TAG, "name": "Woods", "legacyName": "#Timber"},
        {"id": OTHER_TAG, "legacyName": "old"},
        {"name": "x"},
    )

    assert [book.tag(name) for name in ("Woods", "#woods", "WOODS", "timber", "#Timber")] == [TAG] * 5
    assert [book.tag(name) for name in ("old", "#old", "x", "", "#", "wood")] == [OTHER_TAG, OTHER_TAG, *[None] * 4]
    assert (book.has_tag(TAG), book.has_tag(OTHER_TAG), book.has_tag("woods")) == (True, True, False)


def test_a_name_goes_before_a_legacy_name(book: SqliteScanBook) -> None:
    tagged(book, {"id": TAG, "name": "fabrics", "legacyName": "woods"}, {"id": OTHER_TAG, "name": "woods"})
    assert book.tag("woods") == OTHER_TAG


def test_the_names_of_an_assets_tags(book: SqliteScanBook) -> None:
    tagged(book, {"id": TAG, "name": "Woods"}, {"id": OTHER_TAG, "legacyName": "Old"})
    book.keep_assets([an_asset(SOFA, tagids=[OTHER_TAG, TAG, "unknown"]), an_asset(BENCH)])

    assert sorted(book.tag_names(SOFA)) == ["old", "woods"]
    assert (list(book.tag_names(BENCH)), list(book.tag_names("nothing"))) == ([], [])


def test_bearers_are_the_items_that_bear_a_tag_and_drafts_those_that_are_not_published(book: SqliteScanBook) -> None:
    book.keep_assets(
        [
            an_asset(SOFA, tagids=[TAG]), an_asset(BENCH, tagids=[TAG, OTHER_TAG, TAG], publishedAt=None),
            an_asset(OAK, tagids=[TAG], type="material", publishedAt=None),
            an_asset(MOSS, tagids=[TAG], deletedAt="2026-01-01T00:00:00Z"),
        ]
    )  # fmt: skip
    book.complete(CatalogPlan())

    assert [book.bearers(tag) for tag in (TAG, OTHER_TAG, "unknown")] == [2, 1, 0]
    assert [list(book.drafts(tag)) for tag in (TAG, OTHER_TAG, "unknown")] == [[BENCH], [BENCH], []]


def test_drafts_are_the_first_fifty_by_id(book: SqliteScanBook) -> None:
    ids = [made_id(number) for number in range(100, 100 + DRAFTS + 7)]
    book.keep_assets([an_asset(one, tagids=[TAG], publishedAt=None) for one in reversed(ids)])
    book.complete(CatalogPlan())

    assert DRAFTS == 50
    assert list(book.drafts(TAG)) == ids[:50]
    assert book.bearers(TAG) == 57


# ---------------------------------------------------------------- what is the same for all items


def test_pricebooks_by_name_and_languages(book: SqliteScanBook) -> None:
    books = [Pricebook("2", "Trade", ("EUR",)), Pricebook("1", "Retail", ("USD", "EUR")), Pricebook("3", "Retail", ())]
    book.keep_context(books, (), ["fr-FR", "de-DE"])

    assert list(book.pricebooks) == [books[1], books[2], books[0]]
    assert list(book.locales) == ["de-DE", "fr-FR"]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        (([Pricebook("1", "Retail", ("EUR",))], [], ["de-DE"]), True),
        (([Pricebook("1", "Retail", ("EUR",))], [{"id": TAG, "name": "a"}], ["de-DE"]), True),
        (([Pricebook("1", "Retail", ("EUR", "USD"))], [], ["de-DE"]), False),
        (([Pricebook("1", "Trade", ("EUR",))], [], ["de-DE"]), False),
        (([Pricebook("2", "Retail", ("EUR",))], [], ["de-DE"]), False),
        (([Pricebook("1", "Retail", ("EUR",))], [], ["fr-FR"]), False),
        (([], [], []), False),
    ],
)
def test_the_print_of_the_context_is_of_pricebooks_and_languages_alone(
    tmp_path: Path, changed: tuple[Any, Any, Any], same: bool
) -> None:
    prints = []
    for name, context in (("a", ([Pricebook("1", "Retail", ("EUR",))], [], ["de-DE"])), ("b", changed)):
        made = SqliteScanBook(tmp_path / f"{name}-book", tmp_path / f"{name}-long", NOW)
        made.keep_context(*context)
        made.complete(CatalogPlan())
        prints.append(made.context_print())
        made.close()
    assert (prints[0] == prints[1]) is same


def test_a_text_is_translated_in_the_languages_it_is_translated_in(book: SqliteScanBook) -> None:
    book.keep_translations("de-DE", iter(["Sofa", "Söfa", "", "a\0b", "\ud800"]))
    book.keep_translations("de-DE", ["Sofa"])
    book.keep_translations("fr-FR", ["Bench"])

    assert all(book.translated("de-DE", text) for text in ("Sofa", "Söfa", "a\0b", "\ud800"))
    assert not any(
        book.translated(*one) for one in (("fr-FR", "Sofa"), ("de-DE", "sofa"), ("de-DE", "Bench"), ("", ""))
    )


# ---------------------------------------------------------------- datatables

PRICES = CatalogPlan(datatables=(Datatable("table", key_column="SKU", price_columns={"EUR": "Euro", "USD": "Dollar"}),))


def test_the_rows_of_a_table_come_back_and_are_replaced_as_a_whole(book: SqliteScanBook) -> None:
    book.keep_table("table", [{"id": "old", "value": {}}])
    book.keep_table("other", [{"id": "other"}])
    book.keep_table("table", [{"id": "1", "value": {"SKU": "A", "Euro": Decimal("1.50")}}, {"id": "2"}])

    assert list(book.table_rows("table")) == [{"id": "1", "value": {"SKU": "A", "Euro": "1.50"}}, {"id": "2"}]
    assert list(book.table_rows("other")) == [{"id": "other"}]


@pytest.mark.parametrize(
    ("value", "key", "prices"),
    [
        ({"SKU": "A", "Euro": "1.50", "Dollar": "2"}, "A", {"EUR": Decimal("1.50"), "USD": Decimal(2)}),
        ({"SKU": "A", "Euro": Decimal("0.10"), "Dollar": 3}, "A", {"EUR": Decimal("0.10"), "USD": Decimal(3)}),
        ({"SKU": 7, "Euro": "1"}, "7", {"EUR": Decimal(1)}),
        ({"SKU": "A", "Euro": "about 5", "Dollar": "2"}, "A", {"USD": Decimal(2)}),
        ({"SKU": "A", "Euro": "", "Dollar": "NaN"}, "A", None),
        ({"SKU": "A", "Euro": "Infinity"}, "A", None),
        ({"SKU": None, "Euro": "1"}, "None", None),
        ({"Euro": "1"}, "", None),
        ({"SKU": "A", "Euro": "1"}, "B", None),
        ("no columns", "A", None),
    ],
)
def test_prices_by_currency_for_a_key(book: SqliteScanBook, value: Any, key: str, prices: Any) -> None:
    book.keep_table("table", [{"id": "1", "value": value}])
    book.keep_table("unasked", [{"id": "1", "value": {"SKU": "A", "Euro": "99"}}])
    book.complete(PRICES)

    assert book.table_prices(key) == prices


def test_a_table_without_a_key_column_holds_no_prices(book: SqliteScanBook) -> None:
    book.keep_table("table", [{"id": "1", "value": {"SKU": "A", "Euro": "1"}}])
    book.complete(CatalogPlan(datatables=(Datatable("table", asset_columns=("Picture",)),)))
    assert book.table_prices("A") is None


# ---------------------------------------------------------------- saved configurations


def test_choices_of_an_asset_of_several_and_of_no_asset(book: SqliteScanBook) -> None:
    book.keep_configurations(
        [
            a_configuration(1, Fabric={"assetId": MOSS}, Width=20, Note=None),
            a_configuration(
                2, Fabric={"assetId": MOSS}, Extras=[{"assetId": OAK}, {"assetId": MOSS}, {"assetId": OAK}, 7]
            ),
            a_configuration(3, Fabric={"assetId": ""}, Extras=[], Tint={"r": 1}),
            a_configuration(4, BENCH, Fabric={"assetId": OAK}),
        ]
    )
    assert sorted(book.uses(SOFA), key=lambda use: (use.attribute, use.value or "")) == [
        Use("Extras", None, 1, "configuration-003"),
        Use("Extras", OAK, 1, "configuration-002"),
        Use("Extras", MOSS, 1, "configuration-002"),
        Use("Fabric", None, 1, "configuration-003"),
        Use("Fabric", MOSS, 2, "configuration-001"),
        Use("Note", None, 1, "configuration-001"),
        Use("Tint", None, 1, "configuration-003"),
        Use("Width", None, 1, "configuration-001"),
    ]
    assert book.uses(BENCH) == (Use("Fabric", OAK, 1, "configuration-004"),)
    assert book.uses(MOSS) == ()


def test_a_configuration_that_is_known_changes_nothing(book: SqliteScanBook) -> None:
    book.keep_configurations([a_configuration(1, Fabric={"assetId": MOSS})])
    book.keep_configurations([a_configuration(1, BENCH, Fabric={"assetId": OAK}, Other=1), a_configuration(2)])

    assert book.configurations() == 2
    assert book.uses(SOFA) == (Use("Fabric", MOSS, 1, "configuration-001"),)
    assert book.uses(BENCH) == ()


def test_what_is_no_configuration_is_left_out(book: SqliteScanBook) -> None:
    book.keep_configurations([{}, {"id": 7, "productId": SOFA}, {"id": "a"}, {"id": "b", "productId": None}])
    book.keep_configurations([{"id": "c", "productId": SOFA, "variant": [1]}, {"id": "d", "productId": SOFA}])
    assert (book.configurations(), book.uses(SOFA)) == (2, ())


def test_configurations_are_forgotten_and_read_anew(book: SqliteScanBook) -> None:
    book.keep_configurations([a_configuration(number, Fabric={"assetId": MOSS}) for number in range(5)])
    book.forget_configurations()
    assert (book.configurations(), book.uses(SOFA)) == (0, ())

    book.keep_configurations([a_configuration(9, Fabric={"assetId": OAK})])
    assert book.uses(SOFA) == (Use("Fabric", OAK, 1, "configuration-009"),)


ODD_TEXT = "half a pair: \ud83d"


ODD: dict[str, Callable[[SqliteScanBook], object]] = {
    "the name of an attribute": lambda book: book.keep_configurations([a_configuration(1, SOFA, **{ODD_TEXT: 1})]),
    "a configuration's id": lambda book: book.keep_configurations([{"id": ODD_TEXT, "productId": SOFA}]),
    "a configured item": lambda book: book.keep_configurations([a_configuration(1, ODD_TEXT)]),
    "a choice": lambda book: book.keep_configurations([a_configuration(1, SOFA, Fabric={"assetId": ODD_TEXT})]),
    "what an order's line names": lambda book: book.keep_orders([a_line(named=ODD_TEXT)]),
    "an order's market": lambda book: book.keep_orders([a_line(market=ODD_TEXT)]),
    "a tag's name": lambda book: book.keep_context((), [{"id": TAG, "name": ODD_TEXT}], ()),
    "a pricebook's name": lambda book: book.keep_context([Pricebook("p", ODD_TEXT, ())], (), ()),
    "an asset's type": lambda book: book.keep_assets([an_asset(SOFA, type=ODD_TEXT)]),
    "a key in a datatable": lambda book: book.keep_table("table", [{"value": {"SKU": ODD_TEXT, "Euro": 1}}]),
    "the tag that an item bears": lambda book: book.keep_assets([an_asset(SOFA, tagids=[ODD_TEXT])]),
    "what is asked of a datatable": lambda book: book.table_prices(ODD_TEXT),
    "a note": lambda book: book.note("org", ODD_TEXT),
    "a note for the next scan": lambda book: book.note_for_next("locale", ODD_TEXT),
}


@pytest.mark.parametrize("where", ODD)
def test_half_a_surrogate_pair_from_threekit_stops_no_scan(book: SqliteScanBook, where: str) -> None:
    # JSON can spell it ("\ud83d"), and a public token is enough to save a configuration or an order that does.
    ODD[where](book)
    book.complete(PRICES)
    book.blast([SOFA], None, CatalogPlan())


# ---------------------------------------------------------------- what an issue touches


def test_a_line_names_an_item_or_a_configuration_of_one(book: SqliteScanBook) -> None:
    book.keep_configurations([a_configuration(1), a_configuration(2, BENCH)])
    book.keep_orders(
        [
            a_line("order-1", "configuration-001", amount="1"), a_line("order-2", SOFA, amount="2"),
            a_line("order-3", "configuration-002", amount="4"), a_line("order-4", "no such thing", amount="8"),
        ]
    )  # fmt: skip
    plan = CatalogPlan()
    assert book.blast([SOFA], None, plan) == Blast(1, 1, 2, ("EMEA",), {"EUR": Decimal(3)}, Decimal(3))
    assert book.blast([BENCH], None, plan) == Blast(1, 1, 1, ("EMEA",), {"EUR": Decimal(4)}, Decimal(4))
    assert book.blast([SOFA, BENCH], None, plan).value == {"EUR": Decimal(7)}
    assert book.blast([MOSS], None, plan) == Blast(items=1)
    assert book.blast([], None, plan) == Blast()


def test_an_assets_issue_touches_those_that_chose_it_wherever_they_are(book: SqliteScanBook) -> None:
    book.keep_configurations(
        [
            a_configuration(1, Fabric={"assetId": MOSS}, Other={"assetId": MOSS}),
            a_configuration(2, Fabric={"assetId": OAK}),
            a_configuration(3, BENCH, Fabric=[{"assetId": MOSS}]),
        ]
    )
    book.keep_orders([a_line(f"order-{number}", f"configuration-{number:03d}", amount="10") for number in (1, 2, 3)])

    touched = book.blast([SOFA, BENCH], MOSS, CatalogPlan())
    assert (touched.items, touched.configurations, touched.open_orders, touched.worth) == (2, 2, 2, Decimal(20))
    chosen = book.blast([SOFA], OAK, CatalogPlan())
    assert (chosen.configurations, chosen.open_orders) == (1, 1)


def test_an_asset_that_nobody_chose_leaves_what_the_items_are_in(book: SqliteScanBook) -> None:
    book.keep_configurations([a_configuration(1, Fabric={"assetId": MOSS}), a_configuration(2, BENCH)])
    book.keep_orders([a_line("order-1", SOFA)])

    touched = book.blast([SOFA], OAK, CatalogPlan())
    assert (touched.configurations, touched.open_orders) == (1, 1)


def test_money_in_several_currencies_is_kept_apart_and_counted_in_one(book: SqliteScanBook) -> None:
    book.keep_orders(
        [
            a_line("order-1", currency="EUR", amount="0.10"), a_line("order-1", currency="EUR", amount="0.20"),
            a_line("order-2", currency="USD", amount="10.00", market="AMER", is_open=False),
            a_line("order-3", currency="JPY", amount="1000", market=""), a_line("order-4", currency="", amount="99"),
        ]
    )  # fmt: skip
    plan = CatalogPlan(value_in="EUR", rates={"USD": Decimal("0.90")})
    assert book.blast([SOFA], None, plan) == Blast(
        1, 0, 3, ("AMER", "EMEA"), {"EUR": Decimal("0.30"), "JPY": Decimal(1000), "USD": Decimal("10.00")},
        Decimal("9.30"),
    )  # fmt: skip
    assert list(book.blast([SOFA], None, plan).value) == ["EUR", "JPY", "USD"]
    assert book.blast([SOFA], None, CatalogPlan(value_in="USD", rates={})).worth == Decimal("10.00")


def test_an_order_read_again_is_as_it_is_now(book: SqliteScanBook) -> None:
    book.keep_orders([a_line("order-1"), a_line("order-1", BENCH), a_line("order-2")])
    book.keep_orders([a_line("order-1", SOFA, is_open=False, amount="3", market="APAC")])

    assert book.blast([SOFA], None, CatalogPlan()) == Blast(
        1, 0, 1, ("APAC", "EMEA"), {"EUR": Decimal("13.50")}, Decimal("13.50")
    )
    assert book.blast([BENCH], None, CatalogPlan()).value == {}


def test_asking_what_is_touched_keeps_nothing_from_being_copied(book: SqliteScanBook, tmp_path: Path) -> None:
    book.seen("run", "all", [SOFA])
    book.blast([SOFA], None, CatalogPlan())
    book.save()
    assert list(copied(tmp_path).partitions()) == ["all"]


def test_items_of_the_asset_list_by_partition(book: SqliteScanBook) -> None:
    tagged(book, {"id": TAG, "name": "Seating"}, {"id": OTHER_TAG, "name": "Sale"})
    book.keep_assets(
        [
            an_asset(SOFA, tagids=[TAG]), an_asset(BENCH, tagids=[TAG, OTHER_TAG]), an_asset(OAK),
            an_asset(MOSS, tagids=[OTHER_TAG], type="model"), an_asset(made_id(9), tagids=["unknown"]),
        ]
    )  # fmt: skip
    by_tag = (Partition("sale", ("#sale",)), Partition("seating", ("seating",)))
    assert book.items_by_partition(CatalogPlan(partitions=(*by_tag, Partition("rest")))) == {
        "sale": 1, "seating": 1, "rest": 2,
    }  # fmt: skip
    assert book.items_by_partition(CatalogPlan(partitions=by_tag)) == {"sale": 1, "seating": 1}
    assert book.items_by_partition(CatalogPlan()) == {"all": 4}


# ---------------------------------------------------------------- who was seen


def test_what_a_partition_had_and_a_scan_did_not_see_has_vanished(book: SqliteScanBook) -> None:
    book.seen("run-1", "a", [SOFA, BENCH, "odd"])
    book.seen("run-1", "b", [OAK])
    assert list(book.vanished("run-1", ["a", "b"])) == []

    book.seen("run-2", "a", [SOFA])
    assert set(book.vanished("run-2", ["a"])) == {BENCH, "odd"}
    assert set(book.vanished("run-2", ["a", "b"])) == {BENCH, OAK, "odd"}
    assert list(book.vanished("run-2", [])) == []


def test_an_item_that_moved_to_another_partition_has_not_vanished(book: SqliteScanBook) -> None:
    book.seen("run-1", "a", [SOFA, BENCH])
    book.seen("run-2", "b", [SOFA])
    assert list(book.vanished("run-2", ["a", "b"])) == [BENCH]


def test_what_is_gone_is_forgotten(book: SqliteScanBook) -> None:
    book.seen("run-1", "a", [SOFA, BENCH])
    book.forget([SOFA, "never was"])
    assert list(book.vanished("run-2", ["a"])) == [BENCH]
    book.forget([BENCH])
    assert list(book.partitions()) == []


def test_a_partition_was_scanned_though_it_was_empty(book: SqliteScanBook) -> None:
    book.seen("run-1", "a", [SOFA])
    assert not book.had("a")
    for run in ("run-1", "run-2"):
        book.scanned(run, "a")
        book.scanned(run, "empty")
    assert [book.had(name) for name in ("a", "empty", "other")] == [True, True, False]
    book.forget([SOFA])
    assert book.had("a")


def test_who_was_seen_where_by_another_scan(book: SqliteScanBook) -> None:
    book.seen("run-1", "a", [SOFA, BENCH, "odd \ud800"])
    book.seen("run-1", "b", [OAK])
    book.seen("run-2", "a", [SOFA])

    assert list(book.partitions()) == ["a", "b"]
    assert set(book.members("a", "run-2")) == {BENCH, "odd \ud800"}
    assert set(book.members("a", "run-3")) == {SOFA, BENCH, "odd \ud800"}
    assert (list(book.members("b", "run-1")), list(book.members("c", "run-1"))) == ([], [])
    told = [book.belongs(*one) for one in ((BENCH, "a", "run-2"), (SOFA, "a", "run-2"), (SOFA, "a", "run-1"))]
    assert told == [True, False, True]
    assert not book.belongs(OAK, "a", "run-2")
    assert not book.belongs("never seen", "a", "run-2")


def test_a_note_for_the_next_scan_is_no_note_of_this_one(book: SqliteScanBook) -> None:
    book.note("passes", "1")
    book.note_for_next("passes", "2")
    book.note_for_next("passes", "3")
    assert (book.noted("passes"), book.noted_before("passes"), book.noted_before("other")) == ("1", "3", None)
