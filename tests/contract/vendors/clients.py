"""The vendor clients as the tests use them: at a simulator, with little patience."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from herald.adapters.http_client import HttpClient, Timeouts
from herald.adapters.opentext import OpenTextApi, OpenTextNotifications, PhoneFormat
from herald.adapters.opentext_authentication import Authentication, BasicAuthentication
from herald.adapters.opentext_whatsapp import WhatsAppWebhook
from herald.adapters.threekit import ThreekitPlatform
from herald.domain.delivery import Channel
from herald.domain.message import EmailContent, FaxContent, Outgoing, RegisteredTemplate, SmsContent, WhatsAppContent
from herald.ports import Clock
from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET, USER_ID, USER_PASSWORD
from simulators.threekit.seed import ids

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PATIENT = Timeouts(connect=5, read=20, write=5, pool=5, body=20, stream_wait=20, stream=20)
IMPATIENT = Timeouts(connect=5, read=0.15, write=5, pool=5, body=20, stream_wait=0.15, stream=20)
OPENTEXT_SECRET = {
    "basic": {"user_id": USER_ID, "password": USER_PASSWORD},
    "oauth2": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
}
THREEKIT_SECRET = {"private_token": ids.PRIVATE_TOKEN}

EMAIL = Outgoing(
    channel=Channel.EMAIL,
    address="anna.keller@example.com",
    reference="ntf_abc.email",
    message_id="herald-m_1",
    customer_reference="evt_1",
    content=EmailContent("Freigabe für Größe \N{WHITE HEAVY CHECK MARK}", "Bitte prüfen", "<p>Bitte prüfen</p>"),
)
SMS = Outgoing(
    channel=Channel.SMS,
    address="+4915112345678",
    reference="ntf_abc.sms",
    message_id="herald-m_2",
    customer_reference="evt_1",
    content=SmsContent("Bitte prüfen \N{EURO SIGN}", 1),
)
WHATSAPP = Outgoing(
    channel=Channel.WHATSAPP,
    address="+4915112345678",
    reference="ntf_abc.whatsapp",
    message_id="herald-m_3",
    customer_reference="evt_1",
    content=WhatsAppContent("Bitte prüfen:\nGröße \N{WHITE HEAVY CHECK MARK}"),
)
WHATSAPP_TEMPLATE = replace(
    WHATSAPP, content=WhatsAppContent("Bitte prüfen", RegisteredTemplate("herald_approval", "de"))
)
"""The same under a template registered with the account."""
FAX = Outgoing(
    channel=Channel.FAX,
    address="+493023125199",
    reference="ntf_abc.fax",
    message_id="herald-m_4",
    customer_reference="evt_1",
    content=FaxContent("Auftrag\n\nBitte prüfen: Größe", 1),
)


class Secret:
    """``ports.Secrets`` over a mapping. ``replacement`` is what a reading after a refusal finds."""

    def __init__(self, values: Mapping[str, Any], replacement: Mapping[str, Any] | None = None) -> None:
        self.values = values
        self.replacement = replacement

    def get(self) -> Mapping[str, Any]:
        return self.values

    def refused(self) -> None:
        self.values = self.values if self.replacement is None else self.replacement


def at_now() -> datetime:
    """A clock that stands still."""
    return NOW


def threekit_at(
    url: str, *, timeouts: Timeouts = PATIENT, secret: Mapping[str, Any] | Secret = THREEKIT_SECRET
) -> ThreekitPlatform:
    """A Threekit client."""
    secrets = secret if isinstance(secret, Secret) else Secret(secret)
    return ThreekitPlatform(HttpClient([url], at_now, timeouts=timeouts), url, secrets)


def opentext_at(
    url: str,
    *,
    timeouts: Timeouts = PATIENT,
    clock: Clock = at_now,
    authentication: Authentication | None = None,
    http: HttpClient | None = None,
    phone_format: PhoneFormat = PhoneFormat.DOUBLE_ZERO,
    html_type: str = "HTML",
) -> OpenTextNotifications:
    """An OpenText client, with Basic authentication unless told otherwise."""
    http = http or HttpClient([url], clock, timeouts=timeouts)
    api = OpenTextApi(url, html_type=html_type, phone_format=phone_format)
    return OpenTextNotifications(http, api, authentication or BasicAuthentication(Secret(OPENTEXT_SECRET)))


def whatsapp_at(
    url: str, *, timeouts: Timeouts = PATIENT, authentication: Authentication | None = None
) -> WhatsAppWebhook:
    """A client for the registration of the WhatsApp webhook."""
    http = HttpClient([url], at_now, timeouts=timeouts)
    return WhatsAppWebhook(http, url, authentication or BasicAuthentication(Secret(OPENTEXT_SECRET)))
