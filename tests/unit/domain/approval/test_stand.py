from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.approval.approved_orders import a_line, a_stand, an_order, stands

from herald.adapters.exact_json import dumps, loads
from herald.domain.approval.policy import Part, Shown
from herald.domain.approval.stand import Stand, stand_document, stand_from, stand_of

ALL = tuple(Part)


def changed_parts(before: Stand, after: Stand) -> set[Part]:
    return {part for part in Part if before.print((part,)) != after.print((part,))}


def test_a_stand_keeps_what_people_must_see_and_no_people_times_or_status() -> None:
    order = an_order(
        status="New",
        requester={"name": "Lena"},
        customer={"name": "Amelia"},
        locale="en-GB",
        createdAt=datetime.now(UTC),
    )

    kept = stand_of({"order": order}).order

    assert kept.keys() == {"id", "currency", "region", "total", "lines"}
    assert kept["lines"] == order["lines"]


def test_facts_without_an_order_still_make_a_stand() -> None:
    stand = stand_of({"job": {"id": "1"}}, [Shown("Job", "job.id")])

    assert (stand.order, stand.lines, stand.shown) == ({}, (), (("Job", "1"),))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.margin", Decimal("0.21")),
        ("data.margin == `0.5`", False),
        ("to_number('0.1')", Decimal("0.1")),
        ("length(order.lines)", 1),
        ("now", "2026-03-02T09:30:00.000000+00:00"),
    ],
)
def test_what_is_shown_is_a_scalar_that_keeps_its_digits(path: str, value: object) -> None:
    facts = {"order": an_order(), "data": {"margin": Decimal("0.21")}, "now": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)}

    [(_, found)] = stand_of(facts, [Shown("Row", path)]).shown

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("path", ["data.cost", "order.lines", "order", "to_number('NaN')", "data.margin > 'much'", "("])
def test_a_row_that_finds_no_scalar_is_left_out(path: str) -> None:
    facts = {"order": an_order(), "data": {"margin": Decimal("0.21")}}

    assert stand_of(facts, [Shown("Row", path), Shown("Margin", "data.margin")]).shown == (("Margin", Decimal("0.21")),)


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"unitPrice": Decimal("120.00")}, {Part.PRICE}),
        ({"lineTotal": Decimal("240.00")}, {Part.PRICE}),
        ({"attributes": {"Fabric": "Moss"}}, {Part.OPTIONS}),
        ({"components": [{"sku": "LEG", "quantity": 3}]}, {Part.OPTIONS}),
        ({"configurationId": "c-2"}, {Part.OPTIONS}),
        ({"sku": "CH-2", "configurationId": "c-2", "attributes": {"Fabric": "Moss"}}, {Part.OPTIONS}),
        ({"quantity": 3}, {Part.QUANTITIES}),
        ({"name": "Bench"}, {Part.PRICE, Part.OPTIONS, Part.QUANTITIES}),
    ],
)
def test_a_change_of_a_line_changes_the_parts_that_look_at_it(change: dict[str, Any], parts: set[Part]) -> None:
    sofa = a_line(name="Sofa", sku="SO-1", configurationId="c-9", unitPrice=Decimal(900))
    before = a_stand(a_line(), sofa)

    assert changed_parts(before, a_stand(a_line(**change), sofa)) == parts


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"currency": "GBP"}, {Part.CURRENCY}),
        ({"total": Decimal("1.00")}, {Part.PRICE}),
        ({"attributes": {"Delivery": "express"}}, {Part.OPTIONS}),
        ({"name": "Lobby"}, set()),
        ({"region": "DACH"}, set()),
        ({"lines": []}, {Part.PRICE, Part.OPTIONS, Part.QUANTITIES}),
    ],
)
def test_a_change_of_the_order_changes_the_parts_that_look_at_it(change: dict[str, Any], parts: set[Part]) -> None:
    assert changed_parts(Stand(an_order()), Stand(an_order(**change))) == parts


def test_a_margin_that_changed_changes_what_is_shown_and_nothing_else() -> None:
    before, after = (Stand(an_order(), (("Margin", Decimal(margin)),)) for margin in ("0.2", "0.1"))

    assert changed_parts(before, after) == {Part.SHOWN}


@pytest.mark.parametrize(("field", "part"), [("unitPrice", Part.PRICE), ("quantity", Part.QUANTITIES)])
@pytest.mark.parametrize(
    "other",
    [
        {"name": "Sofa", "sku": "SO-1"},
        {"sku": "CH-2"},
        {"attributes": {"Fabric": "Moss"}},
        {"configurationId": "c-2"},
    ],
)
def test_numbers_that_two_lines_have_swapped_are_another_thing(field: str, part: Part, other: dict[str, Any]) -> None:
    before = a_stand(a_line(**{field: 1}), a_line(**{field: 100, **other}))
    after = a_stand(a_line(**{field: 100}), a_line(**{field: 1, **other}))

    assert changed_parts(before, after) == {part}


def test_another_fabric_of_one_of_two_like_lines_is_no_other_price() -> None:
    red, blue, green = (
        a_line(configurationId=f"c-{fabric}", attributes={"Fabric": fabric}) for fabric in ("Red", "Blue", "Green")
    )

    assert changed_parts(a_stand(red, blue), a_stand(green, blue)) == {Part.OPTIONS}


@given(stands(), st.randoms(use_true_random=False))
def test_in_whatever_order_the_lines_stand_the_print_is_the_same(stand: Stand, chance: Any) -> None:
    order = deepcopy(dict(stand.order))
    shown = list(stand.shown)
    chance.shuffle(order.get("lines", []))
    chance.shuffle(shown)
    for line in order.get("lines", []):
        chance.shuffle(line.get("components", []))
    backwards = Stand(dict(reversed(order.items())), tuple(shown))

    assert backwards.print(ALL) == stand.print(ALL)


@given(stands())
def test_equal_numbers_have_equal_prints_however_they_are_written(stand: Stand) -> None:
    def rewritten(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rewritten(item) for key, item in value.items()}
        if isinstance(value, list):
            return [rewritten(item) for item in value]
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value).quantize(Decimal("1.000"))
        return value

    shown = tuple((label, rewritten(value)) for label, value in stand.shown)

    assert Stand(rewritten(dict(stand.order)), shown).print(ALL) == stand.print(ALL)


@given(stands())
def test_a_stand_that_was_stored_has_the_print_it_had(stand: Stand) -> None:
    stored = stand_from(loads(dumps(stand_document(stand))))

    assert stored == stand
    assert stored.print(ALL) == stand.print(ALL)


@given(stands(), stands(), st.sets(st.sampled_from(ALL)))
def test_a_print_of_parts_is_the_same_exactly_if_each_of_them_is(one: Stand, other: Stand, parts: set[Part]) -> None:
    assert (one.print(parts) == other.print(parts)) == (not changed_parts(one, other) & parts)


def test_the_rules_that_asked_belong_to_the_print_in_any_order() -> None:
    stand = a_stand()

    assert stand.print(ALL, "a", "b") == stand.print(reversed_parts(), "b", "a")
    assert len({stand.print(ALL), stand.print(ALL, "a"), stand.print(ALL, "a", "b"), stand.print(ALL[1:], "a")}) == 4


def reversed_parts() -> tuple[Part, ...]:
    return tuple(reversed(ALL))
