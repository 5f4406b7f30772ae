from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from tests.builders import NOW
from tests.unit.domain.approval.approved_orders import a_line, a_stand, stands

from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.last_approved import compared, product_key, remembered
from herald.domain.approval.stand import Stand

SOFA = a_line(name="Sofa", sku="SO-1", unitPrice=Decimal(900))
LATER = NOW + timedelta(days=3)


def before(*lines: dict[str, Any], **changes: Any) -> dict[str, dict[str, Any]]:
    return remembered(a_stand(*lines, **changes), NOW, "A-1001")


def test_a_product_is_known_by_its_sku_or_else_by_its_name() -> None:
    assert [product_key(line) for line in (a_line(), {"name": "Chair"}, {"quantity": 1})] == ["CH-1", "Chair", None]


def test_what_is_remembered_of_a_line_is_how_it_was_made_and_what_it_cost() -> None:
    assert before(a_line()) == {
        "CH-1": {
            "attributes": {"Fabric": "Sand"},
            "components": [{"sku": "LEG", "name": "Leg", "quantity": 4}],
            "unitPrice": Decimal("100.00"),
            "currency": "EUR",
            "order": "A-1001",
            "at": NOW,
        }
    }


def test_what_a_line_does_not_have_is_not_remembered() -> None:
    assert remembered(Stand({"lines": [{"name": "Chair"}, {"quantity": 1}]}), NOW, "A-1001") == {
        "Chair": {"order": "A-1001", "at": NOW}
    }


def test_of_two_lines_of_a_product_the_first_is_remembered() -> None:
    assert before(a_line(), a_line(unitPrice=Decimal(1)))["CH-1"]["unitPrice"] == Decimal("100.00")


def test_fifty_products_are_remembered_at_most() -> None:
    known = before(*(a_line(sku=f"CH-{number}") for number in range(60)))

    assert list(known) == [f"CH-{number}" for number in range(50)]


@given(stands())
def test_what_was_just_approved_differs_in_nothing_from_itself(stand: Stand) -> None:
    one_of_each = list({product_key(line): line for line in stand.lines}.values())
    stand = Stand({**stand.order, "lines": one_of_each})

    found = compared(stand, loads(dumps(remembered(stand, NOW, "A-1001"))))

    assert found in ({"order": "A-1001", "at": NOW, "differences": []}, None)
    assert (found is None) == (not any(product_key(line) is not None for line in one_of_each))


@pytest.mark.parametrize("known", [{}, before(SOFA)])
def test_a_product_that_was_never_approved_is_compared_with_nothing(known: dict[str, Any]) -> None:
    assert compared(a_stand(a_line()), known) is None


def test_options_components_and_price_are_compared_with_the_last_approval() -> None:
    chair = a_line(
        name="Chair 2.0",
        configurationId="c-7",
        quantity=9,
        unitPrice=Decimal("120.00"),
        attributes={"Fabric": "Moss"},
        components=[],
    )

    assert compared(a_stand(chair), before(a_line())) == {
        "order": "A-1001",
        "at": NOW,
        "differences": [
            {
                "part": "price", "line": "Chair 2.0", "field": "unitPrice",
                "before": Decimal("100.00"), "after": Decimal("120.00"),
            },
            {"part": "options", "line": "Chair 2.0", "field": "Fabric", "before": "Sand", "after": "Moss"},
            {"part": "options", "line": "Chair 2.0", "field": "LEG", "before": 4},
        ],
    }  # fmt: skip


def test_prices_in_another_currency_are_not_compared() -> None:
    found = compared(a_stand(a_line(unitPrice=Decimal("90.00")), currency="GBP"), before(a_line()))

    assert found == {"order": "A-1001", "at": NOW, "differences": []}


def test_the_latest_of_the_approvals_is_named() -> None:
    known = {**remembered(a_stand(SOFA), LATER, "A-2002"), **before(a_line())}

    found = compared(a_stand(a_line(unitPrice=Decimal(1)), {**SOFA, "unitPrice": Decimal(2)}, {"name": "New"}), known)

    assert found is not None
    assert (found["order"], found["at"]) == ("A-2002", LATER)
    assert [(row["line"], row["before"]) for row in found["differences"]] == [("Chair", 100), ("Sofa", 900)]
