"""One spelling for equal values, so that equal things have equal fingerprints."""

import hashlib
import json
from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any


def canonical_json(value: Any) -> str:
    """Return the one JSON spelling of a value: sorted keys, no blanks, numbers without trailing zeros.

    Takes what JSON can hold, plus ``Decimal`` and aware ``datetime``. Raises ``TypeError`` for anything else.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Say whether two values are equal as canonical JSON: 1, 1.0 and 1.00 are, in whatever order keys stand."""
    return canonical_json(one) == canonical_json(other)


@lru_cache(maxsize=1024)
def short_id(prefix: str, *parts: str) -> str:
    """Return a deterministic id: the prefix and 26 base-32 characters (130 bits) of the parts' hash.

    Each part is length-prefixed before hashing, so ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return f"{prefix}_{b32encode(digest.digest()).decode('ascii').lower()[:26]}"


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    # What nearly every value is, before the questions that take long to answer.
    if type(value) in _AS_THEY_ARE:
        return value
    if type(value) is dict or isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        return _number(Decimal(str(value)))
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _number(value: Decimal) -> int | str:
    if not value.is_finite():
        raise TypeError(f"{value} has no JSON form")
    # 1, 1.0 and 1.00 are one number; a fraction is spelt as text so that no float ever rounds it.
    if value == value.to_integral_value() and abs(value) < Decimal(10) ** 18:
        return int(value)
    return f"{value.normalize():f}" if abs(value.adjusted()) < 40 else str(value.normalize())
