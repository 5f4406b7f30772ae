"""JSON that gives back what it was given: decimals digit for digit, points in time as points in time."""

import json
import os
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

_TIME = "$datetime"

# Stands before a decimal's digits until the C encoder is done. Nobody can guess it, so no text passes for a number.
_MARK = os.urandom(16).hex()
_MARKED = re.compile(f'"{_MARK}([^"]*)"')

# One encoder for all values: json.dumps would make one for each that is not to be NaN.
_plain = json.JSONEncoder(allow_nan=False).encode


def dumps(value: Any) -> str:
    """Return JSON in ASCII, so that any text, even a lone surrogate, survives any storage.

    Takes what JSON can hold with text as keys, plus ``Decimal`` and ``datetime``. Raises ``TypeError`` for anything
    else and ``ValueError`` for a number that is not finite.
    """
    try:
        quick = json.dumps(value, default=_marked, allow_nan=False, separators=(",", ":"))
    except _NeedsCareError:
        return _spelt(value)
    # An object of the caller may look like one of ours; only the careful spelling tells them apart.
    return _spelt(value) if '{"$' in quick else _MARKED.sub(r"\1", quick)


def loads(text: str) -> Any:
    """Return what ``dumps`` was given; a float comes back as the ``Decimal`` of its digits, a tuple as a list."""
    return json.loads(text, parse_float=Decimal, object_hook=_restored)


class _NeedsCareError(Exception):
    pass


def _marked(value: Any) -> str:
    if isinstance(value, Decimal):
        return _MARK + _digits(value)
    raise _NeedsCareError


def _spelt(value: Any) -> str:
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, datetime):
        return f'{{"{_TIME}":{json.dumps(value.isoformat())}}}'
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_key(key, len(value))}:{_spelt(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_spelt, value))}]"
    if value is None or isinstance(value, int | float):
        return _plain(value)
    raise TypeError(f"{type(value).__name__} has no exact JSON form")


def _digits(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("a number that is not finite has no JSON form")
    digits = str(value)
    # Without an exponent a whole number would come back as an int.
    return digits if "." in digits or "E" in digits else f"{digits}e0"


def _key(key: Any, siblings: int) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{type(key).__name__} is no key of an object")
    return json.dumps(f"${key}" if siblings == 1 and key.startswith("$") else key)


def _restored(found: dict[str, Any]) -> Any:
    if len(found) != 1:
        return found
    [(key, item)] = found.items()
    if key == _TIME:
        return datetime.fromisoformat(item)
    return {key[1:]: item} if key.startswith("$$") else found
