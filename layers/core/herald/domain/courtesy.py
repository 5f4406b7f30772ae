"""Courtesy: what an integrator writes so that people get few messages, at good hours, and over a channel that works."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeVar

from herald.domain.delivery import Channel

DIGEST_RULE = "digest"
"""What stands for the rule of a message that gathers others."""


class Until(StrEnum):
    """Which success keeps the next channel from being tried."""

    SENT = "sent"
    """OpenText handed it on."""
    DELIVERED = "delivered"
    """Somebody confirmed that it arrived."""
    SETTLED = "settled"
    """What it is about was decided or is over, whatever was delivered."""


@dataclass(frozen=True, slots=True)
class ForRules:
    """Which rules it is for: ids, or patterns with ``*``. What approvals tell bears ``approval.request`` and such."""

    id: str
    rules: tuple[str, ...]

    def serves(self, rule_id: str) -> bool:
        """Say whether it is for that rule."""
        return any(fnmatchcase(rule_id, pattern) for pattern in self.rules)


@dataclass(frozen=True, slots=True)
class Gatherer(ForRules):
    """What makes one message of many: the template that tells them, and the channels it is told over."""

    template: str
    told_over: tuple[Channel, ...] = (Channel.EMAIL,)


@dataclass(frozen=True, slots=True)
class Digest(Gatherer):
    """Messages of these rules to one person become one, by what ``by`` (a JMESPath over the facts) finds.

    The first waits ``wait`` for others; the next digest comes ``interval`` after the last at the earliest.
    """

    by: str | None = None
    wait: timedelta = timedelta(seconds=30)
    interval: timedelta = timedelta(minutes=5)


OVER_BUDGET = Digest("budget", (), "digest", wait=timedelta(hours=1), interval=timedelta(hours=1))
"""Where e-mails go when a budget is nearly spent."""


@dataclass(frozen=True, slots=True)
class Throttle(Gatherer):
    """At most ``most`` messages to one person over ``channels`` within a time; those beyond become one digest."""

    most: int = 1
    within: timedelta = timedelta(hours=1)
    channels: tuple[Channel, ...] = tuple(Channel)


@dataclass(frozen=True, slots=True)
class Repeat(ForRules):
    """A person is told of the same thing, as ``by`` (a JMESPath over the facts) names it, once within a time."""

    by: str
    within: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class NextChannel(ForRules):
    """The next channel carries the message too, unless there was that success within a time."""

    after: timedelta
    unless: Until = Until.DELIVERED


@dataclass(frozen=True, slots=True)
class Courtesy:
    """Everything in ``courtesy.yaml``. ``hours`` are names of calendars: when a channel may be used."""

    hours: Mapping[Channel, str] = field(default_factory=dict)
    digests: tuple[Digest, ...] = ()
    throttles: tuple[Throttle, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    next_channel: tuple[NextChannel, ...] = ()

    def digest_for(self, rule_id: str) -> Digest | None:
        """Return the first digest that is for a rule."""
        return _first(self.digests, rule_id)

    def repeat_for(self, rule_id: str) -> Repeat | None:
        """Return the first repeat that is for a rule."""
        return _first(self.repeats, rule_id)

    def next_channel_for(self, rule_id: str) -> NextChannel | None:
        """Return the first entry that says when the next channel takes over for a rule."""
        return _first(self.next_channel, rule_id)

    def gatherer(self, name: str) -> Gatherer:
        """Return the digest or throttle of that name; lint lets no two have one. Raises ``KeyError``."""
        gatherers: tuple[Gatherer, ...] = (*self.digests, *self.throttles, OVER_BUDGET)
        return {one.id: one for one in gatherers}[name]


Entry = TypeVar("Entry", bound=ForRules)


def _first(entries: Iterable[Entry], rule_id: str) -> Entry | None:
    return next((one for one in entries if one.serves(rule_id)), None)
