"""What a message costs: prices by channel and country. All are the integrator's, as no vendor publishes any."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from herald.domain.delivery import Channel
from herald.domain.message import Content, SmsContent

PriceTable = Mapping[Channel, Mapping[str, Decimal]]
"""By channel: the price by country (ISO 3166-1), and under ``default`` that of all others."""
DEFAULT = "default"
NOWHERE = "ZZ"
"""The country of a number whose calling code nobody has; ISO 3166-1 leaves these letters to its users."""


def price(table: PriceTable, channel: Channel, address: str, segments: int) -> Decimal:
    """Return what a message costs: an SMS by its segments, anything else by the piece; nothing if no price is there.

    ``address`` is a number in E.164, or an e-mail address, which has no country.
    """
    prices = table.get(channel, {})
    default = prices.get(DEFAULT, Decimal(0))
    each = default if channel is Channel.EMAIL else prices.get(country_of(address), default)
    return each * segments if channel is Channel.SMS else each


def segments_of(content: Content) -> int:
    """Return how many messages the networks count for a rendered message."""
    return content.segments if isinstance(content, SmsContent) else 1


def country_of(number: str) -> str:
    """Return the country (ISO 3166-1) of a number in E.164, ``001`` for those of no country, such as satellites'.

    As exact as ``calling_codes``: of the islands that share a code with a large country, a few blocks of numbers count
    as the large one's, and Western Sahara's as Morocco's.
    """
    countries, longest = _countries()
    digits = number.removeprefix("+")
    for length in range(min(longest, len(digits)), 0, -1):
        if digits[:length] in countries:
            return countries[digits[:length]]
    return NOWHERE


@lru_cache(maxsize=1)
def _countries() -> tuple[Mapping[str, str], int]:
    from herald.domain.calling_codes import PREFIXES  # noqa: PLC0415 - only where somebody counts what messages cost

    countries = {prefix: country for country, prefixes in PREFIXES.items() for prefix in prefixes.split()}
    return countries, max(map(len, countries))
