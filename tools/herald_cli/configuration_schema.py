"""The form of every file in ``config/``."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    create_model,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from herald.domain.delivery import Channel
from herald.domain.facts_schema import (
    COMPONENT,
    COMPUTED_IN_ORDER,
    JOB,
    LINE,
    ORDER,
    Record,
)
from herald.domain.message import FaxEncoding
from herald.domain.milestones import ORDER_STATUSES
from herald.domain.notification import Severity

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=500)]
ListName = re.compile(r"[a-z][a-z0-9_]{0,63}")
TypePattern = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\*?")


class Strict(BaseModel):
    """A form that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _each_once(channels: list[Channel]) -> list[Channel]:
    if len(set(channels)) != len(channels):
        raise ValueError("a channel stands twice")
    return channels


Channels = Annotated[list[Channel], Field(min_length=1), AfterValidator(_each_once)]
"""Channels in their order."""


class NotifyEntry(Strict):
    """``then.notify`` of a rule."""

    audience: str
    template: str
    channels: Channels
    severity: Severity


class ThenEntry(Strict):
    """The consequences of a rule: one of them, or both."""

    notify: NotifyEntry | None = None
    approval: str | None = None

    @model_validator(mode="after")
    def _something(self) -> "ThenEntry":
        if self.notify is None and self.approval is None:
            raise ValueError("nothing follows from the rule: add notify, approval or both")
        return self


class RuleEntry(Strict):
    """A rule. Its description is in the default language, or in several by their tags (BCP 47)."""

    id: Name
    description: Text | dict[str, Text]
    events: Annotated[list[str], Field(min_length=1)]
    when: Annotated[str, StringConstraints(min_length=1)]
    then: ThenEntry


class RulesFile(Strict):
    """A file of ``rules/``."""

    rules: list[RuleEntry]


class ListsFile(RootModel[dict[str, dict[str, Any] | list[str]]]):
    """``lists.yaml``: maps, or lists of text that become maps to ``true``. An error has the ``keys`` to its place."""

    @field_validator("root")
    @classmethod
    def _usable(cls, lists: dict[str, Any]) -> dict[str, Any]:
        for name, entries in lists.items():
            if not ListName.fullmatch(name):
                message = f"the list's name `{name}` is not of a-z, 0-9 and _, so no rule could name it"
                raise PydanticCustomError("list-name", "{message}", {"message": message, "keys": (name,)})
            _check_values(entries, (name,))
        return lists


def _check_values(value: Any, keys: tuple[str | int, ...]) -> None:
    if isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            _check_values(item, (*keys, key))
    elif not isinstance(value, str | bool | int | Decimal):
        raise PydanticCustomError("list-value", "{message}", {"message": f"`{keys[-1]}` has no value", "keys": keys})


def _expressions(name: str, record: Record, left_out: frozenset[str] = frozenset()) -> type[BaseModel]:
    """Return the form of a section that says, field by field of a record, where it is found."""
    fields: dict[str, Any] = {}
    for field, kind in record.fields.items():
        if field not in left_out:
            form: Any = _expressions(f"{name}{field.title()}", kind) if isinstance(kind, Record) else Expression
            fields[field] = (form | None, None)
    return create_model(name, __base__=Strict, **fields)


OrderExpressions: Any = _expressions("OrderExpressions", ORDER, COMPUTED_IN_ORDER)
LineExpressions: Any = _expressions("LineExpressions", LINE, frozenset({"lineTotal"}))
ComponentExpressions: Any = _expressions("ComponentExpressions", COMPONENT)
JobExpressions: Any = _expressions("JobExpressions", JOB)


class ReplyEntry(Strict):
    """Where a reply's sender and text are found; ``reference`` is our ``ref``, if the body bears it."""

    sender: Annotated[Expression, Field(alias="from")]
    text: Expression
    reference: Expression | None = None


class CallbackEntry(Strict):
    """What a workflow's body means, where ``when`` finds something (or always): an event of the contract, by field."""

    type: Literal["order.milestone.reached", "localization.completed", "regional.approval.completed"]
    data: dict[str, Expression]
    when: Expression | None = None


SectionEntry: Any = create_model(
    "SectionEntry",
    __base__=Strict,
    order=(OrderExpressions | None, None),
    lines=(Expression | None, None),
    line=(LineExpressions | None, None),
    component=(ComponentExpressions | None, None),
    job=(JobExpressions | None, None),
    asset_names=(dict[str, Text] | None, None),
    reply=(ReplyEntry | None, None),
    callbacks=(dict[str, list[CallbackEntry]] | None, None),
)


class MappingFile(RootModel[dict[str, SectionEntry]]):
    """``mapping.yaml``."""

    @field_validator("root")
    @classmethod
    def _usable(cls, sections: dict[str, Any]) -> dict[str, Any]:
        for name in sections:
            if not TypePattern.fullmatch(name):
                raise ValueError(f"{name!r} is no event type (a `*` may stand at its end)")
        return sections


class StepEntry(Strict):
    """A milestone."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    status: Literal["List", "In Cart", "New", "In Progress", "Complete"] | None = None


class MilestonesFile(Strict):
    """``milestones.yaml``: in the order in which they are reached."""

    milestones: Annotated[list[StepEntry], Field(min_length=1)]

    @field_validator("milestones")
    @classmethod
    def _forward(cls, steps: list[StepEntry]) -> list[StepEntry]:
        names = [step.name for step in steps]
        if len(set(names)) != len(names):
            raise ValueError("a milestone stands twice")
        statuses = [ORDER_STATUSES.index(step.status) for step in steps if step.status]
        if statuses != sorted(statuses):
            raise ValueError(f"statuses only go forward: {', '.join(ORDER_STATUSES)}")
        return steps


class StatusEntry(Strict):
    """How OpenText's status is read."""

    benign_gamma_codes: list[int] = [0]
    confirmed: list[Text] = ["Confirmed"]
    failed: list[Text] = []
    dsn_status: str = ""
    whatsapp_events: str = ""


class ReplyWordsEntry(Strict):
    """Replies that stop and start messages."""

    stop: Annotated[list[Text], Field(min_length=1)]
    start: Annotated[list[Text], Field(min_length=1)]


class WhatsAppTemplateEntry(Strict):
    """A template registered with the OpenText account; its language codes by the language of Herald's template."""

    template_id: Text
    languages: Annotated[dict[str, Text], Field(min_length=1)]


class WhatsAppEntry(Strict):
    """How WhatsApp messages are sent."""

    templates: dict[str, WhatsAppTemplateEntry] = {}
    send_references: bool = False


class FaxEntry(Strict):
    """How faxes are sent and confirmed."""

    encoding: FaxEncoding = FaxEncoding.ISO_8859_1
    send_references: bool = False
    pages_confirm: bool = True


class ChannelsFile(Strict):
    """``channels.yaml``."""

    status: StatusEntry = StatusEntry()
    replies: ReplyWordsEntry | None = None
    whatsapp: WhatsAppEntry = WhatsAppEntry()
    fax: FaxEntry = FaxEntry()


class SourceEntry(Strict):
    """What is expected of a source."""

    silent_after_hours: Annotated[int, Field(ge=1, le=24 * 60)]


class SourcesFile(Strict):
    """``sources.yaml``: sources by the URI reference their events bear, such as ``/threekit/orders``."""

    sources: dict[
        Annotated[str, StringConstraints(pattern=r"^/(threekit|opentext)/[a-z0-9][a-z0-9_-]{0,63}$")], SourceEntry
    ]


KNOWN_KEYS = frozenset(
    field
    for form in (
        RulesFile, RuleEntry, ThenEntry, NotifyEntry,
        OrderExpressions, LineExpressions, ComponentExpressions, JobExpressions, SectionEntry, ReplyEntry,
        CallbackEntry, MilestonesFile, StepEntry, ChannelsFile, StatusEntry, ReplyWordsEntry, WhatsAppEntry,
        WhatsAppTemplateEntry, FaxEntry, SourcesFile, SourceEntry,
    )
    for field in form.model_fields
)  # fmt: skip
"""Every key of every form, to advise on a misspelt one."""
