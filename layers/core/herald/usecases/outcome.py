"""How a queue message ends for now: done, or to be tried later."""

from dataclasses import dataclass
from datetime import timedelta

from herald.domain.errors import Reason


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do; the message may go."""


@dataclass(frozen=True, slots=True)
class Later:
    """The message must come again, not before ``after`` is over."""

    after: timedelta
    reason: Reason


@dataclass(frozen=True, slots=True)
class Again:
    """What was read has changed by what was done, and must be read again at once."""


Outcome = Done | Later
DONE = Done()
AGAIN = Again()
SOON = timedelta(seconds=2)
"""When somebody else was first to write."""
