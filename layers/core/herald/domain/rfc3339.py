"""Timestamps as RFC 3339 spells them."""

import re
from datetime import UTC, datetime

_SHAPE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def parse_timestamp(text: str) -> datetime | None:
    """Return the instant in UTC, cut to microseconds; ``None`` if the text is no RFC 3339 timestamp with an offset."""
    # The library alone would also take week dates, times without an offset and other forms of ISO 8601.
    spelt = text.upper()
    if _SHAPE.fullmatch(spelt) is None:
        return None
    try:
        return datetime.fromisoformat(spelt).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def spell_timestamp(instant: datetime) -> str:
    """Return the one spelling of an aware instant: UTC, six digits of fraction. Equal instants have equal spellings."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
