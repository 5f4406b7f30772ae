"""What the messages of a backtest would have cost by the price table of their configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from herald.domain.budget_plan import plan_of
from herald.domain.configuration import Configuration, Rule
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient
from herald.domain.prices import price
from herald.ports import Renderer, RenderError
from herald.usecases.basis import values_of
from herald_cli.backtest_side import Cost, free


class Price(Protocol):
    """A price table, asked for one message."""

    def __call__(self, channel: Channel, address: str, segments: int) -> Decimal:
        """Return what a message of so many segments to an address costs."""
        ...


@dataclass(frozen=True)
class Costs:
    """Prices messages. An SMS is rendered to count its segments; one that cannot be, or is of an approval, has one."""

    price: Price
    renderer: Renderer

    def __call__(
        self, configuration: Configuration, rule: Rule | None, recipient: Recipient, channel: Channel,
        facts: Mapping[str, Any],
    ) -> Decimal:  # fmt: skip
        """Return what a message costs."""
        segments = self._segments(configuration, rule, recipient, facts) if rule and channel is Channel.SMS else 1
        return self.price(channel, recipient.address(channel) or "", segments)

    def _segments(
        self, configuration: Configuration, rule: Rule, recipient: Recipient, facts: Mapping[str, Any]
    ) -> int:
        if rule.then is None:
            return 1
        locale = recipient.locale or configuration.default_locale
        values = values_of(configuration, facts, recipient, rule.id, rule.then.severity)
        try:
            return self.renderer.sms(configuration, rule.then.template, locale, values).segments
        except RenderError:
            return 1


def cost_of(configuration: Configuration, renderer: Renderer) -> Cost:
    """Return what prices messages by the configuration's own price table; without one they cost nothing."""
    prices = plan_of(configuration.budgets).prices
    return Costs(partial(price, prices), renderer) if prices else free


def currency_of(configuration: Configuration) -> str:
    """Return the currency of the configuration's price table; empty if it has none."""
    plan = plan_of(configuration.budgets)
    return plan.currency if plan.prices else ""
