"""The shipped templates about approvals, rendered, and names that mean harm."""

from typing import Any

from tests.unit.messages.shipped import CONFIGURATION

from herald.adapters.templates import JinjaRenderer
from herald.domain.message import EmailContent, SmsContent
from herald.usecases.approvals.tellings import TEMPLATES

ENDLESS = "endless" * 300
"""More than any part of a message is given."""
HOSTILE = (
    f"<script>alert('x')</script>{{{{ 7*7 }}}}\r\nBcc: all@example.com\u2028<a href='https://evil.example'>{ENDLESS}"
)
KINDS = {template: tuple(kind for kind in TEMPLATES if TEMPLATES[kind] == template) for template in TEMPLATES.values()}
ASKING = KINDS["approval-request"]
RENDERER = JinjaRenderer()


def mail_of(locale: str, seen: dict[str, Any]) -> EmailContent:
    """The mail of the kind that is told, as it is shipped."""
    return RENDERER.email(CONFIGURATION, TEMPLATES[seen["ask"]["kind"]], locale, seen)


def sms_of(locale: str, seen: dict[str, Any]) -> SmsContent:
    """The SMS of the kind that is told, as it is shipped."""
    return RENDERER.sms(CONFIGURATION, TEMPLATES[seen["ask"]["kind"]], locale, seen)
