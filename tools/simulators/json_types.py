"""The types of JSON documents, and reading one out of bytes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# Vendor records are open documents by nature: their inner fields are checked at the edge by field_rules, not by types.
Record = dict[str, Any]


def utc_now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Write a moment as both vendors do: ISO 8601, milliseconds, ``Z`` (docs/vendor/threekit.md 3.2, opentext.md 4)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def to_bytes(document: object) -> bytes:
    """Write a JSON document as UTF-8 bytes."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def merged(target: object, patch: Mapping[str, Any]) -> Record:
    """Return ``target`` with ``patch`` laid over it: objects merge at every depth; the rest, null too, replaces."""
    result: Record = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        result[key] = merged(result.get(key), value) if isinstance(value, dict) else value
    return result
