"""Links to approvals and codes for replies: signed or derived, never stored, short enough for an SMS.

A link names who holds it (a ticket, the requester, a person with all that waits for them, a picture), what it is bound
to and until when it is good. It decides nothing by itself: whoever follows it sees a page.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256

LONGEST = 200
_FORM = struct.Struct(">BHI17s6s")
_SIGNATURE_BYTES = 16
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 6
FORM_SECONDS = 12 * 3600
"""How long a form may lie open before it has to be loaded again."""


class Role(IntEnum):
    """Who a link is for."""

    APPROVER = 1
    REQUESTER = 2
    PERSON = 3
    PICTURE = 4


PREFIXES = {Role.APPROVER: "apr", Role.REQUESTER: "apr", Role.PERSON: "per", Role.PICTURE: "apr"}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. ``identity`` is an approval's id, or that of a person; ``print`` begins the step's fingerprint.

    ``number`` is the ticket, or the line of a picture; 0 where there is none.
    """

    role: Role
    identity: str
    number: int
    until: datetime
    print: str = ""

    def is_for(self, print_of_step: str) -> bool:
        """Say whether it was made for what the step looks at now."""
        return print_of_step[:12] == self.print


def sealed(link: Link, key: str) -> str:
    """Return a link's token: 46 bytes in base64url."""
    digits = 0
    for letter in link.identity.partition("_")[2]:
        digits = digits * 32 + _ALPHABET.index(letter)
    raw = _FORM.pack(
        link.role, link.number, int(link.until.timestamp()), digits.to_bytes(17, "big"),
        bytes.fromhex(link.print[:12] or "0" * 12),
    )  # fmt: skip
    return _text(raw + _mac(key, b"link", raw))


def opened(token: str, key: str) -> Link | None:
    """Return what a token says; ``None`` if it is not ours. Whether its time is over is for the caller to say."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= LONGEST else b""
    except ValueError:
        return None
    told, signature = raw[: _FORM.size], raw[_FORM.size :]
    # What is not ours is not looked into, and neither is ours in another spelling: forms are bound to this one.
    if len(raw) != _FORM.size + _SIGNATURE_BYTES or _text(raw) != token:
        return None
    if not hmac.compare_digest(signature, _mac(key, b"link", told)):
        return None
    role, number, until, digits, print_of_step = _FORM.unpack(told)
    role = Role(role)
    at = datetime.fromtimestamp(until, tz=UTC)
    return Link(role, f"{PREFIXES[role]}_{_letters(int.from_bytes(digits, 'big'))}", number, at, print_of_step.hex())


def code_of(approval: str, ticket: int, key: str) -> str:
    """Return the code that answers a ticket by SMS or WhatsApp: six letters and digits that are not mistaken."""
    number = int.from_bytes(_mac(key, b"code", f"{approval}:{ticket}".encode()), "big")
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(_CODE_LETTERS))
        letters.append(_CODE_LETTERS[place])
    return "".join(letters)


def same_code(one: str, other: str) -> bool:
    """Compare codes in constant time; case does not matter."""
    return one.isascii() and hmac.compare_digest(one.upper().encode(), other.encode())


def form_token(token: str, now: datetime, key: str, salt: str) -> str:
    """Return the one-time token of a form that is shown now; ``salt`` makes each its own."""
    told = f"{int(now.timestamp())}.{salt}"
    return f"{told}.{_text(_mac(key, b'form', f'{token}:{told}'.encode()))}"


def form_is_good(once: str, token: str, now: datetime, key: str) -> bool:
    """Say whether a form was made by us for this link and has not lain open for too long."""
    told, _, signature = once.rpartition(".")
    seconds = told.partition(".")[0]
    if not once.isascii() or not seconds.isdigit() or len(once) > LONGEST:
        return False
    if not hmac.compare_digest(signature.encode(), _text(_mac(key, b"form", f"{token}:{told}".encode())).encode()):
        return False
    return 0 <= now.timestamp() - int(seconds) <= FORM_SECONDS


def _letters(digits: int) -> str:
    letters = []
    for _ in range(26):
        digits, place = divmod(digits, 32)
        letters.append(_ALPHABET[place])
    return "".join(reversed(letters))


def _mac(key: str, use: bytes, told: bytes) -> bytes:
    return hmac.new(key.encode(), use + b"\x00" + told, sha256).digest()[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
