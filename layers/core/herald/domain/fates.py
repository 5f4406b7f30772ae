"""The fate of every answer and every break of a call to a vendor, as data.

Vendor facts: success is 200 at both (docs/vendor/threekit.md 4, docs/vendor/opentext.md 3); Threekit documents 401,
403, 404 and 422 (docs/vendor/threekit.md 4); OpenText publishes no list of error codes, no rate limit, and not how a
duplicate ``message_id`` is answered (docs/vendor/opentext.md 9.1, 9.8). All other rows are Herald's own choice.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from herald.domain.errors import Fate, Reason

SUCCESS = 200


class Call(StrEnum):
    """What a call does at the other side, and so what it means not to know whether it happened."""

    READ = "read"
    WRITE = "write"
    """A change that can be read back."""
    SUBMIT = "submit"
    """A message to a person, which cannot be taken back."""


class Break(StrEnum):
    """Where a call broke off without a usable answer."""

    NOT_CONNECTED = "not_connected"
    """Name not found, connection refused, TLS refused."""
    CONNECT_TIMED_OUT = "connect_timed_out"
    POOL_TIMED_OUT = "pool_timed_out"
    NOT_SENDABLE = "not_sendable"
    """The request itself is not one that HTTP can carry; nothing was written."""
    SENDING_FAILED = "sending_failed"
    SENDING_TIMED_OUT = "sending_timed_out"
    ANSWER_LOST = "answer_lost"
    """Reset or closed before the answer was complete, or an answer that is not HTTP."""
    ANSWER_TIMED_OUT = "answer_timed_out"
    ANSWER_UNREADABLE = "answer_unreadable"
    """Status 200, but too long, not JSON, or without what was asked for."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a call that did not succeed, and why."""

    fate: Fate
    reason: Reason


def _same(fate: Fate, reason: Reason) -> Mapping[Call, Ruling]:
    return dict.fromkeys(Call, Ruling(fate, reason))


def _perhaps_done(reason: Reason) -> Mapping[Call, Ruling]:
    """Reading again is free; whatever may have changed something must not be repeated blindly."""
    return {
        Call.READ: Ruling(Fate.TRANSIENT, reason),
        Call.WRITE: Ruling(Fate.UNKNOWN, reason),
        Call.SUBMIT: Ruling(Fate.UNKNOWN, reason),
    }


_STATUSES: Mapping[int, Mapping[Call, Ruling]] = {
    # Credentials are replaced while messages wait: a wrong one must not cost a single message.
    401: _same(Fate.TRANSIENT, Reason.AUTHENTICATION),
    403: _same(Fate.TRANSIENT, Reason.AUTHENTICATION),
    404: _same(Fate.PERMANENT, Reason.NOT_FOUND),
    408: _same(Fate.TRANSIENT, Reason.TIMED_OUT),
    # A submit that conflicts may be the echo of one that went through before.
    409: {**_same(Fate.TRANSIENT, Reason.CONFLICT), Call.SUBMIT: Ruling(Fate.UNKNOWN, Reason.CONFLICT)},
    425: _same(Fate.TRANSIENT, Reason.RATE_LIMITED),
    429: _same(Fate.TRANSIENT, Reason.RATE_LIMITED),
    # A gateway gave up waiting; what stands behind it may have acted.
    504: _perhaps_done(Reason.TIMED_OUT),
}

_CLASSES: Mapping[int, Mapping[Call, Ruling]] = {
    # A final 1xx (101 is the only one HTTP/1.1 lets through) answers a question that was not asked.
    1: _perhaps_done(Reason.ANSWER_UNREADABLE),
    # Success, but not the one the vendors publish: something happened, and no job id or object came back to prove it.
    2: _perhaps_done(Reason.ANSWER_UNREADABLE),
    # Never followed: neither vendor documents one, and it would carry credentials to a host nobody configured.
    3: _same(Fate.PERMANENT, Reason.REDIRECTED),
    4: _same(Fate.PERMANENT, Reason.REFUSED),
    5: _same(Fate.TRANSIENT, Reason.SERVER_ERROR),
}

_NO_CLASS = _perhaps_done(Reason.ANSWER_UNREADABLE)

_BREAKS: Mapping[Break, Mapping[Call, Ruling]] = {
    Break.NOT_CONNECTED: _same(Fate.TRANSIENT, Reason.UNREACHABLE),
    Break.CONNECT_TIMED_OUT: _same(Fate.TRANSIENT, Reason.UNREACHABLE),
    Break.POOL_TIMED_OUT: _same(Fate.TRANSIENT, Reason.UNREACHABLE),
    Break.NOT_SENDABLE: _same(Fate.PERMANENT, Reason.REFUSED),
    Break.SENDING_FAILED: _perhaps_done(Reason.CONNECTION_LOST),
    Break.SENDING_TIMED_OUT: _perhaps_done(Reason.TIMED_OUT),
    Break.ANSWER_LOST: _perhaps_done(Reason.CONNECTION_LOST),
    Break.ANSWER_TIMED_OUT: _perhaps_done(Reason.TIMED_OUT),
    Break.ANSWER_UNREADABLE: _perhaps_done(Reason.ANSWER_UNREADABLE),
}


def ruling_for_status(call: Call, status: int) -> Ruling | None:
    """Return what an HTTP status means for a call; ``None`` for success, which is 200 alone. Takes any number."""
    if status == SUCCESS:
        return None
    return _STATUSES.get(status, _CLASSES.get(status // 100, _NO_CLASS))[call]


def ruling_for_break(call: Call, where: Break) -> Ruling:
    """Return what it means for a call that it broke off there."""
    return _BREAKS[where][call]


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Return the seconds a ``Retry-After`` header asks to wait from ``now``; ``None`` if it is absent or garbage.

    Takes both forms of RFC 9110 10.2.3: whole seconds, or an HTTP date (a past one means at once, 0).
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= 9 else None
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
