"""What goes into storage comes out of it: the same values in the same types."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.adapters.exact_json import dumps, loads

KEYS = st.text() | st.sampled_from(["$", "$datetime", "$$datetime", "$$$", "total"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(categories=None))
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC), allow_imaginary=False).map(lambda at: at.replace(fold=0))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


def same(one: Any, other: Any) -> bool:
    """Equal in value, type and digits: 1.0, 1.00 and 1 are equal numbers, but not the same."""
    return repr(one) == repr(other)


@given(VALUES)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(loads(dumps(value)), value)


@given(VALUES)
def test_it_is_json_in_ascii(value: Any) -> None:
    text = dumps(value)

    assert text.isascii()
    json.loads(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("5000.50"), "5000.50"),
        (Decimal("5000"), "5000e0"),
        (Decimal("-0"), "-0e0"),
        (Decimal("1E+2"), "1E+2"),
        (Decimal("0.1") * 3, "0.3"),
        (
            Decimal("12345678901234567890.123456789012345678901234567890"),
            "12345678901234567890.123456789012345678901234567890",
        ),
        (5000, "5000"),
        (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), '{"$datetime":"2026-03-02T09:30:00+00:00"}'),
        ({"$datetime": "not ours"}, '{"$$datetime":"not ours"}'),
        ("\ud800", '"\\ud800"'),
    ],
)
def test_spelling(value: Any, text: str) -> None:
    assert dumps(value) == text
    assert same(loads(text), value)


def test_a_float_comes_back_as_the_decimal_of_its_digits() -> None:
    assert same(loads(dumps({"scale": 0.1})), {"scale": Decimal("0.1")})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), [Decimal("-Infinity")]])
def test_a_number_that_is_not_finite_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"finite|compliant"):
        dumps(value)


@pytest.mark.parametrize("value", [{1, 2}, b"raw", object(), {"at": datetime(2026, 1, 1, tzinfo=UTC), 5: "five"}])
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps(value)
