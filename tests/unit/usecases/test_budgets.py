"""Budgets over the state store: everybody's charges count once, and everything worth telling is told once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.builders import CONFIG_VERSION, NOW, MovingClock, a_configuration, a_delivery, a_notification

from herald.adapters.memory import MemoryConfigurationStore, MemoryInbox, MemoryStateStore
from herald.domain.budget import Admit, Degrade
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel, Delivery
from herald.domain.errors import ConfigurationError
from herald.domain.event import Event, Origin, Trust
from herald.domain.message import Outgoing, SmsContent
from herald.domain.notification import Notification, Recipient, Severity
from herald.domain.working_time import Calendar
from herald.ports import Recorded, StorageError, Stored
from herald.usecases.budget import Budgets, budget_accounts

ANNA = Recipient("Anna", email="anna@example.com", phone="+4930123456")
BEN = Recipient("Ben", email="ben@example.com", phone="+33612345678")
PRICES = {Channel.SMS: {"default": Decimal("0.1"), "FR": Decimal("0.2")}}
TOTAL = Limit("phones", Scope.TOTAL, (Channel.SMS,), Decimal(1), Per.DAY, audience="finance")
PEOPLE = Limit("people", Scope.PERSON, (Channel.SMS,), Decimal(2), Per.MONTH, audience="it-operations")


@dataclass
class Noted:
    """An inbox that notes what is new, and is away for a while where told."""

    inbox: MemoryInbox
    new: list[Event] = field(default_factory=list)
    away: int = 0

    def record(self, event: Event) -> Recorded:
        if self.away:
            self.away -= 1
            raise StorageError("away")
        recorded = self.inbox.record(event)
        if recorded is Recorded.NEW:
            self.new.append(event)
        return recorded

    def load(self, event_id: str) -> Event | None:
        return self.inbox.load(event_id)


class NoStore(MemoryStateStore):
    """A state store that cannot be used."""

    def load(self, kind: str, identity: str) -> Stored | None:
        raise StorageError(f"{kind} {identity} cannot be read")


class House:
    """Budgets with these limits, over a memory of their own."""

    def __init__(self, *limits: Limit, zone: str = "Europe/Berlin", **changes: Any) -> None:
        self.clock = MovingClock()
        self.counts: Counter[str] = Counter()
        self.state = MemoryStateStore(self.clock)
        self.inbox = Noted(MemoryInbox(self.clock))
        plan = BudgetPlan("EUR", PRICES, limits or (TOTAL,), (50, 70, 90, 100))
        changes = {"budgets": plan_document(plan), **changes}
        calendars = {"office": Calendar("office", zone)}
        self.configuration = a_configuration(
            version=CONFIG_VERSION, calendars=calendars, default_calendar="office", **changes
        )
        self.budgets = self.over(self.configuration)

    def over(self, configuration: Configuration) -> Budgets:
        store = MemoryConfigurationStore(configuration)
        return Budgets(store, self.state, lambda: self.inbox, self.count, lambda _name, _subject: None)

    def count(self, name: str, number: int) -> None:
        self.counts[name] += number

    def send(self, number: int, recipient: Recipient = ANNA, segments: int = 1, **changes: Any) -> None:
        """Charge the SMS of that number."""
        claimed = replace(of(number, recipient), **changes)
        self.budgets.charge(notification(number, recipient), claimed, sms(recipient, segments), self.clock())

    def spent(self) -> dict[tuple[str, str, str], Decimal]:
        """What every account has, by its limit, for whom it counts, and its period."""
        accounts = budget_accounts(self.state).all().values()
        return {(one.limit, one.who, one.period): one.spent for one in accounts}

    def told(self) -> list[tuple[str, str, int]]:
        """The announcements: limit, who, threshold."""
        return [(one.data["limit"], one.data["who"], one.data["threshold"]) for one in self.inbox.new]


def notification(number: int = 1, recipient: Recipient = ANNA, **changes: Any) -> Notification:
    return a_notification(number=number, id=f"ntf_{number}", recipient=recipient, **changes)


def of(number: int, recipient: Recipient = ANNA) -> Delivery:
    return a_delivery(notification(number, recipient)).claimed(NOW, timedelta(minutes=2))


def sms(recipient: Recipient = ANNA, segments: int = 1) -> Outgoing:
    return Outgoing(Channel.SMS, recipient.phone or "", "r", "m", "evt_1", SmsContent("Words", segments))


@pytest.fixture
def house() -> House:
    return House()


def test_every_message_counts_for_each_of_its_limits() -> None:
    house = House(TOTAL, PEOPLE)
    house.send(1, segments=2)
    house.send(2, BEN)
    house.send(3)
    assert house.spent() == {
        ("phones", "", "2026-03-02"): Decimal("0.5"),
        ("people", "Anna", "2026-03"): Decimal("0.3"),
        ("people", "Ben", "2026-03"): Decimal("0.2"),
    }


def test_a_delivery_is_charged_once_and_once_more_when_it_is_sent_again(house: House) -> None:
    first = of(1)
    for attempts in (1, 2, 3):
        house.send(1, attempts=attempts)
    assert house.spent() == {("phones", "", "2026-03-02"): Decimal("0.1")}
    house.send(1, attempts=4, resends=first.resends + 1)
    assert house.spent() == {("phones", "", "2026-03-02"): Decimal("0.2")}


def test_of_many_at_once_none_is_lost(house: House) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(house.send, range(40)))
    assert house.spent() == {("phones", "", "2026-03-02"): Decimal(4)}
    assert house.counts == {}
    thresholds = [threshold for _, _, threshold in house.told()]
    assert len(thresholds) == len(set(thresholds))
    assert max(thresholds) == 100


def test_each_threshold_is_told_once_with_all_that_is_known(house: House) -> None:
    for number in range(12):
        house.send(number)
    assert house.told() == [("phones", "", one) for one in (50, 70, 90, 100)]
    event = house.inbox.new[2]
    assert (event.type, event.subject, event.source) == ("herald.budget.reached", "budget/phones", "/herald/budgets")
    assert (event.origin, event.trust, event.publish) == (Origin.DISPATCH, Trust.SIGNED, True)
    assert event.data == {
        "limit": "phones", "scope": "total", "who": "", "audience": "finance", "threshold": 90, "share": 90,
        "spent": Decimal("0.9"), "amount": Decimal(1), "currency": "EUR", "per": "day", "period": "2026-03-02",
        "until": NOW.replace(hour=23, minute=0), "channels": ["sms"], "degradeAt": 90, "degrades": True,
    }  # fmt: skip
    assert [event.data["degrades"] for event in house.inbox.new] == [False, False, True, True]


def test_what_one_message_brings_about_is_told_in_one(house: House) -> None:
    house.send(1, segments=8)
    assert house.told() == [("phones", "", 70)]


def test_everybody_is_told_of_for_themselves() -> None:
    house = House(PEOPLE)
    house.send(1, segments=10)
    house.send(2, BEN, segments=5)
    assert house.told() == [("people", "Anna", 50), ("people", "Ben", 50)]


def test_the_next_day_begins_anew_at_midnight_in_the_office(house: House) -> None:
    house.clock.now = NOW.replace(hour=22, minute=59)
    house.send(1, segments=9)
    assert isinstance(house.budgets.look(notification(2), sms(), house.clock()), Degrade)
    house.clock.now = NOW.replace(hour=23, minute=0)
    assert house.budgets.look(notification(2), sms(), house.clock()) == Admit()
    house.send(2, segments=5)
    assert house.told() == [("phones", "", 90), ("phones", "", 50)]
    assert house.spent()["phones", "", "2026-03-03"] == Decimal("0.5")


def test_an_account_outlives_its_period_and_is_gone_soon_after(house: House) -> None:
    house.send(1)
    house.clock.now = NOW.replace(day=4, hour=22)
    assert house.spent()
    house.clock.now = NOW.replace(day=4, hour=23, minute=1)
    assert not house.spent()


def test_who_looks_is_told_the_way_and_why(house: House) -> None:
    house.send(1, segments=9)
    found = house.budgets.look(notification(2), sms(), NOW)
    assert found == Degrade(Channel.EMAIL, "phones", "budget phones: 0.9 of 1 EUR of the day are spent")
    assert house.budgets.look(notification(2, severity=Severity.CRITICAL), sms(), NOW) == Admit()


def test_what_is_critical_is_counted_all_the_same(house: House) -> None:
    message = notification(1, severity=Severity.CRITICAL)
    for number in range(30):
        delivery = replace(of(1), notification_id=f"ntf_{number}")
        house.budgets.charge(message, delivery, sms(), NOW)
        assert house.budgets.look(message, sms(), NOW) == Admit()
    assert house.spent() == {("phones", "", "2026-03-02"): Decimal(3)}


def test_an_announcement_that_was_lost_is_made_by_the_next_charge(house: House) -> None:
    house.inbox.away = 1
    house.send(1, segments=5)
    assert (house.told(), dict(house.counts)) == ([], {"BudgetChargesLost": 1})
    house.send(2)
    assert house.told() == [("phones", "", 50)]
    assert house.spent() == {("phones", "", "2026-03-02"): Decimal("0.6")}


def test_an_announcement_that_was_not_noted_is_known_when_it_is_made_again(house: House) -> None:
    house.send(1, segments=5)
    shelf = budget_accounts(house.state)
    (identity,) = shelf.all()
    shelf.change(identity, lambda account: (account and replace(account, told=()), None))
    house.send(2)
    assert house.told() == [("phones", "", 50)]
    assert shelf.all()[identity].told == (50,)


def test_a_message_does_not_hang_on_its_price(house: House) -> None:
    object.__setattr__(house.budgets, "state", NoStore(house.clock))
    house.send(1)
    assert house.counts == {"BudgetChargesLost": 1}
    with pytest.raises(StorageError):
        house.budgets.look(notification(), sms(), NOW)


def test_nor_on_a_configuration_that_cannot_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(_self: MemoryConfigurationStore, _version: str) -> Configuration:
        raise ConfigurationError("it is not there")

    monkeypatch.setattr(MemoryConfigurationStore, "version", version)
    house.send(1)
    assert house.counts == {"BudgetChargesLost": 1}


def test_without_limits_nothing_is_read_or_written() -> None:
    house = House(budgets={})
    object.__setattr__(house.budgets, "state", NoStore(house.clock))
    house.send(1)
    assert house.budgets.look(notification(), sms(), NOW) == Admit()
    assert house.counts == {}


def test_a_limit_that_was_raised_holds_at_once_and_tells_no_threshold_again(house: House) -> None:
    house.send(1, segments=9)
    plan = BudgetPlan("EUR", PRICES, (replace(TOTAL, amount=Decimal(10)),), (5, 50, 70, 90, 100))
    raised = house.over(replace(house.configuration, budgets=plan_document(plan)))
    assert raised.look(notification(2), sms(), NOW) == Admit()
    raised.charge(notification(2), of(2), sms(segments=50), NOW)
    assert house.told() == [("phones", "", 90)]


def test_what_costs_nothing_is_written_nowhere() -> None:
    free = BudgetPlan("EUR", {Channel.SMS: {"default": Decimal(0)}}, (TOTAL,), (50,))
    house = House(budgets=plan_document(free))
    house.send(1)
    assert house.spent() == {}
