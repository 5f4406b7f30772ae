"""JSON from strangers: RFC 8259 to the letter, bounded in depth and in the size of its numbers."""

import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_DIGITS = 38
"""Significant digits of a number; as many as DynamoDB keeps."""
MAX_EXPONENT = 308
"""Power of ten of a number, either way; as far as a double reaches."""

# Possessive, and content with a missing end quote: a hostile body cannot make it try twice.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_A_BRACKET = re.compile(r"[^\[\]{}]+")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonRefusedError(ValueError):
    """The text is not the JSON we take; the message says why, without any of it."""


def parse_json(body: bytes, *, max_depth: int) -> Any:
    """Return what the bytes say; numbers with a fraction or an exponent are ``Decimal``, others ``int``.

    ``max_depth`` counts open arrays and objects, at most 200. Raises ``JsonRefusedError`` for what is empty, not UTF-8,
    not JSON, deeper than that, has a name twice in one object, a number beyond ``MAX_DIGITS`` or ``MAX_EXPONENT``,
    ``NaN``, ``Infinity`` or half a surrogate pair.
    """
    if not body:
        raise JsonRefusedError("the body is empty")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonRefusedError("the body is not UTF-8") from None
    if deeper_than(text, max_depth):
        raise JsonRefusedError(f"arrays and objects are nested deeper than {max_depth}")
    try:
        value = _DECODER.decode(text)
    except JsonRefusedError:
        raise
    except (ValueError, RecursionError):
        raise JsonRefusedError("the body is not JSON") from None
    if _ESCAPED_SURROGATE.search(text) and _has_lone_surrogate(value):
        raise JsonRefusedError("a text holds half a surrogate pair")
    return value


def deeper_than(text: str, max_depth: int) -> bool:
    """Say whether more arrays and objects are open at once than allowed, without parsing (a parser would recurse)."""
    if text.count("[") + text.count("{") <= max_depth:
        return False
    depth = 0
    for bracket in _NOT_A_BRACKET.sub("", _STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > max_depth:
                return True
        else:
            depth -= 1
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonRefusedError("an object has the same name twice")
    return members


def _integer(digits: str) -> int:
    if len(digits) - digits.startswith("-") > MAX_DIGITS:
        raise JsonRefusedError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    # Longer than any allowed number with its sign, point and exponent: not worth converting.
    if len(digits) > MAX_DIGITS * 2 + 16:
        raise JsonRefusedError(f"a number has more than {MAX_DIGITS} digits")
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise _too_far() from None
    if len(value.as_tuple().digits) > MAX_DIGITS:
        raise JsonRefusedError(f"a number has more than {MAX_DIGITS} digits")
    if not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT:
        raise _too_far()
    return value


def _too_far() -> JsonRefusedError:
    return JsonRefusedError(f"a number is beyond ten to the power of {MAX_EXPONENT}")


def _constant(name: str) -> NoReturn:
    raise JsonRefusedError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)


def _has_lone_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = (*value.keys(), *value.values())
    elif isinstance(value, list):
        parts = value
    return any(_has_lone_surrogate(part) for part in parts)
