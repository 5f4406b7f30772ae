"""What goes out to a recipient, ready to be submitted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity


@dataclass(frozen=True, slots=True)
class EmailContent:
    """A rendered e-mail. ``subject`` holds no line break."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class SmsContent:
    """A rendered SMS. ``segments`` is how many messages the networks will count (GSM 03.38 / UCS-2)."""

    text: str
    segments: int


@dataclass(frozen=True, slots=True)
class RegisteredTemplate:
    """A WhatsApp template registered with the OpenText account, in one of its languages."""

    template_id: str
    language_code: str


@dataclass(frozen=True, slots=True)
class WhatsAppContent:
    """A rendered WhatsApp message: what fills its registered template, in one line, or free text where it has none.

    ``referenced``: the submit bears our reference and message id too.
    """

    text: str
    template: RegisteredTemplate | None = None
    referenced: bool = False


class FaxEncoding(StrEnum):
    """What the bytes of a fax's document may be."""

    US_ASCII = "US-ASCII"
    ISO_8859_1 = "ISO-8859-1"
    UTF_8 = "UTF-8"


@dataclass(frozen=True, slots=True)
class FaxContent:
    """A fax: one text in lines that fit the paper, of characters that its ``encoding`` has.

    ``pages`` is how many we count. ``referenced``: the submit bears our reference and message id too.
    """

    text: str
    pages: int
    encoding: FaxEncoding = FaxEncoding.ISO_8859_1
    referenced: bool = False


Content = EmailContent | SmsContent | WhatsAppContent | FaxContent


TELLINGS = "tellings"
"""The fact under which stand the further values of notifications that are told in words of their own, by ``about``."""


def template_values(
    facts: Mapping[str, Any], recipient: Recipient, rule_id: str, description: str, severity: Severity,
    zone: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what a template sees: the facts, who is written to, and which rule made it so.

    ``zone`` is the recipient's; without it times are in UTC.
    """
    told = {"name": recipient.name, "locale": recipient.locale, "zone": zone, "in_place_of": recipient.in_place_of}
    return {
        **{name: value for name, value in facts.items() if name != TELLINGS},
        "recipient": {name: value for name, value in told.items() if name in ("name", "locale") or value},
        "rule": {"id": rule_id, "description": description, "severity": severity},
    }


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One submit to OpenText: one recipient on one channel."""

    channel: Channel
    address: str = field(repr=False)
    reference: str
    message_id: str
    customer_reference: str
    content: Content = field(repr=False)
