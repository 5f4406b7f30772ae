"""What every composition takes from outside: time, chance, AWS clients, the fault port."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from herald.adapters.aws_clients import client
from herald.ports import Checkpoint, Clock, Count
from herald.runtime.checkpoint import VARIABLE, checkpoint
from herald.runtime.observability import count


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class World:
    """The outside world of one process. Tests make their own."""

    clock: Clock
    chance: Callable[[], float]
    client: Callable[[str], Any]
    checkpoint: Checkpoint
    count: Count


@lru_cache(maxsize=1)
def this_process() -> World:
    """Return the world of a deployed function."""
    any_client: Callable[[str], Any] = client  # type: ignore[assignment]
    return World(utc_now, random.random, any_client, checkpoint(os.environ.get(VARIABLE)), count)
