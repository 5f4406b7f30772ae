"""Facts and lists as conditions see them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from herald.domain.facts_schema import RECORDS, FieldType, Kind, ListOf, Record


def for_rules(name: str, value: Any) -> Any:
    """Return a variable as conditions see it: amounts and open numbers as doubles, nulls left out."""
    record = RECORDS.get(name)
    if record is not None:
        return _of_record(record, value)
    return value if isinstance(value, datetime) else _open(value)


def _of_record(record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _of_type(record.fields[name], item)
        for name, item in value.items()
        if item is not None and name in record.fields
    }


def _of_type(kind: FieldType, value: Any) -> Any:
    if isinstance(kind, Record):
        return _of_record(kind, value)
    if isinstance(kind, ListOf):
        return [_of_record(kind.record, entry) for entry in value]
    if kind is Kind.MONEY:
        return float(value)
    if kind is Kind.COUNT:
        return int(value)
    return _open(value)


def _open(value: Any) -> Any:
    if isinstance(value, str):
        return _utf8(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        # Through Decimal, because a whole number too large for a float would raise instead of becoming infinite.
        return float(Decimal(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_utf8(str(key)): _open(item) for key, item in value.items() if item is not None}
    return [_open(item) for item in value]


def _utf8(text: str) -> str:
    # The engine would read a text to its first null character only, so that "EMEA\0x" would be "EMEA"; and half of a
    # surrogate pair, which is legal in JSON, would make it refuse the whole variable.
    text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
