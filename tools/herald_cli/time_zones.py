"""The time zones that a file may name."""

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Return the names of IANA's time zones, and ``UTC`` wherever this runs."""
    return frozenset({*available_timezones(), "UTC"})
