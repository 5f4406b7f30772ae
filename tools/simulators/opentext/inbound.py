"""Inbound messages: the WhatsApp webhook's registration, and replies pushed to us (docs/vendor/opentext.md 5)."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, Text
from simulators.json_types import Record, timestamp
from simulators.opentext.callbacks import WebhookTarget
from simulators.opentext.credentials import Credentials
from simulators.webhook_push import WebhookPusher

ReplyChannel = Literal["sms", "whatsapp"]
# The account's own number, which replies are addressed to: from the range kept for fiction.
ACCOUNT_NUMBER = "00447700900999"
_REGISTRATION = ClosedObject({"url": Text(1)}, frozenset({"url"}))


class Inbound:
    """The ``/mra/v1/inbound/whatsapp/messages/webhook`` routes, and the pushing of replies.

    ``sms_target`` is where SMS replies go: how that is set up is not public. ``whatsapp_url`` is what the routes were
    told, one per account; such a push carries no header to be known by, since registration takes none.
    """

    def __init__(
        self,
        credentials: Credentials,
        pusher: WebhookPusher,
        clock: Callable[[], datetime],
        retries: Callable[[], int],
    ) -> None:
        self.sms_target: WebhookTarget | None = None
        self.whatsapp_url: str | None = None
        self._credentials = credentials
        self._pusher = pusher
        self._clock = clock
        self._retries = retries

    def register(self, request: Request) -> Reply:
        """POST: register ``{"url": "https://..."}``, the only field of the published sample; 422 for anything else.

        Assumed, since no answer is public: 200 with ``{"url"}``, and that a second registration replaces the first.
        Plain http is taken for 127.0.0.1, where this simulator and its receivers are.
        """
        self._check(request)
        if request.content_type != "application/json":
            raise refused(415, "Content-Type must be application/json")
        body = request.json_object(400)
        try:
            _REGISTRATION.check(body, "body")
            _check_url(body["url"])
        except FieldError as error:
            raise refused(422, str(error)) from error
        self.whatsapp_url = body["url"]
        return json_reply({"url": self.whatsapp_url})

    def registered(self, request: Request) -> Reply:
        """GET: ``{"url"}``; 404 when none is registered. Both are assumed."""
        self._check(request)
        return json_reply({"url": self._registered_url()})

    def unregister(self, request: Request) -> Reply:
        """DELETE: ``{}``; 404 when none is registered. Both are assumed."""
        self._check(request)
        self._registered_url()
        self.whatsapp_url = None
        return json_reply({})

    def reply(self, channel: ReplyChannel, sender: str, text: str, reference: str | None) -> Record:
        """Push an inbound message and return its body. Raises ValueError for another channel, or without a target."""
        if channel not in get_args(ReplyChannel):
            raise ValueError(f"a reply comes by one of {', '.join(get_args(ReplyChannel))}")
        target = self.sms_target
        if channel == "whatsapp":
            target = None if self.whatsapp_url is None else WebhookTarget(self.whatsapp_url)
        if target is None:
            raise ValueError(f"nobody is set to receive {channel} replies")
        body: Record = {
            "message_id": str(uuid.uuid4()),
            "from": sender,
            "to": ACCOUNT_NUMBER,
            "text": text,
            "received_at": timestamp(self._clock()),
        }
        if reference is not None:
            body["ref"] = reference
        self._pusher.push(target.url, body, target.headers, self._retries())
        return body

    def _check(self, request: Request) -> None:
        self._credentials.check(request)
        if request.query:
            raise refused(422, "the inbound webhook has no query parameters")

    def _registered_url(self) -> str:
        if self.whatsapp_url is None:
            raise refused(404, "no inbound webhook is registered")
        return self.whatsapp_url


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise FieldError("body.url is not a URL") from error
    if not host or not (parts.scheme == "https" or (parts.scheme, host) == ("http", "127.0.0.1")):
        raise FieldError("body.url must be an https URL")
