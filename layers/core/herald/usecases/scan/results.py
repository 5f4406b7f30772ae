"""What was found in the segments of a run."""

from collections.abc import Iterator, Sequence
from typing import Any

from herald.domain.catalog.run import Run
from herald.usecases.scan.workshop import Turn, Workshop, results_key, total_key


def results(shop: Workshop, run: Run, partition: str, turn: Turn) -> Iterator[dict[str, Any]]:
    """Give what was found in each segment of a partition, and keep the turn meanwhile."""
    for segment in shop.get_json(total_key(run.id, partition)) or ():
        turn.keep()
        yield shop.get_json(results_key(run.id, partition, segment))


def summed(some: Sequence[int] | None, more: Sequence[int]) -> list[int]:
    """Return two rows of a board, added."""
    return [one + other for one, other in zip(some or [0] * len(more), more, strict=True)]
