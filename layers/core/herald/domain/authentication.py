"""Who sent this: every scheme configured for a source must pass, and no source is open.

Vendor facts: neither Threekit (docs/vendor/threekit.md 3.3) nor OpenText (docs/vendor/opentext.md 5) documents a
signature, a secret or an address list for its webhooks, so a source may have any of four schemes.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from herald.domain.standard_webhooks import MAX_KEYS, Signature, sign, verify

_PADDING_KEY = bytes(32)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a source must present. Each scheme that is not empty is asked for; any one of its values will do.

    ``basic`` holds ``user:password``, ``signing_keys`` the keys of Standard Webhooks, ``header_name`` is lower case.
    """

    path_tokens: tuple[bytes, ...] = field(default=(), repr=False)
    header_name: str = ""
    header_values: tuple[bytes, ...] = field(default=(), repr=False)
    basic: tuple[bytes, ...] = field(default=(), repr=False)
    signing_keys: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a sender presented: headers with lower-case names, the token of the path, and the raw body."""

    headers: Mapping[str, str] = field(repr=False)
    path_token: str = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the sender is who it says. ``failed`` names the schemes that did not pass, for logs only."""

    accepted: bool
    signed: bool
    failed: tuple[str, ...] = ()


NO_CREDENTIALS = Credentials()
"""Stands for a source that is unknown or has no scheme; nothing passes."""


def authenticate(credentials: Credentials, presented: Presented, now: datetime) -> Verdict:
    """Check every configured scheme; all must pass, and at least one must be configured. Raises nothing.

    Every refusal costs the same number of signatures over the body, whether the source exists or not.
    """
    failed = []
    if credentials.path_tokens and not _any_equal(credentials.path_tokens, _bytes(presented.path_token)):
        failed.append("path_token")
    if credentials.header_values and not _any_equal(
        credentials.header_values, _bytes(presented.headers.get(credentials.header_name, ""))
    ):
        failed.append("header")
    if credentials.basic and not _any_equal(credentials.basic, _basic(presented.headers.get("authorization", ""))):
        failed.append("basic")
    signature = _signature(credentials.signing_keys, presented, now) if credentials.signing_keys else None
    if signature not in (None, Signature.VALID):
        failed.append(f"hmac:{signature}")
    if not (credentials.path_tokens or credentials.header_values or credentials.basic or credentials.signing_keys):
        failed.append("no_scheme")
    if failed:
        for _ in range(MAX_KEYS - len(credentials.signing_keys)):
            sign(_PADDING_KEY, b"", b"", presented.body)
        return Verdict(accepted=False, signed=False, failed=tuple(failed))
    return Verdict(accepted=True, signed=signature is Signature.VALID)


def _signature(keys: tuple[bytes, ...], presented: Presented, now: datetime) -> Signature:
    headers = presented.headers
    return verify(
        keys,
        message_id=_bytes(headers.get("webhook-id", "")),
        timestamp=_bytes(headers.get("webhook-timestamp", "")),
        signatures=_bytes(headers.get("webhook-signature", "")),
        body=presented.body,
        now=now.timestamp(),
    )


def _any_equal(expected: tuple[bytes, ...], given: bytes) -> bool:
    # A sum, because any() would stop at the first that matches.
    return sum(hmac.compare_digest(one, given) for one in expected) > 0 and given != b""


def _basic(authorization: str) -> bytes:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return b64decode(encoded.strip(" "), validate=True)
    except ValueError:
        return b""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
