"""Signatures of approval receipts: Ed25519, so that whoever has the public key verifies one without asking anybody."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from herald.domain.approval.receipt import signed_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "Ed25519"


@dataclass(frozen=True)
class Ed25519Receipts:
    """Implements ``ReceiptSigner`` with a key derived from a secret text."""

    key: Callable[[], str]

    def __call__(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the receipt with ``signature``: algorithm, key id and value in base64. Raises ``CallFailed``."""
        private = _private_key(self.key())
        value = private.sign(signed_text(dict(document)))
        public = public_key(self.key())
        signature = {"algorithm": ALGORITHM, "key": key_id(public), "value": b64encode(value).decode("ascii")}
        return {**document, "signature": signature}


def public_key(secret: str) -> str:
    """Return the public key of a secret, in base64."""
    return b64encode(_private_key(secret).public_key().public_bytes_raw()).decode("ascii")


def key_id(public: str) -> str:
    """Return the name a receipt gives a public key: 16 hexadecimal digits of its hash."""
    return sha256(b64decode(public)).hexdigest()[:16]


def verifies(receipt: Mapping[str, Any], public: str) -> bool:
    """Say whether a receipt is as it was signed with that key. Raises ``ValueError`` for a key that is none."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as below
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - as below

    signature = receipt.get("signature")
    if not isinstance(signature, Mapping) or signature.get("algorithm") != ALGORITHM:
        return False
    key = Ed25519PublicKey.from_public_bytes(b64decode(public, validate=True))
    if signature.get("key") != key_id(public):
        return False
    try:
        value = b64decode(str(signature.get("value", "")), validate=True)
        key.verify(value, signed_text(dict(receipt)))
    except (InvalidSignature, ValueError):
        return False
    # One spelling only: base64 leaves bits over at its end that change nothing.
    return bool(signature["value"] == b64encode(value).decode("ascii"))


def _private_key(secret: str) -> "Ed25519PrivateKey":
    # Only the end of an approval needs it.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.from_private_bytes(sha256(b"herald receipts\x00" + secret.encode()).digest())
