"""What comes in by the callback's door when somebody answers a message: any JSON object, kept as it is.

Vendor facts: the bodies of SMS replies and inbound WhatsApp messages are not published (docs/vendor/opentext.md 9.3).
"""

from collections.abc import Callable

from herald.domain.envelope import Envelope, Told, as_object
from herald.domain.event import Event
from herald.domain.media_type import JSON
from herald.domain.workflow_envelope import event_by_content

REPLY_TYPES = {"sms": "opentext.reply.sms", "whatsapp": "opentext.reply.whatsapp"}
"""The event types of replies, by the channel they come in on."""


def _reader(channel: str) -> Callable[[Told], list[Event]]:
    def read(told: Told) -> list[Event]:
        # No id is known, and people say a word again: only what comes again within the hour counts as repeated.
        hour = told.received_at.strftime("%Y-%m-%dT%H")
        body = as_object(told.body)
        return [event_by_content(told, body, f"/opentext/{told.source}", REPLY_TYPES[channel], "reply", hour)]

    return read


SMS_REPLIES = Envelope(frozenset({JSON}), _reader("sms"))
WHATSAPP_REPLIES = Envelope(frozenset({JSON}), _reader("whatsapp"))
