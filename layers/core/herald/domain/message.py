"""What goes out to a recipient, ready to be submitted."""

from dataclasses import dataclass, field

from herald.domain.delivery import Channel


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
class Outgoing:
    """One submit to OpenText: one recipient on one channel."""

    channel: Channel
    address: str = field(repr=False)
    reference: str
    message_id: str
    customer_reference: str
    content: EmailContent | SmsContent = field(repr=False)
