"""Links to reports: signed, and good until a time. They outlive the credentials of the function that made them.

A URL that S3 signs ends with the session that signed it, which for a function is a few hours; a digest is read days
later.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256

LONGEST = 1024
PREFIX = "reports/"


def signed(name: str, until: datetime, key: str) -> str:
    """Return the token of a report (its key in the bucket), good until a time (whole seconds)."""
    told = f"{int(until.timestamp())}:{name}".encode()
    return f"{_text(told)}.{_text(_signature(told, key))}"


def report_of(token: str, key: str, now: datetime) -> str | None:
    """Return the report a token names; ``None`` if it is not ours or its time is over."""
    if len(token) > LONGEST or token.count(".") != 1:
        return None
    try:
        told, signature = (_bytes(part) for part in token.split("."))
        # What is not ours is not looked into.
        if not hmac.compare_digest(signature, _signature(told, key)):
            return None
        seconds, _, name = told.decode().partition(":")
        until = datetime.fromtimestamp(int(seconds), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return name if name.startswith(PREFIX) and now <= until else None


def _signature(told: bytes, key: str) -> bytes:
    return hmac.new(key.encode(), told, sha256).digest()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
