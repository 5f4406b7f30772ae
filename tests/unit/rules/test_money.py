"""Amounts are exact or refused."""

from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given, settings
from hypothesis import strategies as st

from herald.domain.money import MAX_DIGITS, MINOR_UNITS, MoneyError, exact_amount, product, total


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [
        ("10", "EUR", "10.00"),
        ("10.5", "EUR", "10.50"),
        ("10.500", "EUR", "10.50"),
        ("-0.01", "USD", "-0.01"),
        ("800000", "JPY", "800000"),
        ("1.0", "JPY", "1"),
        ("1.234", "KWD", "1.234"),
        ("1E+3", "GBP", "1000.00"),
        ("9999999999999.99", "EUR", "9999999999999.99"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(amount: str, currency: str, exact: str) -> None:
    assert str(exact_amount(Decimal(amount), currency)) == exact


@pytest.mark.parametrize(
    ("amount", "currency", "problem"),
    [
        ("0.001", "EUR", "more than the 2 fraction digits of EUR"),
        ("0.5", "JPY", "more than the 0 fraction digits of JPY"),
        ("10000000000000.00", "EUR", "more than 15 digits"),
        ("1E+400", "EUR", "more than 15 digits"),
        ("1E-400", "EUR", "more than the 2 fraction digits"),
        ("NaN", "EUR", "not finite"),
        ("Infinity", "EUR", "not finite"),
        ("1", "EURO", "no code of ISO 4217"),
        ("1", "eur", "no code of ISO 4217"),
        ("1", "XXX", "no code of ISO 4217"),
    ],
)
def test_an_amount_that_is_none_is_refused_without_being_told(amount: str, currency: str, problem: str) -> None:
    with pytest.raises(MoneyError, match=problem) as refused:
        exact_amount(Decimal(amount), currency)
    assert amount not in str(refused.value) or amount == "1"


def test_no_rounding_hides_in_a_product_or_a_sum() -> None:
    with pytest.raises(MoneyError, match="more than 15 digits"):
        product(Decimal("9999999999999.99"), 2, "EUR")
    with pytest.raises(MoneyError, match="more than 15 digits"):
        total([Decimal("9999999999999.99"), Decimal("0.01")], "EUR")


@settings(deadline=None)
@given(st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1), st.sampled_from(sorted(MINOR_UNITS)))
def test_every_amount_of_minor_units_is_kept_and_compares_as_a_double_the_same(units: int, currency: str) -> None:
    amount = Decimal(units).scaleb(-MINOR_UNITS[currency])
    assert exact_amount(amount, currency) == amount
    assert Decimal(repr(float(amount))) == amount


def test_every_code_is_a_currency_babel_knows() -> None:
    assert set(MINOR_UNITS) - set(get_global("all_currencies")) == set()
    for code in ("EUR", "USD", "GBP", "JPY", "CHF", "KRW", "KWD"):
        assert MINOR_UNITS[code] == get_global("currency_fractions").get(code, (2,))[0]
