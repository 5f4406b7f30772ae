"""Budgets: for which limits a message counts, and which way it goes when one of them is nearly spent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Literal

from herald.domain.budget_account import Account, has_reached
from herald.domain.budget_plan import ANY, BudgetPlan, Limit, Per, Scope
from herald.domain.canonical import short_id
from herald.domain.delivery import Channel
from herald.domain.message import Outgoing
from herald.domain.notification import Notification, Severity
from herald.domain.prices import country_of, price, segments_of

DIGEST: Final = "digest"
SUBJECT = "budget/"
"""How the subjects begin of what tells of budgets."""

Way = Channel | Literal["digest"]


@dataclass(frozen=True, slots=True)
class Prospect:
    """A message that may be sent: for whom it counts, what it costs, and which cheaper way it could go instead.

    ``name`` is the recipient's.
    """

    channel: Channel
    counts_for: Mapping[Scope, str]
    name: str
    price: Decimal
    exempt: bool
    cheaper: Way | None


@dataclass(frozen=True, slots=True)
class Period:
    """A day or month, such as ``2026-03-02`` or ``2026-03``, and the moment at which it is over (UTC)."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Admit:
    """The message may go."""


@dataclass(frozen=True, slots=True)
class Degrade:
    """The message is to go another way, because that limit is nearly spent; ``detail`` says so to people."""

    to: Way
    limit: str
    detail: str


def prospect(plan: BudgetPlan, notification: Notification, message: Outgoing) -> Prospect:
    """Return what is known of a message before it goes.

    What is critical is exempt, and so is what tells of budgets: it must not wait for what it tells of.
    """
    recipient, channel = notification.recipient, message.channel
    country = {} if channel is Channel.EMAIL else {Scope.COUNTRY: country_of(message.address)}
    return Prospect(
        channel=channel,
        counts_for={Scope.RULE: notification.rule_id, Scope.PERSON: recipient.key, Scope.TOTAL: ANY, **country},
        name=recipient.name,
        price=price(plan.prices, channel, message.address, segments_of(message.content)),
        exempt=notification.severity is Severity.CRITICAL or notification.subject.startswith(SUBJECT),
        cheaper=_cheaper(notification, channel),
    )


def concerned(plan: BudgetPlan, message: Prospect) -> Iterator[tuple[Limit, str]]:
    """Yield the limits a message counts for, in the order of the file, each with the one it counts for."""
    for limit in plan.limits:
        counted = message.counts_for.get(limit.scope)
        if counted is not None and message.channel in limit.channels and limit.match in (ANY, counted):
            yield limit, counted


def decide(message: Prospect, standing: Iterable[tuple[Limit, Account | None]], currency: str) -> Admit | Degrade:
    """Return whether a message may go as it is, by its limits and what was spent of each.

    The message that reaches the point still goes: a limit is overspent by what is under way in that moment, by what is
    exempt, and by messages that have no cheaper way. None is dropped.
    """
    if message.exempt or message.cheaper is None:
        return Admit()
    for limit, account in standing:
        if account is not None and has_reached(account.spent, limit.amount, limit.degrade_at):
            spent = f"{account.spent:f} of {limit.amount:f} {currency} of the {limit.per} are spent"
            return Degrade(message.cheaper, limit.id, f"budget {limit.id}: {spent}")
    return Admit()


def period_at(per: Per, now: datetime, zone: str) -> Period:
    """Return the day or month in which a moment lies, where the clock shows the time of ``zone`` (an IANA name)."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files when first used, and most functions never ask

    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    if per is Per.DAY:
        name, end = today.isoformat(), today + timedelta(days=1)
    else:
        name = f"{today:%Y-%m}"
        end = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return Period(name, datetime.combine(end, time(), here).astimezone(UTC))


def account_id(plan: BudgetPlan, limit: Limit, counted: str, period: Period) -> str:
    """Return the id of an account, from which nobody reads for whom it is."""
    return short_id("bdg", limit.id, limit.scope, counted, plan.currency, period.name)


def _cheaper(notification: Notification, channel: Channel) -> Way | None:
    """Return the way a message can go instead: e-mail where the rule has it for later, else the digest.

    A digest is an e-mail too, so it is none for whom an e-mail has failed already or cannot be written to. What is told
    in words of its own asks something that has a deadline, and is not put off.
    """
    channels = notification.channels
    place = {other: number for number, other in enumerate(channels)}
    if channel is not Channel.EMAIL and Channel.EMAIL in place:
        return Channel.EMAIL if place[Channel.EMAIL] > place.get(channel, -1) else None
    return DIGEST if notification.recipient.over((Channel.EMAIL,)) and not notification.about else None
