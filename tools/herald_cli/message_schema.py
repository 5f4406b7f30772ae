"""The form of ``messages.yaml``."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from herald.domain.sms_length import MAX_SEGMENTS
from herald_cli.configuration_schema import Strict

OrderAddress = re.compile(r"https://[^\s<>\"'{}]*(\{(id|shortId)\}[^\s<>\"'{}]*)+")


class LinksEntry(Strict):
    """Where messages lead beside Herald's own pages."""

    order: str = ""

    @field_validator("order")
    @classmethod
    def _of_an_order(cls, address: str) -> str:
        if address and not OrderAddress.fullmatch(address):
            raise ValueError("write an https address with {id} or {shortId} in it, or nothing")
        return address


class SmsEntry(Strict):
    """How long an SMS may be when a sample is told."""

    most_segments: Annotated[int, Field(ge=1, le=MAX_SEGMENTS)] = 3


class MessagesFile(Strict):
    """``messages.yaml``."""

    links: LinksEntry = LinksEntry()
    sms: SmsEntry = SmsEntry()


KEYS = frozenset(field for form in (MessagesFile, LinksEntry, SmsEntry) for field in form.model_fields)
"""Every key of the file, to advise on a misspelt one."""
