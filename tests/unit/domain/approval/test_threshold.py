from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.approval.approved_orders import a_line, an_order

from herald.domain.approval.policy import Measure, Threshold
from herald.domain.approval.threshold import holds, measured, why

OAK = "attributes.Wood == 'Oak'"
amounts = st.decimals(min_value=0, max_value=10**9, places=2)
measures = st.sampled_from([Measure.SUM, Measure.MAX])


def a_threshold(**changes: Any) -> Threshold:
    """More than 300 euros over all lines."""
    return Threshold(
        **{"measure": Measure.SUM, "of": "lineTotal", "above": {"EUR": Decimal(300), "*": Decimal(3)}, **changes}
    )


def order_of(*amounts: Any, **changes: Any) -> dict[str, Any]:
    lines = [a_line(lineTotal=amount, quantity=number) for number, amount in enumerate(amounts, start=1)]
    return an_order(**{"lines": lines, **changes})


@pytest.mark.parametrize(
    ("threshold", "value"),
    [
        (a_threshold(), Decimal("300.01")),
        (a_threshold(measure=Measure.MAX), Decimal("200.01")),
        (a_threshold(measure=Measure.COUNT), 2),
        (a_threshold(of="quantity"), 3),
        (a_threshold(of="quantity", measure=Measure.MAX), 2),
        (a_threshold(where="quantity > `1`"), Decimal("200.01")),
        (a_threshold(where="lineTotal == `200.01`"), Decimal("200.01")),
        (a_threshold(measure=Measure.COUNT, where="sum([lineTotal, unitPrice]) > `250`"), 1),
    ],
)
def test_a_threshold_measures_all_lines_or_those_its_filter_holds_for(threshold: Threshold, value: object) -> None:
    assert measured(threshold, order_of(Decimal("100.00"), Decimal("200.01"))) == value


@given(measures, st.lists(amounts, min_size=1, max_size=6))
def test_it_holds_only_strictly_above_the_exact_amount(measure: Measure, values: list[Decimal]) -> None:
    order = order_of(*values)
    exact = sum(values, Decimal(0)) if measure is Measure.SUM else max(values)
    limits = {"at": exact, "under": exact - Decimal("0.01"), "over": exact + Decimal("0.01")}

    asked = {name: holds(a_threshold(measure=measure, above={"EUR": limit}), order) for name, limit in limits.items()}

    assert asked == {"at": False, "under": True, "over": False}


@given(st.lists(amounts, max_size=5), amounts, measures)
def test_another_line_never_makes_an_order_that_asks_silent(
    values: list[Decimal], more: Decimal, measure: Measure
) -> None:
    threshold = a_threshold(measure=measure)

    assert not holds(threshold, order_of(*values)) or holds(threshold, order_of(*values, more))


@given(st.lists(amounts, max_size=5), st.randoms(use_true_random=False), measures)
def test_the_order_of_lines_makes_no_difference(values: list[Decimal], chance: Any, measure: Measure) -> None:
    order = order_of(*values)
    shuffled = {**order, "lines": chance.sample(order["lines"], len(values))}

    assert measured(a_threshold(measure=measure), shuffled) == measured(a_threshold(measure=measure), order)


@pytest.mark.parametrize("measure", list(Measure))
def test_no_line_is_never_above(measure: Measure) -> None:
    for threshold in (a_threshold(measure=measure), a_threshold(measure=measure, above={"EUR": Decimal(0), "*": 0})):
        assert not holds(threshold, order_of())
        assert not holds(Threshold(measure, threshold.above, "lineTotal", OAK), order_of(Decimal(900)))


def test_the_sum_over_no_line_is_nought_and_the_most_is_nothing() -> None:
    assert measured(a_threshold(), order_of()) == 0
    assert measured(a_threshold(measure=Measure.MAX), order_of()) is None


@pytest.mark.parametrize("measure", [Measure.SUM, Measure.MAX])
@pytest.mark.parametrize(
    "order",
    [
        {key: value for key, value in order_of(Decimal(1)).items() if key != "currency"},
        order_of(Decimal(1), currency="GBP"),
        order_of(Decimal(1), Decimal("NaN")),
        order_of(Decimal(1), True),
        order_of(Decimal(1), "2"),
        an_order({"quantity": 1}),
        {"currency": "EUR"},
    ],
)
def test_money_that_cannot_be_measured_asks(measure: Measure, order: dict[str, Any]) -> None:
    assert holds(a_threshold(measure=measure), order)


@pytest.mark.parametrize(
    "threshold",
    [
        a_threshold(of="quantity", above={"EUR": Decimal(300)}),
        a_threshold(measure=Measure.COUNT, above={}),
        a_threshold(of=None),
        a_threshold(of="weight"),
        *(
            a_threshold(where=where)
            for where in ("quantity >", "unknown_function(@)", "starts_with(quantity, 'a')", "quantity > 'many'")
        ),
    ],
)
def test_a_threshold_that_cannot_be_used_asks(threshold: Threshold) -> None:
    assert holds(threshold, order_of(Decimal(1)))


def test_a_broken_filter_asks_even_where_there_is_no_line() -> None:
    assert holds(a_threshold(where="("), order_of())


def test_a_count_or_a_quantity_needs_no_currency() -> None:
    order = {"lines": [a_line(quantity=3), a_line(quantity=0)]}

    assert not holds(a_threshold(of="quantity"), order)
    assert not holds(a_threshold(measure=Measure.COUNT), order)
    assert holds(a_threshold(of="quantity", above={"*": Decimal(2)}), order)


@pytest.mark.parametrize(
    ("where", "counts"),
    [
        ("quantity", True),
        ("attributes.none", True),
        ("attributes.Fabric", True),
        ("attributes.blank", False),
        ("attributes.missing", False),
        ("attributes.no", False),
        ("components[?sku=='LEG']", True),
        ("components[?sku=='ARM']", False),
        ("attributes", True),
    ],
)
def test_a_line_counts_if_what_the_filter_finds_is_true_in_jmespath(where: str, counts: bool) -> None:
    line = a_line(quantity=0, attributes={"Fabric": "Sand", "none": 0, "blank": "", "no": False})

    assert measured(a_threshold(measure=Measure.COUNT, where=where), an_order(line)) == int(counts)


def test_decimals_of_attributes_compare_with_the_numbers_of_a_filter() -> None:
    line = a_line(attributes={"Width": Decimal("2.10")})

    assert measured(a_threshold(measure=Measure.COUNT, where="attributes.Width == `2.1`"), an_order(line)) == 1


def test_a_filter_leaves_the_order_as_it_is() -> None:
    order = order_of(Decimal("100.00"))

    measured(a_threshold(where="lineTotal > `1`"), order)

    assert [type(line["lineTotal"]) for line in order["lines"]] == [Decimal]


def test_why_says_what_was_measured_against_what() -> None:
    order = order_of(Decimal("100.00"), Decimal("250.50"))

    assert why(a_threshold(), order) == {
        "measure": "sum",
        "of": "lineTotal",
        "value": Decimal("350.50"),
        "above": Decimal(300),
        "currency": "EUR",
    }
    assert why(a_threshold(measure=Measure.COUNT, of=None), order) == {
        "measure": "count",
        "of": None,
        "value": 2,
        "above": Decimal(3),
        "currency": None,
    }


def test_why_tells_the_value_although_its_currency_has_no_limit() -> None:
    explained = why(a_threshold(), order_of(Decimal("100.00"), currency="GBP"))

    assert (explained["value"], explained["above"], explained["currency"]) == (Decimal("100.00"), None, "GBP")
