"""Cold start: a fresh interpreter up to its first event handled, beside one that makes a boto3 client."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench.fresh_start import FUNCTIONS, Start, fresh_starts

GOAL = 1.25
ROUNDS = 9


@dataclass(frozen=True)
class ColdStart:
    """A function's medians over all rounds, each as a ratio to the floor of the same round."""

    function: str
    cpu_ratio: float
    elapsed_ratio: float
    modules: int

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.cpu_ratio <= GOAL


def measure(rounds: int = ROUNDS) -> Iterator[ColdStart]:
    """Give each function's cold start, from interleaved rounds after one that is not counted."""
    taken: dict[str, list[tuple[Start, Start]]] = {name: [] for name in FUNCTIONS}
    with fresh_starts() as starts:
        for number in range(rounds + 1):
            floor = starts.floor()
            for name in FUNCTIONS:
                start = starts.function(name)
                if number:
                    taken[name].append((start, floor))
    for name, pairs in taken.items():
        yield ColdStart(
            name,
            median(start.cpu_seconds / floor.cpu_seconds for start, floor in pairs),
            median(start.elapsed_seconds / floor.elapsed_seconds for start, floor in pairs),
            len(pairs[0][0].modules - pairs[0][1].modules),
        )
