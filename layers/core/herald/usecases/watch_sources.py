"""Sources that are silent for longer than they usually are."""

from collections.abc import Callable
from dataclasses import dataclass

from herald.ports import Clock, ConfigurationStore, Count, StateStore
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Outcome


@dataclass(frozen=True)
class WatchSources:
    """Counts the sources of ``config/sources.yaml`` that have been silent for longer than it says."""

    state: StateStore
    configurations: ConfigurationStore
    clock: Clock
    count: Count

    def __call__(self, attempt: int, enough_time: Callable[[], bool]) -> Outcome:  # noqa: ARG002 - as every sweep is called
        """Count once; a source never heard counts from the first time it was watched."""
        now = self.clock()
        shelf = shelves.sources(self.state)
        silent = 0
        for name, after in self.configurations.active().silent_after.items():
            heard = shelf.change(name, lambda last: (now, now) if last is None else (None, last))
            silent += now - heard > after
        self.count("SourcesSilent", silent)
        self.count("SweepsFinished", 1)
        return DONE
