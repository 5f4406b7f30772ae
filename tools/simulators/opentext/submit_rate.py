"""How many submits a second are taken: a token bucket. Limits, 429 and Retry-After are not published by the vendor."""

import math
from collections.abc import Callable
from datetime import datetime

from simulators.exchange import RefusedError

# Without it, one who waited as long as told could be refused for a rounding error.
_ROUNDING_SECONDS = 1e-6


class SubmitRate:
    """Counts submits against ``per_second``, by the clock it is given.

    The bucket holds one second's worth of submits, never less than one, and is full at first. 0 or less: no limit.
    """

    def __init__(self, clock: Callable[[], datetime], per_second: Callable[[], float]) -> None:
        self._clock = clock
        self._per_second = per_second
        self._used = 0.0
        self._counted_at = clock()

    def take(self) -> None:
        """Count one submit.

        Raises a 429 refusal when the bucket is empty; its ``Retry-After`` is the whole seconds, at least 1, until one
        more is taken. A refused submit is not counted.
        """
        now, rate = self._clock(), self._per_second()
        if rate <= 0:
            self.clear()
            return
        refilled = max(0.0, (now - self._counted_at).total_seconds()) * rate
        self._used, self._counted_at = max(0.0, self._used - refilled), now
        wait_seconds = (self._used + 1 - max(1.0, rate)) / rate - _ROUNDING_SECONDS
        if wait_seconds > 0:
            after = str(math.ceil(wait_seconds))
            raise RefusedError(429, {"message": "too many submits"}, {"Retry-After": after})
        self._used += 1

    def clear(self) -> None:
        """Fill the bucket."""
        self._used, self._counted_at = 0.0, self._clock()
