"""What the messages of a backtest would have cost by a price table."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from herald.domain.configuration import Configuration, Rule
from herald.domain.delivery import Channel
from herald.domain.message import template_values
from herald.domain.notification import Recipient
from herald.ports import Renderer, RenderError


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
        values = template_values(facts, recipient, rule.id, rule.described(locale), rule.then.severity)
        try:
            return self.renderer.sms(configuration, rule.then.template, locale, values).segments
        except RenderError:
            return 1
