"""The form of ``approvals.yaml``: who has to approve what, as an integrator writes it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from herald.domain.approval.policy import (
    ALL,
    ANY,
    Approvers,
    Chain,
    Level,
    Measure,
    Part,
    Shown,
    Step,
    Threshold,
    Timeout,
)
from herald.domain.delivery import Channel
from herald_cli.configuration_schema import Expression, Name, Strict, Text

WITHOUT_CURRENCY = "*"
_WORKING_TIME = re.compile(r"(?=\d)(?:(\d{1,4})h)?(?:(\d{1,2})m)?")


def _working_time(value: object) -> timedelta:
    match = _WORKING_TIME.fullmatch(value) if isinstance(value, str) else None
    after = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0)) if match else timedelta(0)
    if not after:
        raise ValueError("write working time as in 8h, 45m or 1h30m")
    return after


def _by_currency(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("write a number, or numbers by currency as in {EUR: 20000.00}")
    return value if isinstance(value, Mapping) else {WITHOUT_CURRENCY: value}


WorkingTime = Annotated[timedelta, BeforeValidator(_working_time)]
Amount = Annotated[Decimal, Field(ge=0)]
Limit = Annotated[dict[str, Amount], Field(min_length=1), BeforeValidator(_by_currency)]
Channels = Annotated[tuple[Channel, ...], Field(min_length=1)]
Outcome = Literal["approved", "rejected"]
Status = Literal["List", "In Cart", "New", "In Progress", "Complete"]


class ApproversEntry(Strict):
    """Who is asked: an ``audience``, or whom a JMESPath finds."""

    audience: str | None = None
    found: Expression | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "ApproversEntry":
        if (self.audience is None) is (self.found is None):
            raise ValueError("say who is asked: either `audience` or `found`")
        return self


class ThresholdEntry(Strict):
    """A condition over all lines. What may stand after the measure is for the lint to say."""

    sum: str | None = None
    max: str | None = None
    count: str | None = None
    above: Limit
    where: Expression | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> "ThresholdEntry":
        if len(self.measured) != 1:
            raise ValueError("say what is measured: one of `sum`, `max` and `count`")
        return self

    @property
    def measured(self) -> dict[Measure, str]:
        """What is measured, by the measure; a threshold that is read has one."""
        told = {Measure.SUM: self.sum, Measure.MAX: self.max, Measure.COUNT: self.count}
        return {measure: of for measure, of in told.items() if of is not None}


class LevelEntry(ApproversEntry):
    """A rung of the ladder."""

    deadline: WorkingTime


class StepEntry(Strict):
    """A question of a chain."""

    id: Name
    title: Text
    approvers: ApproversEntry
    stage: Annotated[int, Field(ge=1, le=99)] | None = None
    quorum: str | int | None = None
    rules: tuple[str, ...] | None = None
    when: tuple[ThresholdEntry, ...] | None = None
    inputs: Annotated[tuple[Part, ...], Field(min_length=1)] | None = None
    deadline: WorkingTime | None = None
    reminders: Annotated[tuple[WorkingTime, ...], Field(max_length=3)] | None = None
    ladder: tuple[LevelEntry, ...] | None = None
    repeat: Annotated[int, Field(ge=0, le=9)] | None = None
    timeout: Timeout | None = None
    acknowledge: WorkingTime | None = None
    channels: Channels | None = None
    reply_up_to: dict[str, Amount] | None = None

    @field_validator("quorum", mode="before")
    @classmethod
    def _quorum(cls, quorum: object) -> object:
        counted = isinstance(quorum, int) and not isinstance(quorum, bool) and quorum >= 1
        if quorum not in (ALL, ANY) and not counted:
            raise ValueError(f"write `{ALL}`, `{ANY}`, or how many have to approve")
        return quorum

    @field_validator("inputs", "channels")
    @classmethod
    def _each_once(cls, entries: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
        return each_once(entries)


class ShownEntry(Strict):
    """A row that approvers see beside the options."""

    label: Text
    value: Expression


class ChainEntry(Strict):
    """A chain."""

    title: Text
    steps: Annotated[tuple[StepEntry, ...], Field(min_length=1)]
    requester: Expression | None = None
    watchers: str | None = None
    delegates: str | None = None
    last_resort: str | None = None
    show: tuple[ShownEntry, ...] | None = None
    status: dict[Outcome, Status] | None = None
    calendar: str | None = None
    channels: Channels | None = None

    @field_validator("channels")
    @classmethod
    def _each_once(cls, channels: tuple[Channel, ...] | None) -> tuple[Channel, ...] | None:
        return each_once(channels)


class ApprovalsFile(Strict):
    """``approvals.yaml``."""

    chains: dict[Name, ChainEntry]


FORMS = (ApprovalsFile, ChainEntry, ShownEntry, StepEntry, ApproversEntry, LevelEntry, ThresholdEntry)
KEYS = frozenset(field for form in FORMS for field in form.model_fields)
"""Every key of the file, to advise on a misspelt one."""


def each_once(entries: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """Return the entries. Raises ``ValueError`` if one of them stands twice."""
    twice = next((entry for entry in entries or () if (entries or ()).count(entry) > 1), None)
    if twice is not None:
        raise ValueError(f"`{twice}` stands twice")
    return entries


def chains_of(file: ApprovalsFile | None) -> dict[str, Chain]:
    """Return the chains by id, as ``domain.approval`` reads them; there may be no file."""
    return {identity: _chain(identity, entry) for identity, entry in file.chains.items()} if file else {}


def _chain(identity: str, entry: ChainEntry) -> Chain:
    status = {str(outcome): status for outcome, status in (entry.status or {}).items()}
    return Chain(
        id=identity, title=entry.title, steps=tuple(_step(step, place) for place, step in enumerate(entry.steps, 1)),
        watchers=entry.watchers, delegates=entry.delegates, last_resort=entry.last_resort, calendar=entry.calendar,
        show=tuple(Shown(row.label, row.value) for row in entry.show or ()), status=status,
        **_said(requester=entry.requester, channels=entry.channels),
    )  # fmt: skip


def _step(entry: StepEntry, place: int) -> Step:
    return Step(
        id=entry.id, title=entry.title, approvers=_approvers(entry.approvers), stage=entry.stage or place,
        when=tuple(_threshold(one) for one in entry.when or ()),
        ladder=tuple(Level(_approvers(level), level.deadline) for level in entry.ladder or ()),
        **_said(
            quorum=entry.quorum, rules=entry.rules, inputs=entry.inputs, deadline=entry.deadline,
            reminders=entry.reminders, repeat=entry.repeat, timeout=entry.timeout, acknowledge=entry.acknowledge,
            channels=entry.channels, reply_up_to=entry.reply_up_to,
        ),
    )  # fmt: skip


def _threshold(entry: ThresholdEntry) -> Threshold:
    [(measure, of)] = entry.measured.items()
    return Threshold(measure, entry.above, None if measure is Measure.COUNT else of, entry.where)


def _approvers(entry: ApproversEntry) -> Approvers:
    return Approvers(entry.audience, entry.found)


def _said(**values: Any) -> dict[str, Any]:
    """Return what the file says; where it is silent, the policy's own defaults hold."""
    return {name: value for name, value in values.items() if value is not None}
