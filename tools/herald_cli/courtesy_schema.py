"""The form of ``courtesy.yaml``: when, how often and over which channel next people are written to."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from herald.domain.courtesy import Courtesy, Digest, NextChannel, Repeat, Throttle, Until
from herald.domain.delivery import Channel
from herald_cli.configuration_schema import Channels, Expression, Name, Strict

RulePattern = Annotated[str, StringConstraints(pattern=r"^[a-z*][a-z0-9.*-]{0,63}$")]
Rules = Annotated[list[RulePattern], Field(min_length=1)]

_TIME = re.compile(r"(?=\d)(?:(\d{1,2})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?")


def time_of(value: object) -> timedelta:
    """Return a time as it is written (30s, 5m, 4h, 1h30m, 2d), up to 30 days. Raises ``ValueError``."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    after = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < after <= timedelta(days=30):
        raise ValueError("write a time as in 30s, 5m, 4h or 1h30m, up to 30d")
    return after


Time = Annotated[timedelta, BeforeValidator(time_of)]


class DigestEntry(Strict):
    """Which messages become one."""

    rules: Rules
    template: str = "digest"
    by: Expression | None = None
    channels: Channels = [Channel.EMAIL]
    wait: Time = timedelta(seconds=30)
    interval: Time = timedelta(minutes=5)


class ThrottleEntry(Strict):
    """How many messages a person gets at most."""

    rules: Rules
    most: Annotated[int, Field(ge=1, le=500)]
    within: Time
    channels: Channels = list(Channel)
    template: str = "digest"
    digest_channels: Channels = [Channel.EMAIL]


class RepeatEntry(Strict):
    """What a person is told of once within a time."""

    rules: Rules
    by: Expression
    within: Time = timedelta(hours=4)


class NextChannelEntry(Strict):
    """When the next channel takes over."""

    rules: Rules
    after: Time
    unless: Until = Until.DELIVERED


class CourtesyFile(Strict):
    """``courtesy.yaml``."""

    hours: dict[Channel, str] = {}
    digests: dict[Name, DigestEntry] = {}
    throttles: dict[Name, ThrottleEntry] = {}
    repeats: dict[Name, RepeatEntry] = {}
    next_channel: dict[Name, NextChannelEntry] = {}


KEYS = frozenset(
    field
    for form in (CourtesyFile, DigestEntry, ThrottleEntry, RepeatEntry, NextChannelEntry)
    for field in form.model_fields
)
"""Every key of the file, to advise on a misspelt one."""


def courtesy_of(file: CourtesyFile | None) -> Courtesy:
    """Return what a file says."""
    if file is None:
        return Courtesy()
    return Courtesy(
        hours=file.hours,
        digests=tuple(
            Digest(name, tuple(one.rules), one.template, tuple(one.channels), one.by, one.wait, one.interval)
            for name, one in file.digests.items()
        ),
        throttles=tuple(
            Throttle(
                name, tuple(one.rules), one.template, tuple(one.digest_channels), one.most, one.within,
                tuple(one.channels),
            )
            for name, one in file.throttles.items()
        ),
        repeats=tuple(Repeat(name, tuple(one.rules), one.by, one.within) for name, one in file.repeats.items()),
        next_channel=tuple(
            NextChannel(name, tuple(one.rules), one.after, one.unless) for name, one in file.next_channel.items()
        ),
    )  # fmt: skip
