"""What messages may cost in a day or a month: prices and limits, as ``config/budgets.yaml`` says."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from herald.domain.delivery import Channel
from herald.domain.prices import PriceTable

ANY = "*"


class Scope(StrEnum):
    """For whom a limit counts."""

    RULE = "rule"
    PERSON = "person"
    COUNTRY = "country"
    TOTAL = "total"


class Per(StrEnum):
    """How long a limit lasts before it begins anew."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Limit:
    """What may be spent on messages of some channels.

    ``match`` is a rule's id, a person's e-mail address (or number, where there is none) or a country of ISO 3166-1;
    with ``*`` each of them has the whole ``amount``. ``degrade_at`` is in percent; ``audience`` is who is to be told.
    """

    id: str
    scope: Scope
    channels: tuple[Channel, ...]
    amount: Decimal
    per: Per
    match: str = ANY
    degrade_at: int = 90
    audience: str = ""


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """What ``config/budgets.yaml`` says. Prices are per message and SMS segment; ``announce`` is in percent."""

    currency: str = ""
    prices: PriceTable = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    announce: tuple[int, ...] = ()


def plan_document(plan: BudgetPlan) -> dict[str, Any]:
    """Return the plan as plain objects."""
    return {
        "currency": plan.currency,
        "prices": {str(channel): dict(prices) for channel, prices in plan.prices.items()},
        "limits": [_limit_document(limit) for limit in plan.limits],
        "announce": list(plan.announce),
    }


def plan_of(document: Mapping[str, Any]) -> BudgetPlan:
    """Return the plan of plain objects; nothing is limited by an empty one."""
    if not document:
        return BudgetPlan()
    return BudgetPlan(
        currency=document["currency"],
        prices={Channel(channel): prices for channel, prices in document["prices"].items()},
        limits=tuple(_limit(limit) for limit in document["limits"]),
        announce=tuple(document["announce"]),
    )


def _limit_document(limit: Limit) -> dict[str, Any]:
    own = {
        "channels": [str(channel) for channel in limit.channels],
        "scope": str(limit.scope), "per": str(limit.per),
    }  # fmt: skip
    return {**asdict(limit), **own}


def _limit(document: Mapping[str, Any]) -> Limit:
    own = {
        "channels": tuple(map(Channel, document["channels"])),
        "scope": Scope(document["scope"]), "per": Per(document["per"]),
    }  # fmt: skip
    return Limit(**{**document, **own})
