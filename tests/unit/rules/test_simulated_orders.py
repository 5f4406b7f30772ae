"""What the shipped rules say to the orders the Threekit simulator is seeded with."""

import pytest
from tests.unit.rules.orders import CONFIGURATION, NOW, an_event_of
from tests.unit.rules.seed import ORDERS, SAVED

from herald.adapters.cel import CelRuleEngine
from herald.domain.decision import Verdict
from herald.domain.facts import SourceObjects, build_facts
from simulators.threekit.seed import ids

LARGE = {"large-order-to-sales-leadership", "large-order-to-finance"}
RESTRICTED = {"restricted-component-to-compliance", "restricted-component-to-operations"}
TOLD = {
    ids.ORDER_BERLIN_SOFA_NEW: set[str](),
    ids.ORDER_LYON_TABLE_NEW: set[str](),
    ids.ORDER_LONDON_ROSEWOOD_NEW: RESTRICTED,
    ids.ORDER_BOSTON_HOTEL_NEW: LARGE | {"non-standard-combination"},
}


@pytest.mark.parametrize("order_id", sorted(ORDERS), ids=lambda order_id: str(ORDERS[order_id]["shortId"]))
def test_every_seeded_order_is_understood_and_told_as_it_should_be(order_id: str) -> None:
    event = an_event_of("threekit.order.created", {"id": order_id})
    facts = build_facts(event, SourceObjects(ORDERS[order_id], SAVED), CONFIGURATION.mapping, NOW)
    assert {"currency", "region", "locale", "total", "quantity", "requester", "customer"} <= facts["order"].keys()
    outcomes = CelRuleEngine().evaluate(CONFIGURATION, CONFIGURATION.rules_for(event.type), facts)
    assert {outcome.verdict for outcome in outcomes} <= {Verdict.MATCHED, Verdict.NOT_MATCHED}
    matched = {outcome.rule_id for outcome in outcomes if outcome.verdict is Verdict.MATCHED}
    assert matched == ({"approve-submitted-order"} | TOLD[order_id] if order_id in TOLD else set())
