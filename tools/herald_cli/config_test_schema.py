"""The form of ``config/tests/*.yaml``: an event, a clock, and what must come of it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from herald.domain.delivery import Channel
from herald.domain.errors import Reason
from herald.domain.rfc3339 import parse_timestamp
from herald_cli.approval_schema import each_once
from herald_cli.configuration_schema import Strict, Text


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or parse_timestamp(value) is None:
        raise ValueError('write a time with its offset and in quotes, as in "2026-03-07T23:30:00+01:00"')
    return datetime.fromisoformat(value)


Instant = Annotated[datetime, BeforeValidator(_instant)]
JsonObject = dict[str, Any]
Sample = Text | JsonObject
"""The name of a file, or what would be in it."""


class ThreekitEntry(Strict):
    """What Threekit would answer: an order or job instead of the one in the body, saved configurations by id."""

    order: Sample | None = None
    job: Sample | None = None
    configurations: dict[str, JsonObject] = Field(default_factory=dict)


class ToldEntry(Strict):
    """One message. ``says`` is part of its subject, or of its text if it has none."""

    person: Text
    rule: Text
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    held_until: Instant | None = None
    locale: Text | None = None
    says: Text | None = None


class AskedEntry(Strict):
    """What a chain comes to: the steps that apply, in any order, and who is asked at once."""

    steps: tuple[str, ...] | None = None
    asked: tuple[Text, ...] | None = None


class CaseEntry(Strict):
    """A test."""

    name: Text
    event: Sample
    at: Instant
    change: JsonObject = Field(default_factory=dict)
    after: tuple[Sample, ...] = ()
    threekit: ThreekitEntry = ThreekitEntry()
    rules: tuple[Text, ...] = ()
    errors: tuple[Text, ...] = ()
    told: tuple[ToldEntry, ...] = ()
    approvals: dict[str, AskedEntry] = Field(default_factory=dict)
    skipped: Reason | None = None

    @model_validator(mode="after")
    def _once(self) -> "CaseEntry":
        each_once((*self.rules, *self.errors))
        each_once(tuple((one.rule, one.person.casefold()) for one in self.told))
        return self


class CasesFile(Strict):
    """A file of ``tests/``."""

    tests: Annotated[list[CaseEntry], Field(min_length=1)]


KEYS = frozenset(
    field for form in (CasesFile, CaseEntry, ThreekitEntry, ToldEntry, AskedEntry) for field in form.model_fields
)
"""Every key of a file, to advise on a misspelt one."""
