"""How numbers and lengths of time of scans are spelt for people."""

from datetime import datetime, timedelta


def count(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"


def span(length: timedelta) -> str:
    """Return a length of time in one or two units."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d"


def moment(at: datetime | None) -> str:
    """Return a time as tables show it; UTC, to the minute."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"
