"""What messages cost is counted as they go out, and rules hear of it as of everything else."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.integration.configuration import IT, SALES, two_rules
from tests.integration.house import House

from herald.adapters.configuration_bundle import versioned
from herald.adapters.memory import MemoryConfigurationStore
from herald.domain.budget import Admit, Degrade, account_id, period_at
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.configuration import Audience, Configuration, Notify, Rule
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.event import Identity
from herald.domain.event_types import BUDGET_REACHED
from herald.domain.message import Outgoing, SmsContent
from herald.domain.notification import Severity
from herald.usecases.budget import Budgets, budget_accounts
from herald.usecases.budget_events import SOURCE
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.seed import ids

LARGE = ids.ORDER_BOSTON_HOTEL_NEW
SMS = "POST /mra/v1/outbound/sms"
LIMITS = (
    Limit("phones", Scope.TOTAL, (Channel.SMS,), Decimal("0.25"), Per.DAY, degrade_at=80, audience="it"),
    Limit("mails", Scope.PERSON, (Channel.EMAIL,), Decimal("0.01"), Per.MONTH, audience="it"),
)
PLAN = BudgetPlan(
    "EUR", {Channel.SMS: {"default": Decimal("0.10")}, Channel.EMAIL: {"default": Decimal("0.001")}}, LIMITS, (30, 100)
)
PARTS = {"subject.txt": "{{ data.limit }}", "body.txt": "{{ data.share }} %", "body.html": "<p>{{ data.share }} %</p>"}


def configuration() -> Configuration:
    """The two rules, and one that tells IT of budgets."""
    base = two_rules()
    tells = Rule("budget", "So much is spent", (BUDGET_REACHED,), 'data.audience == "it" && data.threshold >= 30.0',
                 Notify("it", "budget", (Channel.EMAIL,), Severity.LOW))  # fmt: skip
    return versioned(
        replace(
            base,
            rules=(*base.rules, tells),
            audiences={**base.audiences, "it": Audience("it", members={"*": (IT,)})},
            templates={**base.templates, **{f"budget/en/{part}": text for part, text in PARTS.items()}},
            budgets=plan_document(PLAN),
        )
    )


@pytest.fixture
def house(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> House:
    return House(threekit, opentext, configuration())


def spent(house: House) -> dict[tuple[str, str], Decimal]:
    return {(one.limit, one.who): one.spent for one in budget_accounts(house.state).all().values()}


def told_of(house: House, threshold: int) -> str:
    """The id of the event that tells of the phones of today."""
    identity = account_id(PLAN, LIMITS[0], "*", period_at(Per.DAY, house.clock(), "UTC"))
    return Identity.of_object_version(SOURCE, "budget", identity, str(threshold)).event_id


def test_spending_is_told_through_the_same_door_to_whom_the_rules_say(house: House) -> None:
    house.order_created(LARGE)
    house.settle()
    trace = house.trace(told_of(house, 30))
    assert trace.event is not None
    assert (trace.event.type, trace.event.data["spent"]) == (BUDGET_REACHED, Decimal("0.10"))
    (record,) = trace.notifications
    assert (record.notification.rule_id, record.notification.recipient.email) == ("budget", IT.email)
    assert record.delivery(Channel.EMAIL).state is DeliveryState.SENT
    assert house.opentext.sends_per_recipient()[IT.email or ""] == 1
    # The large order's SMS, the mail of its other rule, and the mail that tells of the SMS.
    assert spent(house) == {
        ("phones", ""): Decimal("0.10"), ("mails", "Approvals"): Decimal("0.001"), ("mails", "IT"): Decimal("0.001"),
    }  # fmt: skip


def test_what_opentext_refuses_costs_nothing(house: House) -> None:
    for status in (503, 429, 500):
        house.opentext.faults.next(SMS, status=status)
    house.order_created(LARGE)
    house.settle()
    assert house.opentext.sends_per_recipient()[(SALES.phone or "").replace("+", "00")] == 1
    assert spent(house)["phones", ""] == Decimal("0.10")


@pytest.mark.parametrize("point", ["budget.charged", "budget.told", "dispatch.claimed", "dispatch.submitted"])
def test_a_crash_loses_no_charge_and_no_word(house: House, point: str) -> None:
    house.die_at = {point}
    house.order_created(LARGE)
    house.settle()
    assert house.deaths == [point]
    assert sum(house.opentext.sends_per_recipient().values()) == 3
    assert house.inbox.load(told_of(house, 30)) is not None
    assert house.opentext.sends_per_recipient()[IT.email or ""] == 1
    # A message whose fate nobody knows is sent again, and both times may be paid for; never less than was sent.
    assert Decimal("0.10") <= spent(house)["phones", ""] <= Decimal("0.20")
    assert all(entry >= Decimal("0.001") for entry in spent(house).values())


def test_whoever_looks_sees_what_dispatch_has_spent(house: House) -> None:
    budgets = Budgets(
        MemoryConfigurationStore(configuration()), house.state, lambda: house.inbox, lambda _name, _number: None,
        lambda _name, _subject: None,
    )  # fmt: skip
    event_id = str(house.order_created(LARGE)["json"]["id"])
    house.settle()
    notifications = [record.notification for record in house.trace(event_id).notifications]
    large = next(one for one in notifications if one.rule_id == "large-order")
    message = Outgoing(Channel.SMS, SALES.phone or "", "r", "m", event_id, SmsContent("Words", 1))
    assert budgets.look(large, message, house.clock()) == Admit()
    again = replace(Delivery(large.id, Channel.SMS, event_id), resends=1)
    budgets.charge(large, again, message, house.clock())
    found = budgets.look(large, message, house.clock())
    assert found == Degrade(Channel.EMAIL, "phones", "budget phones: 0.20 of 0.25 EUR of the day are spent")
