"""What may be kept of a vendor's error text: the message, without what could be a secret or a person's address."""

import json
import re
from typing import Any, Final

LONGEST: Final = 200

_EMAIL: Final = re.compile(r"\S*@\S*")
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_\-+/=.~]{20,}")
_DIGITS: Final = re.compile(r"\+?\d(?:[\s().\-/]{0,2}\d){3,}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def vendor_message(raw: bytes) -> str:
    """Return the message of an error body, scrubbed, at most 200 characters; empty if there is none to be found.

    Threekit's errors bear ``message`` (docs/vendor/threekit.md 4); OpenText's schema is not published
    (docs/vendor/opentext.md 3.6), its token endpoint was seen with ``fault.faultstring`` (docs/vendor/opentext.md 2.4).
    """
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return ""
    if not isinstance(body, dict):
        return ""
    fault = body.get("fault")
    return scrubbed(_text(body.get("message")) or _text(fault.get("faultstring") if isinstance(fault, dict) else None))


def scrubbed(text: str) -> str:
    """Return the text on one line, without addresses, opaque words (20 characters and more) and runs of 4 digits."""
    line = _CONTROL.sub(" ", text[: 10 * LONGEST])
    line = _DIGITS.sub("#", _OPAQUE.sub("***", _EMAIL.sub("<address>", line)))
    return " ".join(line.split())[:LONGEST]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
