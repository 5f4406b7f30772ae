"""Notification: one message to one recipient about one event because of one rule."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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
    """A person or a shared mailbox. ``email`` is an address, ``phone`` is E.164, ``locale`` is BCP 47."""

    name: str
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    locale: str | None = None
    calendar: str | None = None
    """The person's working hours, by their name in ``config/calendars.yaml``."""
    hours: tuple[tuple[Channel, str], ...] = ()
    """When they may be written to, by channel: names of calendars in place of the channel's own."""

    @property
    def key(self) -> str:
        """What makes two mentions the same recipient."""
        return (self.email or self.phone or self.name).strip().casefold()

    def address(self, channel: Channel) -> str | None:
        """Return the recipient's address on a channel, if there is one."""
        return self.email if channel is Channel.EMAIL else self.phone


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


def notification_id(rule_id: str, subject: str, facts_fingerprint: str, recipient: Recipient) -> str:
    """Return the effect's key: two events about the same version of the same thing notify once."""
    return short_id("ntf", rule_id, subject, facts_fingerprint, recipient.key)
