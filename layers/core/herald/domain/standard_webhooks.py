"""Signatures as the Standard Webhooks specification writes them.

Own code instead of the ``standardwebhooks`` package: that verifies with one key, so a secret could not be rotated
without a gap, and it lets ``ValueError`` and ``binascii.Error`` out for headers that are merely malformed.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from enum import StrEnum

TOLERANCE_SECONDS = 300
MAX_KEYS = 3
MIN_KEY_BYTES = 24
KEY_PREFIX = "whsec_"

_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_MESSAGE_ID = re.compile(rb"[\x21-\x7e]{1,256}")
_MAX_SIGNATURES = 16


class Signature(StrEnum):
    """What a check of a signature found. For logs only: the sender is never told which."""

    VALID = "valid"
    MISSING = "missing"
    MALFORMED = "malformed"
    STALE = "stale"
    WRONG = "wrong"


def read_key(text: str) -> bytes:
    """Return the bytes of a ``whsec_<base64>`` key. Raises ``ValueError`` naming the fix, never the key."""
    if not text.startswith(KEY_PREFIX):
        raise ValueError(f"write the key as {KEY_PREFIX} and its base64")
    try:
        key = b64decode(text[len(KEY_PREFIX) :], validate=True)
    except ValueError:
        raise ValueError(f"what follows {KEY_PREFIX} must be base64 with its padding") from None
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"use a key of at least {MIN_KEY_BYTES} bytes, better 32")
    return key


def sign(key: bytes, message_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    """Return the signature's base64 over ``id.timestamp.body``, without its ``v1,``."""
    return b64encode(hmac.digest(key, b".".join((message_id, timestamp, body)), "sha256"))


def verify(
    keys: Sequence[bytes], *, message_id: bytes, timestamp: bytes, signatures: bytes, body: bytes, now: float
) -> Signature:
    """Check the three headers (as bytes; empty where absent) over the raw body.

    ``now`` is seconds since 1970; the timestamp may differ by ``TOLERANCE_SECONDS`` either way. Any key may match any
    of the space-separated ``v1,<base64>`` elements; elements of other versions or shapes are passed over. Every key is
    always tried on the whole body, so the time taken tells nothing. Raises nothing.
    """
    expected = [sign(key, message_id, timestamp, body) for key in keys]
    given = [
        encoded
        for version, _, encoded in (element.partition(b",") for element in signatures.split(b" ", _MAX_SIGNATURES))
        if version == b"v1"
    ]
    # The encoded forms are compared, because two base64 texts may decode to the same bytes.
    matches = sum(hmac.compare_digest(ours, theirs) for ours in expected for theirs in given) > 0
    if not (message_id and timestamp and signatures):
        return Signature.MISSING
    if not _TIMESTAMP.fullmatch(timestamp) or not _MESSAGE_ID.fullmatch(message_id):
        return Signature.MALFORMED
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return Signature.STALE
    return Signature.VALID if matches else Signature.WRONG
