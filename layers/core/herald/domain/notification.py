"""Notification: one message to one recipient about one event because of one rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.canonical import short_id
from herald.domain.delivery import Channel


class Severity(StrEnum):
    """How much it matters, as the rule says."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The greater, the graver."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person or a shared mailbox. ``email`` is an address, ``phone`` and ``fax`` are E.164, ``locale`` is BCP 47."""

    name: str
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    locale: str | None = None
    calendar: str | None = None
    """The person's working hours, by their name in ``config/calendars.yaml``."""
    zone: str | None = None
    """The time zone the person reads times in, by its IANA name; ``recipient_zone`` says what holds without it."""
    channels: tuple[Channel, ...] = ()
    """The channels the person wants to be told over, best first; none: whatever a rule offers, in its order."""
    in_place_of: tuple[str, ...] = ()
    """The names of those who are absent, and for whom this person is told."""
    hours: tuple[tuple[Channel, str], ...] = ()
    """When they may be written to, by channel: names of calendars in place of the channel's own."""
    fax: str | None = field(default=None, repr=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """All there are: e-mail, phone, fax."""
        return tuple(address for address in (self.email, self.phone, self.fax) if address)

    @property
    def key(self) -> str:
        """What makes two mentions the same recipient: the first of their addresses, else the name."""
        return (*self.addresses, self.name)[0].strip().casefold()

    def address(self, channel: Channel) -> str | None:
        """Return the recipient's address on a channel, if there is one."""
        if channel is Channel.EMAIL:
            return self.email
        return self.fax if channel is Channel.FAX else self.phone

    def over(self, offered: Iterable[Channel]) -> tuple[Channel, ...]:
        """Return those channels of an offer on which the recipient can be told, in their own order if they have one."""
        there = tuple(channel for channel in offered if self.address(channel))
        return tuple(channel for channel in self.channels if channel in there) if self.channels else there


@dataclass(frozen=True, slots=True)
class Notification:
    """One message to one recipient. Its id is the effect's key: rule, subject, fingerprint of the facts, recipient."""

    id: str
    event_id: str
    rule_id: str
    subject: str
    audience: str
    recipient: Recipient
    template: str
    channels: tuple[Channel, ...]
    severity: Severity
    config_version: str
    created_at: datetime
    sequence: tuple[str, int] | None = None
    """The row it stands in and its place there: of those in one row, a recipient is never told an earlier one after a
    later one."""
    about: str = ""
    """Which of the decision's tellings it carries, where one event is told to several people in different words."""


def same_person(one: Recipient, other: Recipient) -> bool:
    """Say whether two people share an e-mail address or a phone number; a fax machine is one of many people."""
    mail = one.email is not None and other.email is not None and one.email.casefold() == other.email.casefold()
    return mail or (one.phone is not None and one.phone == other.phone) or one.key == other.key


def person_document(recipient: Recipient) -> list[Any]:
    """Return a recipient as plain values: what all have by place, what few have by name at the end, if there is any."""
    more: dict[str, Any] = {}
    if recipient.zone is not None:
        more["zone"] = recipient.zone
    if recipient.channels:
        more["channels"] = [str(channel) for channel in recipient.channels]
    if recipient.in_place_of:
        more["in_place_of"] = list(recipient.in_place_of)
    if recipient.hours:
        more["hours"] = [[str(channel), name] for channel, name in recipient.hours]
    if recipient.fax is not None:
        more["fax"] = recipient.fax
    document = [recipient.name, recipient.email, recipient.phone, recipient.locale, recipient.calendar]
    return [*document, more] if more else document


def person_of(document: Sequence[Any]) -> Recipient:
    """Return the recipient of plain values; those of an older release are fewer."""
    name, email, phone, locale = document[:4]
    calendar: str | None = document[4] if len(document) > 4 else None
    more: Mapping[str, Any] = document[5] if len(document) > 5 else {}
    return Recipient(
        name, email, phone, locale, calendar, zone=more.get("zone"), in_place_of=tuple(more.get("in_place_of", ())),
        channels=tuple(Channel(channel) for channel in more.get("channels", ())),
        hours=tuple((Channel(channel), when) for channel, when in more.get("hours", ())), fax=more.get("fax"),
    )  # fmt: skip


def notification_id(rule_id: str, subject: str, facts_fingerprint: str, recipient: Recipient) -> str:
    """Return the effect's key: two events about the same version of the same thing notify once."""
    return short_id("ntf", rule_id, subject, facts_fingerprint, recipient.key)
