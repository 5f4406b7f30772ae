"""What an integrator writes in ``config/``, as the functions see it: linted, versioned, immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.policy import Chain
from herald.domain.courtesy import Courtesy
from herald.domain.delivery import Channel
from herald.domain.directory import Person
from herald.domain.languages import fallback_chain
from herald.domain.message import FaxEncoding
from herald.domain.milestones import MilestoneStep
from herald.domain.notification import Recipient, Severity
from herald.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class Notify:
    """The consequence of a rule: tell an audience, with a template, over channels in this order."""

    audience: str
    template: str
    channels: tuple[Channel, ...]
    severity: Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """Data, never code: the types it listens to, a CEL condition, consequences."""

    id: str
    description: str
    events: tuple[str, ...]
    when: str
    then: Notify | None
    approval: str | None = None
    """The chain of ``config/approvals.yaml`` it asks for. A rule has one of the two consequences, or both."""
    translations: Mapping[str, str] = field(default_factory=dict)
    """The description in other languages than the default one, by ``languages.normal``."""

    def described(self, locale: str | None) -> str:
        """Return what it is for in a language (BCP 47), or a wider one: de-AT, else de, else the default."""
        chain = fallback_chain(locale, "") if locale and self.translations else ()
        return next((self.translations[tag] for tag in chain if tag in self.translations), self.description)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who, by JMESPaths over the facts: members by the value at ``by``, the person at ``person``, or a manager.

    A group by data, a person, the manager of the person at ``manager_of``, or a fixed group (``members`` for ``"*"``
    only). ``members`` maps a value to recipients; ``"*"`` serves any value not named. They are told over no channel but
    those that ``consent`` finds (``consent.channels_of``); without it, over all.
    """

    name: str
    by: str | None = None
    members: Mapping[str, tuple[Recipient, ...]] = field(default_factory=dict)
    person: str | None = None
    manager_of: str | None = None
    consent: str | None = None

    @property
    def path(self) -> str | None:
        """Where the audience is found in the facts; ``None`` for a fixed group."""
        return self.person or self.manager_of or self.by


@dataclass(frozen=True, slots=True)
class StatusReading:
    """How the undocumented spots of OpenText's status are read (docs/vendor/opentext.md 4 and 9.7).

    ``benign_gamma_codes`` are those with which ``Sent`` means what it says. ``confirmed`` are the
    ``sms_delivery_events`` that say that the handset has it, ``failed`` those that say it never will. ``dsn_status`` is
    a JMESPath that finds an RFC 3463 status code in an e-mail's ``dsn``; empty: a ``dsn`` is kept and not read.
    ``whatsapp_events`` is one that finds the statuses of a WhatsApp message in its ``events``; empty: none is read.
    """

    benign_gamma_codes: tuple[int, ...] = (0,)
    confirmed: tuple[str, ...] = ("Confirmed",)
    failed: tuple[str, ...] = ()
    dsn_status: str = ""
    whatsapp_events: str = ""


@dataclass(frozen=True, slots=True)
class WhatsAppTemplate:
    """A template registered with the OpenText account: its language codes, by the language of Herald's template."""

    template_id: str
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WhatsAppSending:
    """How WhatsApp messages are sent, where little is published (docs/vendor/opentext.md 3.4 and 9.14).

    ``templates`` are the registered ones by the name of Herald's template; without one a message goes out free-form.
    ``send_references``: submits bear our reference and message id, which no published sample shows for WhatsApp.
    """

    templates: Mapping[str, WhatsAppTemplate] = field(default_factory=dict)
    send_references: bool = False


@dataclass(frozen=True, slots=True)
class FaxSending:
    """How faxes are sent and confirmed, where little is published (docs/vendor/opentext.md 3.3, 4 and 9.15).

    ``encoding`` is what the bytes of the document are, since it has no field for a charset. ``send_references``:
    submits bear our reference and message id, which no published sample shows for fax. ``pages_confirm``: a fax of
    which pages were delivered has arrived.
    """

    encoding: FaxEncoding = FaxEncoding.ISO_8859_1
    send_references: bool = False
    pages_confirm: bool = True


@dataclass(frozen=True, slots=True)
class ReplyWords:
    """Whole replies that stop and start messages, compared without case, blanks and punctuation around them."""

    stop: tuple[str, ...] = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT")
    start: tuple[str, ...] = ("START", "UNSTOP")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One immutable version of everything in ``config/``.

    ``mapping`` maps an event type (``*`` suffix allowed) to where its fields are found; ``templates`` maps
    ``<template>/<locale>/<part>`` to text, ``<template>/<part>`` where languages share it and ``shared/<file>`` where
    templates do; ``words`` maps ``<template>/<locale>`` to the words of a language; ``milestones`` stand in the order
    in which they are reached; ``silent_after`` says how long a source may be silent; ``catalog`` is how the catalogue
    is watched, as plain objects (``domain.catalog.plan``). ``approvals`` are chains by id, ``calendars`` working hours
    by name, of which ``default_calendar`` serves who has none; ``courtesy`` is when and how often people are written
    to, ``budgets`` what messages may cost, as plain objects (``domain.budget_plan``). ``people`` are those of
    ``audiences.yaml`` by ``Recipient.key``. ``local_times``: messages show times in the recipient's zone; templates of
    before then write UTC behind them. ``order_link`` is the address of an order in Threekit's pages, with ``{id}`` or
    ``{shortId}`` in it; empty, nobody said what it is like. ``version`` is ``cfg_`` and a hash of all the rest.
    """

    version: str
    rules: tuple[Rule, ...]
    lists: Mapping[str, Mapping[str, Any]]
    audiences: Mapping[str, Audience]
    mapping: Mapping[str, Any]
    templates: Mapping[str, str]
    default_locale: str = "en"
    milestones: tuple[MilestoneStep, ...] = ()
    status: StatusReading = StatusReading()
    replies: ReplyWords = ReplyWords()
    whatsapp: WhatsAppSending = WhatsAppSending()
    fax: FaxSending = FaxSending()
    silent_after: Mapping[str, timedelta] = field(default_factory=dict)
    catalog: Mapping[str, Any] = field(default_factory=dict)
    approvals: Mapping[str, Chain] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    default_calendar: str = ""
    courtesy: Courtesy = field(default_factory=Courtesy)
    budgets: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    local_times: bool = True
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    order_link: str = ""
    _by_type: dict[str, tuple[Rule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listening: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for event_type in dict.fromkeys(rule.events):
                listening.setdefault(event_type, []).append(rule)
        self._by_type.update({event_type: tuple(rules) for event_type, rules in listening.items()})

    @property
    def zone(self) -> str:
        """The time zone in which days begin where nobody's own counts: that of the default calendar, else UTC."""
        calendar = self.calendars.get(self.default_calendar)
        return calendar.zone if calendar is not None else "UTC"

    def described(self, rule_id: str, locale: str | None) -> str:
        """Return what a rule is for, in a language; empty where there is no rule of that id."""
        return next((rule.described(locale) for rule in self.rules if rule.id == rule_id), "")

    def rules_for(self, event_type: str) -> tuple[Rule, ...]:
        """Return the rules that listen to a type, in file order."""
        return self._by_type.get(event_type, ())


@dataclass(frozen=True, slots=True)
class Activation:
    """One time that a version was made the active one: when, by whom, and what they said about it."""

    version: str
    at: datetime
    by: str = ""
    comment: str = ""
