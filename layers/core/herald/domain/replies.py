"""What people answer by SMS or WhatsApp: stop, start, or something else.

Vendor facts: that SMS replies are told is documented, their body is not, nor is the body of an inbound WhatsApp message
(docs/vendor/opentext.md 5 and 9.3). So the mapping says where sender and text are found, and the raw body is kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from herald.domain.configuration import ReplyWords
from herald.domain.paths import found

_NUMBER = re.compile(r"[1-9][0-9]{6,14}")
_PUNCTUATION = str.maketrans("", "", " ().-/\u00a0")
_EDGES = re.compile(r"^[\s\W_]+|[\s\W_]+$")


class Intent(StrEnum):
    """What a reply asks for."""

    STOP = "stop"
    START = "start"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that could be read. ``sender`` is E.164; ``reference`` is ours, if the body bears one."""

    channel: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    reference: str | None = None


def read_reply(channel: str, body: Mapping[str, Any], paths: Mapping[str, str]) -> Reply | None:
    """Return the reply; ``None`` if the mapping finds no usable sender or no text in the body."""
    sender = e164(_at(paths.get("from"), body))
    text = _at(paths.get("text"), body)
    reference = _at(paths.get("reference"), body)
    if sender is None or not isinstance(text, str):
        return None
    return Reply(channel, sender, text, reference if isinstance(reference, str) and reference else None)


def intent_of(text: str, words: ReplyWords) -> Intent:
    """Return what a reply asks for; only a reply of that one word stops or starts."""
    said = _EDGES.sub("", text).casefold()
    if said in {word.casefold() for word in words.stop}:
        return Intent.STOP
    return Intent.START if said in {word.casefold() for word in words.start} else Intent.OTHER


def e164(number: object) -> str | None:
    """Return a number in E.164, however it begins: ``+49``, ``0049`` or ``49``; ``None`` if it is no such number.

    Vendor fact: numbers are seen with 00 and as bare digits (docs/vendor/opentext.md 3.1).
    """
    digits = number.translate(_PUNCTUATION) if isinstance(number, str) else ""
    bare = digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
    return f"+{bare}" if _NUMBER.fullmatch(bare) else None


def _at(path: str | None, body: Mapping[str, Any]) -> object:
    return found(path, body) if path else None
