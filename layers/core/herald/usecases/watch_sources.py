"""What should have been heard of by now: sources that are silent, scans that did not finish."""

from collections.abc import Callable
from dataclasses import dataclass

from herald.ports import Clock, ConfigurationStore, Count, StateStore
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Outcome


@dataclass(frozen=True)
class WatchSources:
    """Counts the sources that have been silent for longer than ``config/sources.yaml`` says; looks after scans too."""

    state: StateStore
    configurations: ConfigurationStore
    clock: Clock
    count: Count
    scans: Callable[[], None]

    def __call__(self, attempt: int, enough_time: Callable[[], bool]) -> Outcome:  # noqa: ARG002 - as every sweep is called
        """Count once; a source never heard counts from the first time it was watched."""
        now = self.clock()
        heard, watched = shelves.sources(self.state), shelves.watched_sources(self.state)
        silent = 0
        for name, after in self.configurations.active().silent_after.items():
            last = heard.get(name) or watched.change(name, lambda since: (None, since) if since else (now, now))
            silent += now - last > after
        self.count("SourcesSilent", silent)
        self.scans()
        self.count("SweepsFinished", 1)
        return DONE
