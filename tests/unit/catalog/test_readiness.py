"""Readiness: which places there are, what each needs, and how many points an item has there."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.adapters.exact_json import dumps, loads
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.plan import CatalogPlan, Region
from herald.domain.catalog.readiness import (
    Cell,
    Score,
    cells_of,
    letter,
    score_document,
    score_of,
    scored,
    translated,
)
from herald.domain.catalog.surroundings import Pricebook

RETAIL, TRADE = Pricebook("r", "Retail", ("EUR", "USD")), Pricebook("t", "Trade", ("EUR",))
ASSET, PRICE, ATTRIBUTES, TRANSLATION, METADATA = Requirement
NEED = frozenset({"r/EUR", "r/USD", "t/EUR"})
CELL = Cell("web", "EMEA", "de-DE", NEED)
SPOKEN = frozenset({"de-DE", "en-US"})
PLAN = CatalogPlan()


@pytest.mark.parametrize(
    ("pricebooks", "prices"),
    [
        ({}, {"r/EUR", "r/USD", "t/EUR"}),
        ({"Retail": ()}, {"r/EUR", "r/USD"}),
        ({"Retail": ("USD",)}, {"r/USD"}),
        ({"Retail": ("USD",), "Trade": ("EUR", "CHF")}, {"r/USD", "t/EUR", "t/CHF"}),
        ({"Nowhere": ("EUR",)}, {"Nowhere/EUR"}),
        ({"Nowhere": ()}, {"Nowhere/?"}),
    ],
)
def test_a_region_needs_the_prices_of_its_pricebooks(pricebooks: Any, prices: set[str]) -> None:
    [cell] = cells_of([Region("EMEA", pricebooks, ("de-DE",))], [RETAIL, TRADE], SPOKEN)
    assert cell == Cell("web", "EMEA", "de-DE", frozenset(prices))
    assert cell.key == "web/EMEA/de-DE"


def test_there_is_a_place_for_each_channel_and_language_of_each_region() -> None:
    regions = [Region("EMEA", {}, ("de-DE", "fr-FR"), ("web", "store")), Region("AMER", {}, ("en-US",)), Region("NONE")]
    assert [cell.key for cell in cells_of(regions, [], SPOKEN)] == [
        "web/EMEA/de-DE", "web/EMEA/fr-FR", "store/EMEA/de-DE", "store/EMEA/fr-FR", "web/AMER/en-US",
    ]  # fmt: skip
    assert all(cell.prices == frozenset() for cell in cells_of(regions, [], SPOKEN))


@pytest.mark.parametrize("pricebooks", [{"Nowhere": ()}, {"Nowhere": ("EUR",)}, {"Retail": ("CHF",)}])
def test_a_price_that_nothing_can_have_keeps_a_region_from_being_ready(pricebooks: Any) -> None:
    [cell] = cells_of([Region("EMEA", pricebooks, ("de-DE",))], [RETAIL, TRADE], SPOKEN)
    score = scored(PLAN, cell, [], 3, NEED)
    assert (score.points, score.lacks, score.launchable) == (70, {PRICE: 0.0}, False)


def test_a_language_that_the_organisation_does_not_have_keeps_a_region_from_being_ready() -> None:
    german, french = cells_of([Region("EMEA", {}, ("de-DE", "fr-FR"))], [RETAIL], SPOKEN)
    assert (german.spoken, french.spoken) == (True, False)
    assert scored(PLAN, german, [], 3, NEED) == Score(100, {})
    for findings in ([], [a(TRANSLATION, "fr-FR")]):
        assert scored(PLAN, french, findings, 3, NEED) == Score(90, {TRANSLATION: 0.0})


def a(requirement: Requirement, scope: str = "") -> tuple[Requirement, Finding]:
    return requirement, Finding("check", "item/1", "wrong", scope=scope)


@pytest.mark.parametrize(
    ("findings", "points", "lacks"),
    [
        ([], 100, {}),
        ([a(ASSET)], 70, {ASSET: 0.0}),
        ([a(ASSET), a(ASSET)], 70, {ASSET: 0.0}),
        ([a(PRICE)], 70, {PRICE: 0.0}),
        ([a(PRICE, "r/EUR")], 90, {PRICE: 1 - 1 / 3}),
        ([a(PRICE, "r/EUR"), a(PRICE, "r/EUR")], 90, {PRICE: 1 - 1 / 3}),
        ([a(PRICE, "r/EUR"), a(PRICE, "r/USD"), a(PRICE, "t/EUR")], 70, {PRICE: 0.0}),
        ([a(PRICE, "r/EUR"), a(PRICE)], 70, {PRICE: 0.0}),
        ([a(PRICE, "other/EUR")], 100, {}),
        ([a(ATTRIBUTES), a(METADATA)], 70, {ATTRIBUTES: 0.0, METADATA: 0.0}),
        ([a(TRANSLATION, "de-DE")], 97, {TRANSLATION: 0.75}),
        ([a(TRANSLATION), a(TRANSLATION, "de-DE")], 95, {TRANSLATION: 0.5}),
        ([a(TRANSLATION, "fr-FR")], 100, {}),
        ([a(TRANSLATION, "de-DE")] * 9, 90, {TRANSLATION: 0.0}),
        ([a(one) for one in Requirement] + [a(TRANSLATION)] * 3, 0, dict.fromkeys(Requirement, 0.0)),
    ],
)
def test_points_of_an_item_with_four_texts(findings: Any, points: int, lacks: dict[Requirement, float]) -> None:
    score = scored(PLAN, CELL, findings, 4, NEED)
    assert score.points == points
    assert score.lacks == pytest.approx(lacks, abs=0.001)
    assert score.launchable is (not set(lacks) - {METADATA})


def test_an_item_without_texts_and_a_plan_without_weights() -> None:
    assert scored(PLAN, CELL, [a(TRANSLATION)], 0, NEED).points == 90
    assert scored(CatalogPlan(weights={}), CELL, [], 0, NEED).points == 0
    assert scored(CatalogPlan(weights={PRICE: 1}), CELL, [a(ASSET)], 0, NEED).points == 100


FINDINGS = st.lists(
    st.builds(a, st.sampled_from(Requirement), st.sampled_from(["", "de-DE", "fr-FR", "r/EUR", "t/EUR", "x/y"])),
    max_size=12,
)
WEIGHTS = st.dictionaries(st.sampled_from(Requirement), st.integers(0, 60), min_size=1)


@given(FINDINGS, st.integers(0, 9), WEIGHTS)
def test_points_are_between_none_and_all_and_only_the_whole_has_all(findings: Any, texts: int, weights: Any) -> None:
    plan = CatalogPlan(weights=weights)
    score = scored(plan, CELL, findings, texts, NEED)
    assert 0 <= score.points <= 100
    assert all(0.0 <= share < 1.0 for share in score.lacks.values())
    if sum(weights.values()) and not score.lacks:
        assert score.points == 100
    more = scored(plan, CELL, [*findings, a(ASSET)], texts, NEED)
    assert more.points <= score.points


@given(st.integers(1, 40), st.data())
def test_points_are_those_that_exact_arithmetic_gives(texts: int, data: st.DataObject) -> None:
    missing = data.draw(st.integers(0, texts))
    score = scored(PLAN, CELL, [a(TRANSLATION)] * missing, texts, NEED)
    assert score.points == int(90 + 10 * Fraction(texts - missing, texts))


@pytest.mark.parametrize(
    ("points", "expected"),
    [(100, "A"), (90, "A"), (89, "B"), (80, "B"), (79.9, "C"), (70, "C"), (69, "D"), (60, "D"), (59, "E"), (0, "E")],
)
def test_letters(points: float, expected: str) -> None:
    assert letter(points) == expected
    assert Score(int(points), {}).letter == letter(int(points))


@given(FINDINGS, st.integers(1, 9))
def test_once_all_texts_are_there_only_the_translation_is_whole(findings: Any, texts: int) -> None:
    score = scored(PLAN, CELL, findings, texts, NEED)
    after = translated(PLAN, score)
    assert after == scored(PLAN, CELL, [one for one in findings if one[0] is not TRANSLATION], texts, NEED)
    assert translated(PLAN, after) is after
    assert (after is score) == (TRANSLATION not in score.lacks)


# What is kept is compared by the next scan with what it finds: equal scores have to stay equal.
@pytest.mark.parametrize("texts", [1, 2, 3, 6, 7])
def test_a_score_that_was_kept_is_the_score_that_is_found_again(texts: int) -> None:
    score = scored(PLAN, CELL, [a(TRANSLATION)], texts, NEED)
    assert score_of(loads(dumps(score_document(score)))) == score


def test_what_is_whole_in_thirds_costs_no_point_more() -> None:
    two_of_three = [a(PRICE, "r/EUR"), a(PRICE, "t/EUR")]
    assert (scored(PLAN, CELL, two_of_three, 3, NEED).points, scored(PLAN, CELL, two_of_three[:1], 3, NEED).points) == (
        80,
        90,
    )


def test_a_score_that_was_kept_has_the_same_points_once_all_texts_are_there() -> None:
    score = scored(PLAN, CELL, [a(TRANSLATION), a(PRICE, "r/EUR"), a(PRICE, "t/EUR")], 3, NEED)
    assert (score.points, translated(PLAN, score).points) == (76, 80)
    assert translated(PLAN, score_of(score_document(score))).points == 80
