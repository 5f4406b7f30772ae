from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.canonical import canonical_json, fingerprint, short_id

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert fingerprint(value) == fingerprint(backwards)


@given(json_values)
def test_every_json_value_has_one_spelling(value: object) -> None:
    assert canonical_json(value) == canonical_json(value)
    assert len(fingerprint(value)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.0"), 1),
        (Decimal("1.10"), Decimal("1.1")),
        (1.5, Decimal("1.50")),
        ((1, 2), [1, 2]),
        (Decimal("-0.0"), 0),
    ],
)
def test_equal_numbers_and_lists_are_spelt_alike(one: object, other: object) -> None:
    assert canonical_json(one) == canonical_json(other)


@pytest.mark.parametrize(
    ("one", "other"), [(True, 1), (None, ""), ("a", ["a"]), (Decimal("5000.1"), Decimal("5000.10001"))]
)
def test_different_values_are_spelt_differently(one: object, other: object) -> None:
    assert canonical_json(one) != canonical_json(other)


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), object(), {1, 2}])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_ids_are_equal_only_for_equal_parts(one: list[str], other: list[str]) -> None:
    assert (short_id("x", *one) == short_id("x", *other)) == (one == other)


def test_an_id_is_a_prefix_and_26_letters() -> None:
    prefix, _, rest = short_id("evt", "a").partition("_")
    assert (prefix, len(rest), rest) == ("evt", 26, rest.lower())
