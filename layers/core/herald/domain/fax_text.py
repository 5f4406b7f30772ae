"""A fax's text: in characters that its encoding has, in lines that fit the paper, and counted in pages.

How OpenText lays a text out is not published (docs/vendor/opentext.md 3.3 and 9.15): lines and pages are those of a
typewriter, which any printer of plain text takes.
"""

import textwrap
import unicodedata
from collections.abc import Iterator
from typing import Final

from herald.domain.message import FaxEncoding
from herald.domain.sms_length import plain_typography

COLUMNS: Final = 80
LINES_A_PAGE: Final = 60
MOST_PAGES: Final = 10
NOT_WRITTEN: Final = "?"

_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Categories of characters that show nothing by themselves: accents on others, joiners, marks of direction."""
_PLAIN: Final = str.maketrans(
    {
        "€": "EUR", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l",
        "Ł": "L", "đ": "d", "Đ": "D", "•": "-", "·": "-", "→": "->", "«": '"', "»": '"',
        "\N{MULTIPLICATION SIGN}": "x", "\N{FRACTION SLASH}": "/", "\N{MICRO SIGN}": "u",
    }
)  # fmt: skip


def fax_text(text: str, encoding: FaxEncoding) -> str:
    """Return a text as it goes out: characters that the encoding lacks written by plain ones, lines of 80 columns.

    A word is broken only if it is longer than a line, and then begins one of its own.
    """
    return "\n".join(line for whole in _written(text, encoding).split("\n") for line in _lines(whole))


def pages_of(text: str) -> int:
    """Return how many pages the lines of a text fill; an empty one has none."""
    return -(-len(text.split("\n")) // LINES_A_PAGE) if text else 0


def _lines(line: str) -> Iterator[str]:
    """Yield the lines a line becomes; an empty one stays."""
    for part in textwrap.wrap(line, COLUMNS, break_long_words=False, break_on_hyphens=False) or [""]:
        yield from (part[start : start + COLUMNS] for start in range(0, max(len(part), 1), COLUMNS))


def _written(text: str, encoding: FaxEncoding) -> str:
    composed = unicodedata.normalize("NFC", text)
    return "".join(one if _has(encoding, one) else _plainly(one, encoding) for one in composed)


def _plainly(character: str, encoding: FaxEncoding) -> str:
    """Return a character by others: its plain form, its letters without their accents, else a question mark."""
    plain = plain_typography(character).translate(_PLAIN)
    apart = unicodedata.normalize("NFKD", plain).translate(_PLAIN)
    for written in (plain, "".join(one for one in apart if unicodedata.category(one) not in _UNSEEN)):
        if _has(encoding, written):
            return written
    return NOT_WRITTEN


def _has(encoding: FaxEncoding, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
