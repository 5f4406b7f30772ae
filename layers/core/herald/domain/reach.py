"""Whom a rule reaches: its audience without those who are absent, over channels they can be told on and agreed to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from herald.domain.audience import recipient_of, resolve
from herald.domain.configuration import Audience, Configuration, Notify
from herald.domain.consent import ALL_CHANNELS, channels_of
from herald.domain.delivery import Channel
from herald.domain.directory import told_for
from herald.domain.notification import Recipient
from herald.domain.paths import found

REQUESTER = "order.requester"


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody who is told over ``channels``, in this order. For ``without_consent`` they have not agreed.

    Without any channel they cannot be told: for want of consent if some are ``without_consent``, else of an address.
    """

    recipient: Recipient
    channels: tuple[Channel, ...]
    without_consent: tuple[Channel, ...] = ()


def reach(then: Notify, configuration: Configuration, facts: Mapping[str, Any], now: datetime) -> tuple[Reach, ...]:
    """Return everybody a rule is for, each once. Nobody is told in place of another about a request of their own.

    Never raises for facts of any shape.
    """
    audience = configuration.audiences[then.audience]
    told = told_now(resolve(audience, facts, configuration.people), then, configuration, facts, now)
    agreed = _agreed(audience, facts)
    return tuple(_reached(one, one.over(then.channels), agreed) for one in told)


def told_now(
    meant: Iterable[Recipient], then: Notify, configuration: Configuration, facts: Mapping[str, Any], now: datetime
) -> tuple[Recipient, ...]:  # fmt: skip
    """Return who is told for those who are meant: they themselves, or whoever stands in for them."""
    return told_for(meant, configuration.people, now, then.channels, requester_of(facts))


def _reached(recipient: Recipient, ways: tuple[Channel, ...], agreed: frozenset[Channel]) -> Reach:
    told = tuple(one for one in ways if one in agreed)
    # Whoever told is told over nothing else later either, as by a digest: the recipient bears what they agreed to.
    wanted = recipient.channels or tuple(dict.fromkeys((*ways, *Channel)))
    bound = replace(recipient, channels=tuple(one for one in wanted if one in agreed)) if told else recipient
    return Reach(recipient if agreed == ALL_CHANNELS else bound, told, tuple(one for one in ways if one not in agreed))


def _agreed(audience: Audience, facts: Mapping[str, Any]) -> frozenset[Channel]:
    return ALL_CHANNELS if audience.consent is None else channels_of(found(audience.consent, facts))


def requester_of(facts: Mapping[str, Any]) -> Recipient | None:
    """Return who asked for the order, if there is a usable address."""
    person = found(REQUESTER, facts)
    return recipient_of(person) if isinstance(person, Mapping) else None
