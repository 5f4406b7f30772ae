"""What one configuration says to the facts of an event."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.backtest.recorded import changed, seen, with_rule
from tests.unit.rules.orders import CONFIGURATION, NOW

from herald.adapters.cel import CelRuleEngine
from herald.domain.budget_plan import BudgetPlan, plan_document
from herald.domain.configuration import Audience, Configuration, Notify, Rule
from herald.domain.delivery import Channel
from herald.domain.message import SmsContent
from herald.domain.notification import Recipient, Severity
from herald.ports import RenderError
from herald_cli.backtest_cost import Costs, cost_of, currency_of
from herald_cli.backtest_facts import Seen
from herald_cli.backtest_said import Said, is_changed
from herald_cli.backtest_side import both_sides

ENGINE = CelRuleEngine()
LARGE = "large-order-to-sales-leadership"


def said(about: Seen, configuration: Configuration = CONFIGURATION, at: datetime = NOW, **options: Any) -> Said:
    side, _ = both_sides(configuration, configuration, ENGINE, **options)
    return side(about, at)


def told(what: Said) -> set[tuple[str, Channel]]:
    return {(message.who, message.channel) for message in what.messages}


def to_customers(identity: str, **changes: Any) -> Rule:
    """A rule that tells the customer of every order."""
    then = Notify("customer", "order-status", (Channel.SMS, Channel.EMAIL), Severity.LOW)
    return Rule(identity, "", ("threekit.order.created",), "true", then, **changes)


class TestMessages:
    def test_go_to_whoever_the_rules_tell_on_the_first_channel_that_reaches_them(self) -> None:
        large = {("Greta Sommer", Channel.SMS), ("Finance desk", Channel.EMAIL)}
        assert told(said(seen("100000.00"))) >= large
        assert not told(said(seen("1.00"))) & large

    def test_are_counted_under_the_audience_if_only_events_name_the_recipient(self) -> None:
        customers = changed(rules=(to_customers("status"),))
        assert told(said(seen(), customers)) == {("customer: whom events name", Channel.SMS)}

    def test_of_different_recipients_are_never_alike(self) -> None:
        customers = changed(rules=(to_customers("status"),))
        jonas = said(seen(customer={"name": "Jonas", "email": "jonas@example.com", "consent": True}), customers)
        maria = said(seen(customer={"name": "Maria", "email": "maria@example.com", "consent": True}), customers)
        assert is_changed(jonas, maria)

    def test_are_none_for_whom_no_channel_reaches(self) -> None:
        customers = changed(rules=(to_customers("status"),))
        assert said(seen(customer={"name": "Nobody"}), customers).messages == ()

    def test_of_two_events_about_the_same_version_are_the_same(self) -> None:
        (one, *_), (other, *_), (another, *_) = (said(about).messages for about in (seen(), seen(), seen("99999.00")))
        assert one.identity == other.identity != another.identity
        assert one.alike == another.alike

    def test_people_of_one_name_are_told_apart(self) -> None:
        audiences = dict(CONFIGURATION.audiences)
        double = Recipient("Finance desk", "finance.asia@example.com")
        audiences["compliance"] = type(audiences["compliance"])("compliance", members={"*": (double,)})
        side, _ = both_sides(changed(audiences=audiences), CONFIGURATION, ENGINE)
        assert ("Finance desk <finance@example.com>", Channel.EMAIL) in told(side(seen(), NOW))


class TestNight:
    @pytest.mark.parametrize(
        ("hour_in_utc", "night"), [(20, False), (21, True), (5, True), (6, False)], ids=["21", "22", "6", "7"]
    )
    def test_is_what_the_recipient_s_clock_says(self, hour_in_utc: int, night: bool) -> None:
        winter_in_berlin = datetime(2026, 1, 5, hour_in_utc, tzinfo=UTC)
        messages = said(seen(), at=winter_in_berlin).messages
        assert {message.night for message in messages if message.who in ("Greta Sommer", "Finance desk")} == {night}

    def test_without_a_calendar_the_default_one_counts(self) -> None:
        customers = changed(rules=(to_customers("status"),))
        at = datetime(2026, 1, 5, 21, 30, tzinfo=UTC)
        assert [message.night for message in said(seen(), customers, at).messages] == [True]
        bare = changed(rules=(to_customers("status"),), calendars={}, default_calendar="")
        assert [message.night for message in said(seen(), bare, at).messages] == [False]

    @pytest.mark.parametrize(("name", "night"), [("Asia/Tokyo", True), ("Nowhere/Land", False)])
    def test_a_zone_of_the_recipient_s_own_comes_before_their_calendar(self, name: str, night: bool) -> None:
        @dataclass(frozen=True)
        class Zoned(Recipient):
            zone: str = name

        desk = Audience("finance", members={"*": (Zoned("Desk", "desk@example.com", calendar="office-berlin"),)})
        rules = tuple(rule for rule in CONFIGURATION.rules if rule.id == "large-order-to-finance")
        there = replace(
            CONFIGURATION, rules=rules, audiences={**CONFIGURATION.audiences, "finance": desk}, version="v2"
        )
        messages = said(seen(), there, datetime(2026, 1, 5, 14, tzinfo=UTC)).messages
        assert [message.night for message in messages if message.who == "Desk"] == [night]


class TestApprovals:
    def test_are_asked_for_by_chain_and_tell_whoever_is_asked_first(self) -> None:
        asked = said(seen("1.00"))
        assert asked.chains == {"order"}
        assert ("Ines Falk", Channel.EMAIL) in told(asked)

    def test_of_one_thing_begin_once_whatever_version_of_it_is_seen(self) -> None:
        identities = [
            {message.identity for message in said(seen(price)).messages if message.who == "Ines Falk"}
            for price in ("1.00", "2.00")
        ]
        assert identities[0] == identities[1] != set()

    def test_a_rule_that_cannot_tell_asks_as_well(self) -> None:
        unsure = with_rule("approve-submitted-order", when="order.attributes.nothing > 5.0")
        asked = said(seen("1.00"), unsure)
        assert asked.verdicts["approve-submitted-order"] == "error"
        assert asked.chains == {"order"}


def test_where_no_rule_is_asked_the_problem_stands_alone() -> None:
    assert said(Seen({}, problem="overtaken")) == Said(problem="overtaken")


class TestCost:
    class InSegments:
        """A ``ports.Renderer`` whose messages have as many segments as the rule's severity has letters."""

        def sms(self, _configuration: Configuration, _template: str, _locale: str, values: Any) -> SmsContent:
            if values["rule"]["id"] == "broken":
                raise RenderError("it is broken")
            return SmsContent("", len(values["rule"]["severity"]))

    @staticmethod
    def price(channel: Channel, address: str, segments: int) -> Decimal:
        each = 1 if channel is Channel.SMS and address.startswith("+") else Decimal("0.01")
        return Decimal(segments * each)

    def cost(self, rule: Rule) -> Decimal:
        costs = Costs(self.price, self.InSegments())  # type: ignore[arg-type]
        (message,) = said(seen(), changed(rules=(rule,)), costs=(costs, costs)).messages
        return message.cost

    def test_is_by_channel_address_and_segments(self) -> None:
        assert self.cost(to_customers("status")) == Decimal(3)

    def test_of_what_cannot_be_rendered_is_that_of_one_segment(self) -> None:
        assert self.cost(to_customers("broken")) == Decimal(1)

    def test_is_counted_by_the_words_that_the_recipient_reads(self) -> None:
        """What the rule is for is said in their language, and times in their zone."""

        class InWords:
            def sms(self, _configuration: Configuration, _template: str, locale: str, values: Any) -> SmsContent:
                told = (locale, values["rule"]["description"], values["recipient"]["zone"])
                assert told == ("fr", "Pour tous.", "Europe/Berlin")
                return SmsContent("", 2)

        rule = to_customers("status", translations={"fr": "Pour tous."})
        maria = {"name": "Maria", "phone": "+493023125101", "locale": "fr", "consent": True}
        costs = Costs(self.price, InWords())  # type: ignore[arg-type]
        side, _ = both_sides(changed(rules=(rule,)), CONFIGURATION, ENGINE, (costs, costs))
        assert [message.cost for message in side(seen(customer=maria), NOW).messages] == [Decimal(2)]

    def test_is_by_the_price_table_of_the_configuration(self) -> None:
        table = plan_document(BudgetPlan("EUR", {Channel.SMS: {"default": Decimal("0.5")}}))
        priced = changed(rules=(to_customers("status"),), budgets=table)
        renderer: Any = self.InSegments()
        costs = cost_of(priced, renderer), cost_of(changed(budgets={}), renderer)
        sides = both_sides(priced, changed(rules=priced.rules, budgets={}), ENGINE, costs)
        assert [[message.cost for message in side(seen(), NOW).messages] for side in sides] == [
            [Decimal("1.5")], [Decimal(0)],
        ]  # fmt: skip
        assert (currency_of(priced), currency_of(changed(budgets={}))) == ("EUR", "")

    def test_of_an_e_mail_needs_no_rendering(self) -> None:
        by_mail = Notify("customer", "order-status", (Channel.EMAIL,), Severity.LOW)
        rule = Rule("mail", "", ("threekit.order.created",), "true", by_mail)
        assert self.cost(rule) == Decimal("0.01")


@given(
    total=st.integers(0, 200_000), region=st.sampled_from(["EMEA", "AMER", "APAC", "", "Moon"]),
    status=st.sampled_from(["New", "Complete"]), currency=st.sampled_from(["EUR", "USD", "JPY"]),
)  # fmt: skip
def test_a_version_says_the_same_as_itself(total: int, region: str, status: str, currency: str) -> None:
    about = seen(str(total), region=region, status=status, currency=currency)
    before, after = both_sides(CONFIGURATION, CONFIGURATION, ENGINE)
    assert not is_changed(before(about, NOW), after(about, NOW))
