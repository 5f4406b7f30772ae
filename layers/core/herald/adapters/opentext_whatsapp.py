"""Where OpenText pushes inbound WhatsApp messages: one URL an account (docs/vendor/opentext.md 5)."""

from typing import Final

from herald.adapters.http_client import HttpClient, json_bytes
from herald.adapters.opentext import SignedInCalls
from herald.adapters.opentext_authentication import Authentication
from herald.domain.errors import CallFailed
from herald.domain.fates import Call

WEBHOOK_PATH: Final = "/mra/v1/inbound/whatsapp/messages/webhook"


class WhatsAppWebhook:
    """The registration of that URL.

    The answers are not published: of those to a change only the status counts, any of 200 to 299.
    """

    def __init__(self, http: HttpClient, base_url: str, authentication: Authentication) -> None:
        self._calls = SignedInCalls(http, base_url, authentication)

    def register(self, url: str) -> None:
        """Have inbound messages pushed to an https URL. Raises ``CallFailed``."""
        self._change("POST", {"url": url})

    def registered(self) -> str | None:
        """Return the URL; the answer's JSON text if it names none; ``None`` if none is registered (404).

        Raises ``CallFailed``.
        """
        try:
            answer = self._calls(Call.READ, "GET", WEBHOOK_PATH)
        except CallFailed as failure:
            if failure.status == 404:
                return None
            raise
        url = answer.get("url") if isinstance(answer, dict) else None
        return url if isinstance(url, str) and url else json_bytes(answer).decode()

    def unregister(self) -> None:
        """Have inbound messages pushed no more. Raises ``CallFailed``, a permanent one if none is registered."""
        self._change("DELETE")

    def _change(self, method: str, body: dict[str, str] | None = None) -> None:
        try:
            self._calls(Call.WRITE, method, WEBHOOK_PATH, body=body, read_answer=False)
        except CallFailed as failure:
            if failure.status is None or not 200 <= failure.status < 300:
                raise
