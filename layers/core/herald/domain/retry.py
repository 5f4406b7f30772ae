"""When to try again: one policy for every queue."""

from datetime import timedelta

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 1800.0
LONGEST_RETRY_AFTER_SECONDS = 3600.0
KEY_MENDED_WITHIN = timedelta(minutes=15)
"""So long a message waits for a key: nothing counts the tries, and a queue gives a message up after a hundred."""


def backoff(attempt: int, chance: float, retry_after: float | None = None) -> timedelta:
    """Return how long to wait after a failed attempt.

    ``attempt`` counts from 1; the wait doubles from 2 s to 30 min, with 20 % jitter by ``chance`` (0 to 1).
    A time the vendor named (``retry_after``, seconds) is honoured as a least wait, up to an hour.
    """
    ceiling = min(FIRST_SECONDS * 2 ** min(max(attempt, 1) - 1, 20), LONGEST_SECONDS)
    seconds = ceiling * (0.8 + 0.4 * chance)
    if retry_after is not None:
        seconds = max(seconds, min(max(retry_after, 1.0), LONGEST_RETRY_AFTER_SECONDS))
    return timedelta(seconds=seconds)
