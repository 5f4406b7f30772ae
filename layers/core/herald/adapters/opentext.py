"""The outbound message API of OpenText Notifications: one recipient, one submit; and what became of it."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from herald.adapters.http_client import HttpClient, json_bytes
from herald.adapters.opentext_authentication import Authentication
from herald.domain.delivery import Channel
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import SUCCESS, Break, Call, ruling_for_break
from herald.domain.message import EmailContent, FaxContent, Outgoing, SmsContent, WhatsAppContent

EMAIL_PATH: Final = "/mra/v1/outbound/emails"
SMS_PATH: Final = "/mra/v1/outbound/sms"
WHATSAPP_PATH: Final = "/mra/v1/outbound/whatsapp"
WHATSAPP_TEMPLATE_PATH: Final = f"{WHATSAPP_PATH}/template_message"
FAX_PATH: Final = "/mra/v1/outbound/faxes"
PATHS: Final = {
    Channel.EMAIL: EMAIL_PATH, Channel.SMS: SMS_PATH, Channel.WHATSAPP: WHATSAPP_PATH, Channel.FAX: FAX_PATH,
}  # fmt: skip
WHATSAPP_PARAMETER: Final = "body[1]text"
"""The one parameter of a registered template's body that the samples show (docs/vendor/opentext.md 3.4)."""
LONGEST_JOB_ID: Final = 200

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MAILBOX = re.compile(r"[^\s@<>,;\"\x00-\x20]+@[^\s@<>,;\"\x00-\x20]+")


class PhoneFormat(StrEnum):
    """How an E.164 number is written: 00 was accepted for real, ``+`` is not shown (docs/vendor/opentext.md 3.1)."""

    PLUS = "plus"
    DOUBLE_ZERO = "00"


@dataclass(frozen=True, slots=True)
class OpenTextApi:
    """Where the API is and how its undocumented spots are treated.

    ``html_type`` is the ``type`` of an HTML body part; empty sends plain text only. Its value is not evidenced for REST
    (docs/vendor/opentext.md 3.2 and 9.6). The default is the older interface's spelling, because the one value that is
    evidenced, ``text``, is spelt alike in both.
    """

    base_url: str
    html_type: str = "HTML"
    phone_format: PhoneFormat = PhoneFormat.DOUBLE_ZERO


class SignedInCalls:
    """Calls of one OpenText host with the account's credentials (docs/vendor/opentext.md 2)."""

    def __init__(self, http: HttpClient, base_url: str, authentication: Authentication) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._authentication = authentication

    def __call__(
        self, call: Call, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Any = None,
        read_answer: bool = True,
    ) -> Any:  # fmt: skip
        """Make one call, with ``body`` as JSON where there is one; return and raise what ``HttpClient.call`` does.

        A 401 refused the request before anything was done, so with a renewed token it is made once more at once.
        """
        raw = None if body is None else json_bytes(body)
        described = {} if body is None else {"Content-Type": "application/json"}

        def made(authorization: str) -> Any:
            given = {"Authorization": authorization, **described, **(headers or {})}
            return self._http.call(
                call, method, self._base_url + path, headers=given, body=raw, read_answer=read_answer
            )

        authorization = self._authentication.header()
        try:
            return made(authorization)
        except CallFailed as failure:
            renewed = self._authentication.renewed() if failure.status == 401 else None
            if renewed is None:
                raise
        return made(renewed)


class OpenTextNotifications:
    """Submits messages and asks what became of them. Vendor facts: docs/vendor/opentext.md 2.5, 3 to 3.4 and 4."""

    def __init__(self, http: HttpClient, api: OpenTextApi, authentication: Authentication) -> None:
        self._calls = SignedInCalls(http, api.base_url, authentication)
        self._api = api

    def submit(self, message: Outgoing) -> str:
        """Submit one message; return OpenText's job id. Raises ``CallFailed`` with the fate of the try."""
        path, body = self._request(message)
        answer = self._calls(Call.SUBMIT, "POST", path, headers={"X-MRA-SubmitId": message.reference}, body=body)
        job_id = answer.get("job_id") if isinstance(answer, dict) else None
        if not isinstance(job_id, str) or not 0 < len(job_id) <= LONGEST_JOB_ID:
            raise CallFailed(Fate.UNKNOWN, Reason.ANSWER_UNREADABLE, "the answer holds no job_id", status=SUCCESS)
        return job_id

    def status(self, channel: Channel, job_id: str) -> dict[str, Any]:
        """Return the status body of a job, the one the webhook pushes too (docs/vendor/opentext.md 4, 5).

        A job is purged some days after its completion, and then unknown (docs/vendor/opentext.md 6). Raises
        ``CallFailed``.
        """
        if not 0 < len(job_id) <= LONGEST_JOB_ID:
            raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, "that is no job id; nothing was asked")
        path = f"{PATHS[channel]}/status?job_id={quote(job_id, safe='', errors='replace')}"
        answer = self._calls(Call.READ, "GET", path)
        if not isinstance(answer, dict):
            ruling = ruling_for_break(Call.READ, Break.ANSWER_UNREADABLE)
            raise CallFailed(ruling.fate, ruling.reason, "the answer is not an object", status=SUCCESS)
        return answer

    def _request(self, message: Outgoing) -> tuple[str, dict[str, Any]]:
        if isinstance(message.content, WhatsAppContent):
            return self._whatsapp(message, message.content)
        if isinstance(message.content, FaxContent):
            return self._fax(message, message.content)
        options = _options(message)
        if isinstance(message.content, SmsContent):
            destination = {"sms": self._phone(message.address), "ref": message.reference}
            return SMS_PATH, {"destinations": [destination], "sms_text": message.content.text, "options": options}
        destination = {"email": _mailbox(message.address), "ref": message.reference}
        options["email_options"] = {"subject": message.content.subject}
        return EMAIL_PATH, {"options": options, "destinations": [destination], "body": self._parts(message.content)}

    def _whatsapp(self, message: Outgoing, content: WhatsAppContent) -> tuple[str, dict[str, Any]]:
        body = self._numbered(message, content.referenced)
        if content.template is None:
            return WHATSAPP_PATH, {**body, "whatsapp_message": {"text_message": {"text": content.text}}}
        filled = {
            "template_id": content.template.template_id,
            "language_code": content.template.language_code,
            "parameters": {WHATSAPP_PARAMETER: content.text},
        }
        template_message = {"template_message": {"channel_template": {"WHATSAPP": filled}}}
        return WHATSAPP_TEMPLATE_PATH, {**body, "whatsapp_template_message": template_message}

    def _fax(self, message: Outgoing, content: FaxContent) -> tuple[str, dict[str, Any]]:
        data = b64encode(content.text.encode(content.encoding, "replace")).decode("ascii")
        documents = [{"name": "message.txt", "type": "text", "data": data}]
        return FAX_PATH, {**self._numbered(message, content.referenced), "documents": documents}

    def _numbered(self, message: Outgoing, referenced: bool) -> dict[str, Any]:
        """Return whom a message goes to, and as which one only where the account is known to take that."""
        destination = {str(message.channel): self._phone(message.address)}
        if not referenced:
            return {"destinations": [destination]}
        return {"destinations": [{**destination, "ref": message.reference}], "options": _options(message)}

    def _parts(self, content: EmailContent) -> list[dict[str, str]]:
        parts = [_part("body.txt", "text", content.text)]
        if self._api.html_type:
            parts.append(_part("body.html", self._api.html_type, content.html))
        return parts

    def _phone(self, number: str) -> str:
        if _E164.fullmatch(number) is None:
            raise CallFailed(Fate.PERMANENT, Reason.NO_ADDRESS, "the recipient's number is not E.164")
        return f"00{number[1:]}" if self._api.phone_format is PhoneFormat.DOUBLE_ZERO else number


def _options(message: Outgoing) -> dict[str, Any]:
    return {"message_id": message.message_id, "customer_reference": message.customer_reference}


def _part(name: str, kind: str, text: str) -> dict[str, str]:
    data = b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return {"name": name, "type": kind, "charset": "UTF-8", "data": data}


def _mailbox(address: str) -> str:
    # One recipient a submit: whatever could be read as a second one is refused.
    if _MAILBOX.fullmatch(address) is None:
        raise CallFailed(Fate.PERMANENT, Reason.NO_ADDRESS, "the recipient's e-mail address is not one")
    return address
