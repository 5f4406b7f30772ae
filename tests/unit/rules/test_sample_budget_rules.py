"""The rules about budgets that ship: each limit is told to those it names, as events have it."""

import pytest
from tests.unit.rules.memory import Memory
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.domain.budget_account import Account
from herald.domain.budget_plan import plan_of
from herald.usecases.budget_events import budget_event

FINANCE, IT = "budget-to-finance", "budget-to-it"
PLAN = plan_of(CONFIGURATION.budgets)


@pytest.mark.parametrize(
    ("limit", "threshold", "rules"),
    [
        ("phones-month", 50, {FINANCE}),
        ("phones-country-day", 100, {FINANCE}),
        ("phone-person-day", 70, set()),
        ("phone-person-day", 90, {IT}),
        ("phone-person-day", 100, {IT}),
    ],
)
def test_a_threshold_is_told_to_whom_its_limit_names(limit: str, threshold: int, rules: set[str]) -> None:
    of = next(one for one in PLAN.limits if one.id == limit)
    account = Account(limit, "", "2026-03", PLAN.currency, of.amount * threshold / 100)
    heard = Memory().hear(budget_event("bdg_1", account, threshold, of, PLAN, NOW, NOW))
    assert heard.matched == rules
    assert heard.facts["data"]["share"] == threshold


def test_what_ships_is_announced_at_every_step() -> None:
    assert PLAN.announce == (50, 70, 90, 100)
    assert {limit.audience for limit in PLAN.limits} == {"finance", "it-operations"}
