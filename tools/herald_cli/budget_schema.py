"""The form of ``budgets.yaml``: what messages cost, and how much of that may be spent."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from herald.domain.budget_plan import ANY, BudgetPlan, Limit, Per, Scope, plan_document
from herald.domain.delivery import Channel
from herald_cli.configuration_schema import Name, Strict, Text

PRICE_DIGITS = 6
"""After the point. Sums of prices stay exact far beyond any amount."""
Price = Annotated[Decimal, Field(ge=0, lt=1000, decimal_places=PRICE_DIGITS)]
Percent = Annotated[int, Field(ge=1, le=100)]


class LimitEntry(Strict):
    """A limit."""

    id: Name
    scope: Scope
    match: Text = ANY
    channels: Annotated[list[Channel], Field(min_length=1)]
    amount: Annotated[Decimal, Field(gt=0)]
    per: Per
    degrade_at: Percent = 90
    audience: str | None = None

    @field_validator("channels")
    @classmethod
    def _each_once(cls, channels: list[Channel]) -> list[Channel]:
        if len(set(channels)) != len(channels):
            raise ValueError("a channel stands twice")
        return channels

    @model_validator(mode="after")
    def _of_all(self) -> "LimitEntry":
        if self.scope is Scope.TOTAL and self.match != ANY:
            raise ValueError("a total is that of all messages: leave out match")
        return self


class BudgetsFile(Strict):
    """``budgets.yaml``."""

    currency: str
    prices: dict[Channel, dict[str, Price]]
    limits: Annotated[tuple[LimitEntry, ...], Field(min_length=1)]
    announce: tuple[Percent, ...] = (50, 70, 90, 100)
    audience: str | None = None


KEYS = frozenset(field for form in (BudgetsFile, LimitEntry) for field in form.model_fields)
"""Every key of the file, to advise on a misspelt one."""


def budgets_document(file: BudgetsFile | None) -> dict[str, Any]:
    """Return what the file says as plain objects; nothing without one."""
    if file is None:
        return {}
    limits = tuple(_limit(entry, file.audience) for entry in file.limits)
    return plan_document(BudgetPlan(file.currency, file.prices, limits, tuple(sorted(set(file.announce)))))


def _limit(entry: LimitEntry, audience: str | None) -> Limit:
    # People are told apart without regard to capitals (Recipient.key).
    match = entry.match.casefold() if entry.scope is Scope.PERSON else entry.match
    return Limit(
        id=entry.id, scope=entry.scope, channels=tuple(entry.channels), amount=entry.amount, per=entry.per, match=match,
        degrade_at=entry.degrade_at, audience=entry.audience or audience or "",
    )  # fmt: skip
