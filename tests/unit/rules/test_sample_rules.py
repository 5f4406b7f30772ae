"""Every rule about orders that ships, with events it is for and events it is not for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.rules.orders import (
    BOUCLE,
    CONFIGURATION,
    LEATHER,
    NOW,
    OAK,
    ROSEWOOD,
    a_cart_line,
    an_order,
    facts_of,
    facts_of_submitted,
)

from herald.adapters.cel import CelRuleEngine
from herald.domain.audience import resolve
from herald.domain.decision import Verdict
from herald.domain.reach import reach

LARGE = {"large-order-to-sales-leadership", "large-order-to-finance"}
RESTRICTED = {"restricted-component-to-compliance", "restricted-component-to-operations"}
VENEER = {"sku": "CMP-ROS-VENEER", "name": "Rosewood veneer", "quantity": 2}
FOAM = {"sku": "CMP-CSH-75", "name": "Seat cushion 75 cm", "quantity": 3}


def matched(facts: Mapping[str, Any]) -> set[str]:
    """The rules that match; none of them may be in error."""
    rules = CONFIGURATION.rules_for(facts["event"]["type"])
    outcomes = CelRuleEngine().evaluate(CONFIGURATION, rules, facts)
    assert [outcome for outcome in outcomes if outcome.verdict is Verdict.ERROR] == []
    return {outcome.rule_id for outcome in outcomes if outcome.verdict is Verdict.MATCHED}


def of_total(total: str, currency: str, **changes: Any) -> dict[str, Any]:
    """The facts of an order of that total."""
    return facts_of(an_order(a_cart_line(Decimal(total)), currency=currency, **changes))


@pytest.mark.parametrize(("status", "asked"), [("New", True), ("In Cart", False), ("List", False), ("Complete", False)])
def test_what_was_submitted_is_approved_and_carts_are_left_alone(status: str, asked: bool) -> None:
    assert matched(facts_of(an_order(status=status))) == ({"approve-submitted-order"} if asked else set())


def test_a_submitted_configuration_is_approved_though_it_has_no_status() -> None:
    data = {"region": "EMEA", "currency": "EUR", "lines": [{"sku": "A", "quantity": 1, "unitPrice": 10}]}
    assert matched(facts_of_submitted(data)) == {"approve-submitted-order"}


@pytest.mark.parametrize(
    ("currency", "limit", "above"),
    [
        ("EUR", "5000.00", "5000.01"),
        ("USD", "5500.00", "5500.01"),
        ("GBP", "4300.00", "4300.01"),
        ("JPY", "800000", "800001"),
    ],
)
def test_a_large_order_is_above_the_limit_not_at_it(currency: str, limit: str, above: str) -> None:
    assert matched(of_total(limit, currency)) & LARGE == set()
    assert matched(of_total(above, currency)) & LARGE == LARGE
    assert matched(of_total(above, currency, region=None)) & LARGE == LARGE


def test_the_limit_is_met_by_the_exact_sum_where_doubles_would_pass_it() -> None:
    prices = ["1479.65", "1097.66", "1404.47", "1018.22"]
    assert 1479.65 + 1097.66 + 1404.47 + 1018.22 > 5000.0
    order = an_order(*(a_cart_line(Decimal(price)) for price in prices))
    assert facts_of(order)["order"]["total"] == Decimal("5000.00")
    assert matched(facts_of(order)) & LARGE == set()


def test_an_order_that_is_no_longer_new_is_not_escalated_again() -> None:
    assert matched(facts_of(an_order(a_cart_line(Decimal(9999)), status="In Progress"))) == set()


def test_a_currency_without_a_limit_is_told_to_finance() -> None:
    assert matched(of_total("1.00", "CHF")) == {"approve-submitted-order", "currency-without-threshold"}
    assert "currency-without-threshold" not in matched(of_total("1.00", "EUR"))


@pytest.mark.parametrize(
    ("region", "component", "restricted"),
    [
        ("EMEA", VENEER, True),
        ("AMER", VENEER, True),
        ("APAC", VENEER, False),
        ("APAC", FOAM, True),
        ("EMEA", FOAM, False),
        ("LATAM", VENEER, False),
    ],
)
def test_a_component_is_restricted_in_its_regions(region: str, component: dict[str, Any], restricted: bool) -> None:
    order = an_order(a_cart_line(), a_cart_line(components=[component]), region=region)
    assert matched(facts_of(order)) & RESTRICTED == (RESTRICTED if restricted else set())


@pytest.mark.parametrize(
    ("variant", "standard"),
    [
        ({"Fabric": {"assetId": BOUCLE}, "Wood": {"assetId": OAK}}, True),
        ({"Fabric": {"assetId": LEATHER}, "Wood": {"assetId": OAK}}, False),
        ({"Fabric": {"assetId": BOUCLE}, "Wood": {"assetId": ROSEWOOD}}, False),
        ({"Fabric": {"assetId": "a fabric of tomorrow"}, "Wood": {"assetId": OAK}}, False),
        ({"Wood": {"assetId": ROSEWOOD}}, True),
        ({}, True),
        (None, True),
    ],
)
def test_a_combination_that_is_not_standard_goes_to_engineering(variant: Any, standard: bool) -> None:
    assert ("non-standard-combination" in matched(facts_of(an_order(), variant))) is not standard


def test_a_submitted_combination_is_judged_by_the_names_it_tells() -> None:
    line = {"sku": "A", "quantity": 1, "unitPrice": 10, "attributes": {"Fabric": "Wool Moss", "Wood": "Smoked Oak"}}
    data = {"region": "EMEA", "currency": "EUR", "lines": [line]}
    assert matched(facts_of_submitted(data)) == {"approve-submitted-order", "non-standard-combination"}


@pytest.mark.parametrize("region", ["EMEA", "AMER", "APAC", "LATAM", None])
def test_every_rule_reaches_somebody_in_every_region(region: str | None) -> None:
    facts = facts_of(an_order(region=region))
    for then in (rule.then for rule in CONFIGURATION.rules if rule.then is not None):
        reached = reach(then, CONFIGURATION, facts, NOW)
        assert reached
        assert all(one.channels for one in reached)


@pytest.mark.parametrize("region", ["EMEA", "AMER", "APAC", "LATAM", None])
def test_every_step_of_the_approval_asks_somebody_in_every_region(region: str | None) -> None:
    facts = facts_of(an_order(region=region))
    for step in CONFIGURATION.approvals["order"].steps:
        for asked in (step.approvers, *(level.approvers for level in step.ladder)):
            approvers = resolve(CONFIGURATION.audiences[asked.audience or ""], facts)
            assert approvers
            assert all(person.over(step.channels) for person in approvers)
            assert all(person.calendar in (None, *CONFIGURATION.calendars) for person in approvers)


def steps_of(facts: Mapping[str, Any]) -> list[list[str]]:
    """The steps that the rules which match ask for, stage by stage."""
    chain, rules = CONFIGURATION.approvals["order"], matched(facts)
    asked = [step for step in chain.steps if not step.rules or rules & set(step.rules)]
    return [[step.id for step in asked if step.stage == stage] for stage in sorted({step.stage for step in asked})]


def test_a_large_order_that_is_not_standard_goes_from_the_desk_to_engineering_and_finance_and_to_leadership() -> None:
    variant = {"Fabric": {"assetId": LEATHER}, "Wood": {"assetId": OAK}}
    assert steps_of(facts_of(an_order(a_cart_line(Decimal(9999))), variant)) == [
        ["desk"],
        ["engineering", "finance"],
        ["leadership"],
    ]


def test_an_ordinary_order_is_approved_by_the_desk_alone_and_a_restricted_one_by_compliance_too() -> None:
    assert steps_of(facts_of(an_order())) == [["desk"]]
    assert steps_of(facts_of(an_order(a_cart_line(components=[VENEER])))) == [["desk"], ["compliance"]]


def test_every_rule_that_asks_for_an_approval_listens_to_the_same_events() -> None:
    assert len({rule.events for rule in CONFIGURATION.rules if rule.approval == "order"}) == 1


def test_an_order_without_prices_errs_on_the_threshold_and_is_still_approved() -> None:
    facts = facts_of(an_order(a_cart_line(None)))
    outcomes = {
        outcome.rule_id: outcome
        for outcome in CelRuleEngine().evaluate(CONFIGURATION, CONFIGURATION.rules_for(facts["event"]["type"]), facts)
    }
    assert outcomes["approve-submitted-order"].verdict is Verdict.MATCHED
    assert outcomes["large-order-to-finance"].verdict is Verdict.ERROR
    assert outcomes["large-order-to-finance"].detail == "a field it reads is absent (absent: order.total)"
