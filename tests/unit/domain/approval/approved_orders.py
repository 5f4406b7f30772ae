"""Orders that approvals are about: name only what the test is about."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from herald.domain.approval.stand import Stand


def a_line(**changes: Any) -> dict[str, Any]:
    """Two chairs at 100."""
    line = {
        "sku": "CH-1",
        "name": "Chair",
        "quantity": 2,
        "unitPrice": Decimal("100.00"),
        "configurationId": "c-1",
        "attributes": {"Fabric": "Sand"},
        "components": [{"sku": "LEG", "name": "Leg", "quantity": 4}],
    }
    return {**line, **changes}


def an_order(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order of two chairs, or of other lines."""
    order = {
        "id": "o-1",
        "currency": "EUR",
        "region": "EMEA",
        "total": Decimal("200.00"),
        "lines": list(lines) or [a_line()],
    }
    return {**order, **changes}


def a_stand(*lines: dict[str, Any], **changes: Any) -> Stand:
    """The stand of such an order."""
    return Stand(an_order(*lines, **changes))


_FEW = st.sampled_from(["a", "b", "c"])
_NUMBERS = st.sampled_from([0, 1, 2, Decimal("1.00"), Decimal("2.50")])
_SCALARS = _FEW | _NUMBERS | st.booleans()
_ATTRIBUTES = st.dictionaries(_FEW, _SCALARS, max_size=2)
_COMPONENTS = st.lists(
    st.fixed_dictionaries({}, optional={"sku": _FEW, "name": _FEW, "quantity": st.integers(1, 2)}), max_size=3
)
_LINES = st.fixed_dictionaries(
    {},
    optional={
        "sku": _FEW, "name": _FEW, "quantity": st.integers(0, 2), "unitPrice": _NUMBERS, "lineTotal": _NUMBERS,
        "configurationId": _FEW, "attributes": _ATTRIBUTES, "components": _COMPONENTS,
    },
)  # fmt: skip
_ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "currency": st.sampled_from(["EUR", "GBP"]), "total": _NUMBERS, "attributes": _ATTRIBUTES,
        "lines": st.lists(_LINES, max_size=4),
    },
)  # fmt: skip


def lines() -> st.SearchStrategy[dict[str, Any]]:
    """Any line, of so few values that two of them are often alike."""
    return _LINES


def stands() -> st.SearchStrategy[Stand]:
    """Any stand, of so few values that two of them often have equal parts."""
    rows = st.lists(st.tuples(_FEW, _SCALARS), max_size=3).map(tuple)
    return st.builds(Stand, _ORDERS, rows)
