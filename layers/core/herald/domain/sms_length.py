"""How many messages the networks count for a text: GSM 03.38 or UCS-2, and its segments.

Source of the alphabet and the sizes: 3GPP TS 23.038 6.2.1 and TS 23.040 9.2.3.24. That OpenText counts the same way is
the standard of the trade, not an OpenText statement (docs/vendor/opentext.md 6 and 9.4). The small libraries on offer
either only encode or are single early releases, hence these lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MAX_SEGMENTS = 10

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2008\u2009\u200a\u202f", " "),
        **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
    }
)


class Encoding(StrEnum):
    """How a text travels: GSM 03.38 if every character is in it, else UCS-2."""

    GSM = "gsm"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class SmsLength:
    """``units`` are septets (GSM) or 16-bit words (UCS-2); ``segments`` is what is sent and paid."""

    encoding: Encoding
    units: int
    segments: int


_SIZES = {Encoding.GSM: (160, 153), Encoding.UCS2: (70, 67)}
"""Units in a text that fits one message, and in each segment of a longer one."""


def sms_length(text: str) -> SmsLength:
    """Return how a text is counted; an empty one has no segments. Takes any string, lone surrogates too."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        encoding, widths = Encoding.GSM, [2 if character in _EXTENSION else 1 for character in text]
    else:
        encoding, widths = Encoding.UCS2, [2 if ord(character) > 0xFFFF else 1 for character in text]
    units = sum(widths)
    whole, part = _SIZES[encoding]
    if units <= whole:
        return SmsLength(encoding, units, min(units, 1))
    return SmsLength(encoding, units, _filled(widths, part))


def plain_typography(text: str) -> str:
    """Return the text with typographic blanks, quotes and dashes in their plain form.

    Number formats of many locales hold a no-break space, and a single one would more than halve what fits a message.
    """
    return text.translate(_PLAIN)


def _filled(widths: Iterable[int], size: int) -> int:
    """Return how many segments are filled, no character being split between two."""
    segments, used = 1, 0
    for width in widths:
        if used + width > size:
            segments, used = segments + 1, 0
        used += width
    return segments
