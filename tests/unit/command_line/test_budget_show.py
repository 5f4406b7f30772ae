"""``herald budget show``: every limit, what is spent of it, and what comes next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import NOW, MovingClock
from tests.unit.command_line.a_stack import Stack, watching_configuration

from herald.adapters.memory_state import MemoryStateStore
from herald.domain.budget import account_id, period_at
from herald.domain.budget_account import Account
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.working_time import Calendar
from herald.ports import StateStore
from herald.usecases.budget import budget_accounts
from herald_cli.budget_stand import Next, read_budgets
from herald_cli.ports_of_stack import configuration_store, state_store

PHONES = Limit("phones", Scope.TOTAL, (Channel.SMS, Channel.WHATSAPP), Decimal(900), Per.MONTH, audience="finance")
PEOPLE = Limit("people", Scope.PERSON, (Channel.SMS,), Decimal(10), Per.DAY, degrade_at=80, audience="it-operations")
NORWAY = Limit("norway", Scope.COUNTRY, (Channel.SMS,), Decimal(5), Per.DAY, match="NO")
PLAN = BudgetPlan("EUR", {Channel.SMS: {"default": Decimal("0.1")}}, (PHONES, PEOPLE, NORWAY), (50, 90, 100))
TOMORROW = timedelta(days=1)


def configured(plan: BudgetPlan = PLAN) -> Configuration:
    """A configuration with that plan, whose days begin in Berlin."""
    calendars = {"office": Calendar("office", "Europe/Berlin")}
    return watching_configuration(budgets=plan_document(plan), calendars=calendars, default_calendar="office")


def spend(state: StateStore, limit: Limit, who: str, amount: str, now: datetime, plan: BudgetPlan = PLAN) -> None:
    """Let somebody have spent so much of a limit, of which all that is reached was told."""
    period = period_at(limit.per, now, "Europe/Berlin")
    account = Account(limit.id, who, period.name, plan.currency, Decimal(amount))
    for threshold in plan.announce:
        account = account.heard(threshold) if account.to_tell(limit.amount, (threshold,)) else account
    identity = account_id(plan, limit, who, period)
    budget_accounts(state, TOMORROW * 40).change(identity, lambda _before: (account, None))


class TestReading:
    @pytest.fixture
    def state(self) -> MemoryStateStore:
        return MemoryStateStore(MovingClock())

    def test_every_limit_stands_there_though_nothing_is_spent(self, state: MemoryStateStore) -> None:
        stands = read_budgets(configured(), state, NOW).stands
        assert [(one.limit.id, one.who) for one in stands] == [("phones", ""), ("people", ""), ("norway", "NO")]
        assert {(one.spent, one.share) for one in stands} == {(Decimal(0), 0)}
        assert [one.next for one in stands] == [Next(50, announced=True, degrades=False)] * 3
        assert [one.period.name for one in stands] == ["2026-03", "2026-03-02", "2026-03-02"]

    def test_whoever_has_spent_most_stands_first(self, state: MemoryStateStore) -> None:
        spend(state, PEOPLE, "Anna", "3", NOW)
        spend(state, PEOPLE, "Ben", "7.5", NOW)
        found = [one for one in read_budgets(configured(), state, NOW).stands if one.limit == PEOPLE]
        assert [(one.who, one.share, one.told, one.next) for one in found] == [
            ("Ben", 75, (50,), Next(80, announced=False, degrades=True)),
            ("Anna", 30, (), Next(50, announced=True, degrades=False)),
        ]

    def test_another_day_another_limit_and_another_currency_do_not_count(self, state: MemoryStateStore) -> None:
        spend(state, PEOPLE, "Anna", "7", NOW - TOMORROW)
        spend(state, replace(PEOPLE, id="gone"), "Anna", "7", NOW)
        spend(state, PEOPLE, "Anna", "7", NOW, replace(PLAN, currency="USD"))
        assert {one.spent for one in read_budgets(configured(), state, NOW).stands} == {Decimal(0)}

    def test_beyond_the_last_threshold_nothing_comes(self, state: MemoryStateStore) -> None:
        spend(state, PHONES, "", "900", NOW)
        (phones, *_) = read_budgets(configured(), state, NOW).stands
        assert (phones.next, phones.degrades, phones.told) == (None, True, (50, 90, 100))


class TestTheCommand:
    @pytest.fixture
    def limited(self, stack: Stack) -> Stack:
        configuration_store(stack.connection).apply(configured())
        return stack

    def spend(self, stack: Stack, limit: Limit, who: str, amount: str) -> None:
        spend(state_store(stack.connection), limit, who, amount, datetime.now(UTC))

    def test_what_is_spent_and_what_comes_next(self, limited: Stack) -> None:
        self.spend(limited, PHONES, "", "480.0825")
        self.spend(limited, PEOPLE, "Anna [Sales]", "0.5")
        ended = limited.run("budget", "show")
        assert ended.exit_code == 0, ended.output
        said = " ".join(ended.stdout.split())
        assert "phones all: sms, whatsapp 480.0825 900 EUR a month 53 %" in said
        assert "90 %: told to finance, messages go a cheaper way" in said
        assert "people Anna [Sales]: sms 0.5 10 EUR a day 5 %" in said
        assert "50 %: told to it-operations" in said
        assert "norway NO: sms 0 5 EUR a day 0 %" in said

    def test_for_scripts(self, limited: Stack) -> None:
        self.spend(limited, PHONES, "", "480.0825")
        told = limited.run_json("budget", "show")
        assert (told["currency"], told["zone"], told["announce"]) == ("EUR", "Europe/Berlin", [50, 90, 100])
        phones: dict[str, Any] = told["limits"][0]
        period = period_at(Per.MONTH, datetime.now(UTC), "Europe/Berlin")
        assert phones == {
            "limit": "phones", "scope": "total", "match": "*", "who": "", "channels": ["sms", "whatsapp"],
            "per": "month", "period": period.name, "until": period.until.isoformat(), "amount": "900",
            "spent": "480.0825", "share": 53, "announced": [50], "degradeAt": 90, "degrades": False,
            "audience": "finance", "next": {"at": 90, "announced": True, "degrades": True},
        }  # fmt: skip

    def test_where_messages_go_another_way_it_says_so_and_ends_with_1(self, limited: Stack) -> None:
        self.spend(limited, PEOPLE, "Anna", "8.1")
        ended = limited.run("budget", "show")
        assert ended.exit_code == 1
        assert "! people of Anna is 81 % spent: sms go a cheaper way until " in ended.stdout
        assert limited.run_json("budget", "show", ends_with=1)["limits"][1]["degrades"] is True

    def test_only_so_many_of_each_limit(self, limited: Stack) -> None:
        for number in range(4):
            self.spend(limited, PEOPLE, f"Person {number}", f"{number}.5")
        said = limited.run("budget", "show", "--top", "1").stdout
        assert ("Person 3" in said, "Person 2" in said, "and 3 more" in said) == (True, False, True)

    def test_without_limits_it_says_how_to_set_some(self, stack: Stack) -> None:
        ended = stack.run("budget", "show")
        assert ended.exit_code == 0
        assert "write config/budgets.yaml, then `herald config apply`" in " ".join(ended.stdout.split())
        assert stack.run_json("budget", "show")["limits"] == []
