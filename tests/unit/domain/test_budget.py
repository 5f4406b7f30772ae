"""Budgets: charges add up in any order, nothing is told twice, what is critical always goes, and nothing is dropped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.builders import NOW, a_notification

from herald.adapters.exact_json import dumps, loads
from herald.domain.budget import (
    DIGEST,
    Admit,
    Degrade,
    Period,
    Way,
    account_id,
    concerned,
    decide,
    period_at,
    prospect,
)  # fmt: skip
from herald.domain.budget_account import (
    MOST_REMEMBERED,
    Account,
    account_document,
    account_of,
    has_reached,
    share,
)  # fmt: skip
from herald.domain.budget_plan import BudgetPlan, Limit, Per, Scope, plan_document, plan_of
from herald.domain.delivery import Channel
from herald.domain.message import EmailContent, Outgoing, SmsContent
from herald.domain.notification import Notification, Recipient, Severity

EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
LIMIT = Limit("phones", Scope.TOTAL, (SMS, WHATSAPP), Decimal(10), Per.DAY, audience="finance")
PLAN = BudgetPlan("EUR", {SMS: {"default": Decimal("0.0825")}}, (LIMIT,), (50, 70, 90, 100))
ANNA = Recipient("Anna", email="Anna@Example.com", phone="+4930123456")
PRICES = st.decimals(min_value=0, max_value=999, places=6)
CHARGES = st.lists(st.tuples(st.text("abc", max_size=3), PRICES), max_size=40, unique_by=lambda charge: charge[0])


def told(*channels: Channel, recipient: Recipient = ANNA, **changes: object) -> Notification:
    return replace(a_notification(), recipient=recipient, channels=channels, **changes)  # type: ignore[arg-type]


def outgoing(channel: Channel, segments: int = 1) -> Outgoing:
    content = EmailContent("a", "a", "a") if channel is EMAIL else SmsContent("a", segments)
    address = "anna@example.com" if channel is EMAIL else "+4930123456"
    return Outgoing(channel, address, "ntf_1.sms", "herald-1", "evt_1", content)


def spent(amount: str | Decimal) -> Account:
    return Account("phones", "", "2026-03-02", "EUR", Decimal(amount))


def decided(notification: Notification, channel: Channel, amount: str | Decimal) -> Admit | Degrade:
    return decide(prospect(PLAN, notification, outgoing(channel)), [(LIMIT, spent(amount))], "EUR")


class TestDeciding:
    def test_it_goes_until_the_point_is_reached(self) -> None:
        assert decided(told(SMS, EMAIL), SMS, "8.999999") == Admit()
        assert decided(told(SMS, EMAIL), SMS, "9") == Degrade(
            EMAIL, "phones", "budget phones: 9 of 10 EUR of the day are spent"
        )

    def test_what_nobody_was_charged_for_goes(self) -> None:
        assert decide(prospect(PLAN, told(SMS, EMAIL), outgoing(SMS)), [(LIMIT, None)], "EUR") == Admit()

    def test_the_first_limit_of_the_file_that_is_spent_is_named(self) -> None:
        half, month = replace(LIMIT, id="half", degrade_at=50), replace(LIMIT, id="month", per=Per.MONTH)
        message = prospect(PLAN, told(SMS, EMAIL), outgoing(SMS))
        found = decide(message, [(month, spent("5")), (half, spent("5")), (LIMIT, spent("9"))], "EUR")
        assert isinstance(found, Degrade)
        assert found.limit == "half"

    @pytest.mark.parametrize(
        ("channels", "channel", "way"),
        [
            ((SMS, EMAIL), SMS, EMAIL),
            ((SMS, WHATSAPP, EMAIL), SMS, EMAIL),
            ((WHATSAPP, EMAIL), WHATSAPP, EMAIL),
            ((Channel.FAX, EMAIL), Channel.FAX, EMAIL),
            ((EMAIL,), EMAIL, DIGEST),
            ((EMAIL, SMS), EMAIL, DIGEST),
            ((SMS,), SMS, DIGEST),
            ((EMAIL, SMS), SMS, None),
        ],
    )
    def test_it_goes_by_the_next_cheaper_way(
        self, channels: Sequence[Channel], channel: Channel, way: Way | None
    ) -> None:  # fmt: skip
        found = decided(told(*channels), channel, "9")
        assert (found.to if isinstance(found, Degrade) else None) == way

    def test_a_channel_the_rule_does_not_have_is_before_all_it_has(self) -> None:
        found = decided(told(EMAIL), WHATSAPP, "9")
        assert isinstance(found, Degrade)
        assert found.to is EMAIL

    def test_who_has_no_address_for_a_digest_gets_the_message(self) -> None:
        assert decided(told(SMS, recipient=replace(ANNA, email=None)), SMS, "9") == Admit()

    def test_a_question_with_a_deadline_is_not_put_off(self) -> None:
        assert decided(told(SMS, about="order.1"), SMS, "9") == Admit()
        assert isinstance(decided(told(SMS, EMAIL, about="order.1"), SMS, "9"), Degrade)

    def test_what_tells_of_budgets_is_not_put_off(self) -> None:
        assert decided(told(EMAIL, subject="budget/phones"), EMAIL, "9") == Admit()

    @given(amount=PRICES, channel=st.sampled_from(Channel), channels=st.permutations(list(Channel)))
    def test_what_is_critical_always_goes(self, amount: Decimal, channel: Channel, channels: list[Channel]) -> None:
        assert decided(told(*channels, severity=Severity.CRITICAL), channel, amount) == Admit()

    @given(
        amount=PRICES, channel=st.sampled_from(Channel), order=st.permutations(list(Channel)), many=st.integers(1, 3)
    )
    def test_what_is_sent_another_way_has_that_way(
        self, amount: Decimal, channel: Channel, order: list[Channel], many: int
    ) -> None:
        notification = told(*order[:many])
        assume(channel in notification.channels)
        found = decided(notification, channel, amount)
        if isinstance(found, Degrade) and found.to != DIGEST:
            after = notification.channels[notification.channels.index(channel) + 1 :]
            assert found.to in after


class TestCounting:
    def test_a_message_counts_for_every_limit_it_is_of(self) -> None:
        limits = (
            Limit("rule", Scope.RULE, (SMS,), Decimal(1), Per.DAY, match="approve-new-order"),
            Limit("other-rule", Scope.RULE, (SMS,), Decimal(1), Per.DAY, match="another"),
            Limit("person", Scope.PERSON, (SMS, EMAIL), Decimal(1), Per.DAY, match="anna@example.com"),
            Limit("people", Scope.PERSON, (SMS,), Decimal(1), Per.DAY),
            Limit("germany", Scope.COUNTRY, (SMS,), Decimal(1), Per.DAY, match="DE"),
            Limit("france", Scope.COUNTRY, (SMS,), Decimal(1), Per.DAY, match="FR"),
            Limit("countries", Scope.COUNTRY, (SMS, EMAIL), Decimal(1), Per.DAY),
            Limit("total", Scope.TOTAL, (WHATSAPP, SMS), Decimal(1), Per.DAY),
        )
        plan = replace(PLAN, limits=limits)

        def counted(channel: Channel) -> dict[str, str]:
            found = concerned(plan, prospect(plan, told(SMS, EMAIL), outgoing(channel)))
            return {limit.id: who for limit, who in found}

        assert counted(SMS) == {
            "rule": "approve-new-order", "person": "anna@example.com", "people": "anna@example.com",
            "germany": "DE", "countries": "DE", "total": "*",
        }  # fmt: skip
        assert counted(EMAIL) == {"person": "anna@example.com"}

    def test_it_costs_its_segments(self) -> None:
        assert prospect(PLAN, told(SMS), outgoing(SMS, 3)).price == Decimal("0.2475")

    @given(CHARGES, st.randoms(use_true_random=False))
    def test_the_order_of_charges_does_not_change_the_total(
        self, charges: list[tuple[str, Decimal]], chance: Random
    ) -> None:  # fmt: skip
        shuffled = list(charges)
        chance.shuffle(shuffled)
        one, other = spent("0"), spent("0")
        for (name, price), (other_name, other_price) in zip(charges, shuffled, strict=True):
            one, other = one.charged(name, price), other.charged(other_name, other_price)
        assert one.spent == other.spent == sum((price for _, price in charges), Decimal(0))

    @given(CHARGES, st.integers(min_value=0))
    def test_a_charge_that_comes_again_changes_nothing(
        self, charges: list[tuple[str, Decimal]], place: int
    ) -> None:  # fmt: skip
        assume(charges)
        account = spent("0")
        for name, price in charges:
            account = account.charged(name, price)
        name, price = charges[place % len(charges)]
        assert account.charged(name, price) is account

    def test_it_remembers_so_many_and_no_more(self) -> None:
        account = spent("0")
        for number in range(MOST_REMEMBERED + 1):
            account = account.charged(str(number), Decimal(1))
        assert len(account.recent) == MOST_REMEMBERED
        assert account.charged("1", Decimal(1)) is account
        assert account.charged("0", Decimal(1)).spent == MOST_REMEMBERED + 2


class TestTelling:
    @given(CHARGES, st.lists(st.integers(1, 100), unique=True, max_size=5), st.decimals(1, 9999, places=2))
    def test_a_threshold_is_told_of_once_at_most_and_the_highest_that_is_reached_is(
        self, charges: list[tuple[str, Decimal]], announce: list[int], amount: Decimal
    ) -> None:
        account, heard = spent("0"), []
        for name, price in charges:
            account = account.charged(name, price)
            threshold = account.to_tell(amount, tuple(announce))
            if threshold is not None:
                assert has_reached(account.spent, amount, threshold)
                account = account.heard(threshold)
                heard.append(threshold)
        assert heard == sorted(set(heard))
        reached = [one for one in announce if has_reached(account.spent, amount, one)]
        assert max(heard, default=None) == max(reached, default=None)

    def test_what_is_reached_at_once_is_told_at_once(self) -> None:
        account = spent("7.5")
        assert account.to_tell(Decimal(10), PLAN.announce) == 70
        assert account.heard(70).to_tell(Decimal(10), PLAN.announce) is None

    def test_untold_it_is_told_the_next_time(self) -> None:
        account = spent("5").charged("a", Decimal(0))
        assert account.to_tell(Decimal(10), PLAN.announce) == account.charged("b", Decimal(1)).to_tell(
            Decimal(10), PLAN.announce
        )

    def test_a_later_lower_one_is_noted_in_its_place(self) -> None:
        assert spent("7.5").heard(70).heard(50).told == (50, 70)

    @given(PRICES, st.decimals("0.01", 9999, places=2))
    def test_the_share_is_never_more_than_it_is(self, amount: Decimal, limit: Decimal) -> None:
        percent = share(amount, limit)
        assert has_reached(amount, limit, percent)
        assert not has_reached(amount, limit, percent + 1)


class TestPeriods:
    @pytest.mark.parametrize(
        ("per", "now", "zone", "name", "until"),
        [
            (Per.DAY, "2026-03-02T22:59:59+00:00", "Europe/Berlin", "2026-03-02", "2026-03-02T23:00:00+00:00"),
            (Per.DAY, "2026-03-02T23:00:00+00:00", "Europe/Berlin", "2026-03-03", "2026-03-03T23:00:00+00:00"),
            (Per.DAY, "2026-03-02T23:00:00+00:00", "UTC", "2026-03-02", "2026-03-03T00:00:00+00:00"),
            (Per.DAY, "2026-03-29T10:00:00+00:00", "Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00+00:00"),
            (Per.MONTH, "2026-03-31T22:30:00+00:00", "Europe/Berlin", "2026-04", "2026-04-30T22:00:00+00:00"),
            (Per.MONTH, "2026-12-31T12:00:00+00:00", "America/New_York", "2026-12", "2027-01-01T05:00:00+00:00"),
            (Per.MONTH, "2028-02-29T12:00:00+00:00", "Asia/Tokyo", "2028-02", "2028-02-29T15:00:00+00:00"),
        ],
    )
    def test_it_begins_at_midnight_where_the_office_is(
        self, per: Per, now: str, zone: str, name: str, until: str
    ) -> None:  # fmt: skip
        assert period_at(per, datetime.fromisoformat(now), zone) == Period(name, datetime.fromisoformat(until))

    @given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)), st.sampled_from(Per))  # noqa: DTZ001
    def test_the_moment_it_ends_is_of_the_next(self, now: datetime, per: Per) -> None:
        period = period_at(per, now, "America/Santiago")
        assert now < period.until
        assert period_at(per, period.until - timedelta(microseconds=1), "America/Santiago") == period
        assert period_at(per, period.until, "America/Santiago").name > period.name

    def test_each_has_an_account_of_its_own(self) -> None:
        day, other = (period_at(Per.DAY, NOW + timedelta(days=days), "UTC") for days in (0, 1))
        ids = {
            account_id(PLAN, LIMIT, "anna@example.com", day), account_id(PLAN, LIMIT, "anna@example.com", other),
            account_id(PLAN, LIMIT, "ben@example.com", day), account_id(PLAN, replace(LIMIT, id="b"), "*", day),
            account_id(replace(PLAN, currency="USD"), LIMIT, "anna@example.com", day),
        }  # fmt: skip
        assert len(ids) == 5
        assert not any("anna" in identity for identity in ids)


def test_an_account_survives_its_document() -> None:
    account = spent("1.230000").charged("a", Decimal("0.5")).heard(50)
    assert account_of(loads(dumps(account_document(account)))) == account


def test_a_plan_survives_its_document() -> None:
    assert plan_of(loads(dumps(plan_document(PLAN)))) == PLAN
    assert plan_of({}) == BudgetPlan()
