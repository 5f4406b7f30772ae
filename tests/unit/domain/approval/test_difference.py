from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.approval.approved_orders import a_line, a_stand, an_order, lines, stands

from herald.domain.approval.difference import Difference, difference_document, differences
from herald.domain.approval.policy import Part
from herald.domain.approval.stand import Stand

SOFA = a_line(name="Sofa", sku="SO-1", configurationId="c-9", unitPrice=Decimal(900))


def told(before: Stand, after: Stand, *inputs: Part) -> list[tuple[str, str, str, Any, Any]]:
    found = differences(before, after, inputs or tuple(Part))
    return [(str(one.part), one.line, one.field, one.before, one.after) for one in found]


@given(stands(), stands())
def test_a_part_has_differences_exactly_if_its_print_is_another(before: Stand, after: Stand) -> None:
    for part in Part:
        assert (differences(before, after, (part,)) == ()) == (before.print((part,)) == after.print((part,)))


@given(stands(), st.data())
def test_the_law_holds_for_small_changes_too(before: Stand, data: st.DataObject) -> None:
    order = deepcopy(dict(before.order))
    changed = data.draw(st.permutations(order.get("lines", [])))
    for line in changed:
        line.update(data.draw(st.sampled_from([{}, {"quantity": 2}, {"configurationId": "a"}, {"name": "b"}])))
    if data.draw(st.booleans()):
        changed = [*changed, data.draw(lines())]
    after = Stand({**order, "lines": changed}, before.shown)

    for part in Part:
        assert (differences(before, after, (part,)) == ()) == (before.print((part,)) == after.print((part,)))


@given(stands(), stands(), st.sets(st.sampled_from(list(Part))))
def test_the_differences_of_some_parts_are_those_of_all_in_these_parts(
    before: Stand, after: Stand, parts: set[Part]
) -> None:
    found = differences(before, after)

    assert differences(before, after, parts) == tuple(one for one in found if one.part in parts)
    assert all(one.before is not None or one.after is not None for one in found)
    assert [one.line for one in found] == sorted(one.line for one in found)


def test_every_field_that_changed_is_told_line_by_line() -> None:
    before = Stand(an_order(a_line(), SOFA), (("Margin", Decimal("0.21")), ("Channel", "web")))
    chair = a_line(
        unitPrice=Decimal("120.00"),
        quantity=3,
        attributes={"Fabric": "Moss", "Piping": True},
        components=[{"sku": "LEG", "name": "Leg", "quantity": 5}, {"sku": "ARM", "name": "Arm", "quantity": 2}],
    )
    order = an_order(chair, SOFA, currency="GBP", total=Decimal("360.00"), attributes={"Delivery": "express"})
    after = Stand(order, (("Margin", Decimal("0.18")),))

    assert told(before, after) == [
        ("price", "", "total", Decimal("200.00"), Decimal("360.00")),
        ("options", "", "Delivery", None, "express"),
        ("currency", "", "currency", "EUR", "GBP"),
        ("shown", "", "Channel", "web", None),
        ("shown", "", "Margin", Decimal("0.21"), Decimal("0.18")),
        ("price", "Chair", "unitPrice", Decimal("100.00"), Decimal("120.00")),
        ("options", "Chair", "ARM", None, 2),
        ("options", "Chair", "Fabric", "Sand", "Moss"),
        ("options", "Chair", "LEG", 4, 5),
        ("options", "Chair", "Piping", None, True),
        ("quantities", "Chair", "quantity", 2, 3),
    ]


def test_a_line_that_came_is_told_with_its_price_and_quantity() -> None:
    assert told(a_stand(a_line()), a_stand(a_line(), SOFA)) == [
        ("price", "Sofa", "unitPrice", None, Decimal(900)),
        ("options", "Sofa", "line", None, "SO-1"),
        ("quantities", "Sofa", "quantity", None, 2),
    ]


def test_a_product_in_the_place_of_another_is_a_line_that_went_and_one_that_came() -> None:
    assert told(a_stand(a_line()), a_stand(SOFA), Part.OPTIONS) == [
        ("options", "Chair", "line", "CH-1", None),
        ("options", "Sofa", "line", None, "SO-1"),
    ]


def test_a_line_without_price_and_quantity_that_went_is_told_in_every_part() -> None:
    bare = {"sku": "X-1"}

    assert told(a_stand(a_line(), bare), a_stand(a_line())) == [
        (part, "X-1", "line", "X-1", None) for part in ("price", "options", "quantities")
    ]


@pytest.mark.parametrize(
    ("change", "field", "before", "after"),
    [
        ({"configurationId": "c-2", "attributes": {"Fabric": "Moss"}}, "Fabric", "Sand", "Moss"),
        ({"configurationId": "c-2", "sku": "CH-2"}, "sku", "CH-1", "CH-2"),
        ({"configurationId": "c-2"}, "configurationId", "c-1", "c-2"),
        ({"name": "Stool"}, "name", "Chair", "Stool"),
        ({"name": "Stool", "configurationId": "c-2"}, "name", "Chair", "Stool"),
    ],
)
def test_a_line_is_known_again_by_its_configuration_its_name_or_its_sku(
    change: dict[str, Any], field: str, before: str, after: str
) -> None:
    chair = a_line(**change)
    found = told(a_stand(a_line(), SOFA), a_stand(SOFA, chair), Part.OPTIONS)

    assert found == [("options", chair["name"], field, before, after)]


def test_lines_without_a_name_are_known_by_their_place() -> None:
    before = a_stand({"quantity": 1}, {"quantity": 2})
    after = a_stand({"quantity": 1}, {"quantity": 3})

    assert told(before, after) == [("quantities", "#2", "quantity", 2, 3)]


def test_like_lines_are_matched_one_by_one() -> None:
    chair = a_line(configurationId="c-2", attributes={"Fabric": "Moss"})

    assert told(a_stand(a_line(), a_line(), a_line()), a_stand(a_line(), chair, a_line())) == [
        ("options", "Chair", "Fabric", "Sand", "Moss")
    ]


def test_a_line_that_is_as_it_was_is_matched_before_its_like() -> None:
    few, many = a_line(quantity=1), a_line(quantity=5)

    assert told(a_stand(few, many), a_stand(many), Part.QUANTITIES) == [("quantities", "Chair", "quantity", 1, None)]


def test_of_like_lines_that_all_changed_the_first_is_matched_with_the_first() -> None:
    before, after = (a_stand(a_line(quantity=one), a_line(quantity=other)) for one, other in ((1, 5), (2, 6)))

    assert told(before, after) == [("quantities", "Chair", "quantity", 1, 2), ("quantities", "Chair", "quantity", 5, 6)]


@pytest.mark.parametrize("other", [{"configurationId": "c-2"}, {"sku": "CH-2", "configurationId": "c-3"}])
def test_lines_of_one_name_are_matched_by_what_tells_them_apart(other: dict[str, Any]) -> None:
    before = a_stand(a_line(quantity=1), a_line(quantity=5, **other))
    after = a_stand(a_line(quantity=6, **other), a_line(quantity=2))

    assert told(before, after, Part.QUANTITIES) == [
        ("quantities", "Chair", "quantity", 1, 2),
        ("quantities", "Chair", "quantity", 5, 6),
    ]


def test_lines_of_one_name_that_were_configured_anew_are_matched_by_their_sku() -> None:
    before = a_stand(a_line(quantity=1, configurationId="c-1"), a_line(quantity=5, sku="CH-2", configurationId="c-2"))
    after = a_stand(a_line(quantity=6, sku="CH-2", configurationId="c-4"), a_line(quantity=2, configurationId="c-3"))

    assert told(before, after, Part.QUANTITIES) == [
        ("quantities", "Chair", "quantity", 1, 2),
        ("quantities", "Chair", "quantity", 5, 6),
    ]


def test_another_total_is_no_difference_of_lines_whose_prices_are_the_same() -> None:
    cheap, dear = Decimal(1), Decimal(9)
    before = a_stand(a_line(unitPrice=cheap, quantity=1), a_line(unitPrice=dear, quantity=2))
    lines_after = (a_line(unitPrice=dear, quantity=1), a_line(unitPrice=cheap, quantity=2))
    after = a_stand(*lines_after, total=Decimal(11))

    assert told(before, after, Part.PRICE) == [("price", "", "total", Decimal("200.00"), Decimal(11))]


def test_a_price_that_now_belongs_to_another_line_is_told_by_what_made_it_another() -> None:
    blue = a_line(configurationId="c-2", attributes={"Fabric": "Blue"}, unitPrice=Decimal(150))
    before = a_stand(a_line(), blue)
    after = a_stand(a_line(attributes={"Fabric": "Moss"}), blue)

    assert told(before, after, Part.PRICE) == [("price", "Chair", "Fabric", "Sand", "Moss")]


def test_a_component_is_told_by_its_quantity_or_else_by_its_name() -> None:
    before = a_stand(a_line(components=[{"sku": "LEG", "name": "Leg", "quantity": 4}, {"name": "Screw"}]))
    after = a_stand(a_line(components=[{"sku": "LEG", "name": "Oak leg", "quantity": 4}]))

    assert told(before, after) == [
        ("options", "Chair", "LEG", "Leg", "Oak leg"),
        ("options", "Chair", "Screw", "Screw", None),
    ]


def test_the_same_number_written_otherwise_is_no_difference() -> None:
    assert told(a_stand(a_line(unitPrice=100, quantity=Decimal("2.0"))), a_stand(a_line())) == []


def test_a_plain_difference_leaves_out_what_is_absent() -> None:
    came = Difference(Part.QUANTITIES, "Chair", "quantity", after=0)
    went = Difference(Part.SHOWN, "", "Margin", before=Decimal("0.2"))

    assert [difference_document(came), difference_document(went)] == [
        {"part": "quantities", "line": "Chair", "field": "quantity", "after": 0},
        {"part": "shown", "line": "", "field": "Margin", "before": Decimal("0.2")},
    ]
