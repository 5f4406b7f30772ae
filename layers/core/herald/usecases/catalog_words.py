"""What events say that the catalogue watch has to know at once, without waiting for its next scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from herald.domain.configuration import Configuration
from herald.ports import ScanQueue, StateStore, StorageError
from herald.usecases import shelves
from herald.usecases.shelves import CATALOG

if TYPE_CHECKING:
    from herald.domain.catalog.state import ItemState

ATTEMPTS = 5
MOST_JOBS = 200
"""A wave tells how many jobs went before it; more than these no reader counts."""


class Board(Protocol):
    """How ready each item is; ``catalog_ports.ItemStates``, without its import."""

    def load(self, ids: Sequence[str]) -> "Mapping[str, ItemState]":
        """Return the states that there are, by id."""
        ...

    def exchange(self, before: "ItemState", after: "ItemState") -> bool:
        """Write one state if the other one stands; say whether it did."""
        ...


@dataclass(frozen=True)
class CatalogWords:
    """Hears for the catalogue watch. Told the same again, it does the same again, which changes nothing."""

    board: Board
    state: StateStore
    scans: ScanQueue

    def localized(self, item: str, locale: str, configuration: Configuration) -> None:
        """Move the board: the language counts as there, until the next scan reads for itself."""
        # Few events are about the catalogue, and a cold start should not pay for the others.
        from herald.domain.catalog.plan import plan_of  # noqa: PLC0415
        from herald.domain.catalog.readiness import translated  # noqa: PLC0415

        plan = plan_of(configuration.catalog)
        for _ in range(ATTEMPTS):
            known = self.board.load([item]).get(item)
            if known is None:
                return
            moved = {
                cell: replace(score, score=translated(plan, score.score), before=score.score.points, told=True)
                for cell, score in known.scores.items()
                if cell.rpartition("/")[2] == locale and translated(plan, score.score) != score.score
            }
            # A scan may keep another state meanwhile, which must not be undone.
            if not moved or self.board.exchange(known, replace(known, scores={**known.scores, **moved})):
                return
        raise StorageError(f"{ATTEMPTS} times a scan was first to change what is known of an item")

    def recovered(self, system: str, incident: str, configuration: Configuration) -> None:
        """Read again what was muted because of a system that works again."""
        mutes: Sequence[Mapping[str, Any]] = configuration.catalog.get("mutes", ())
        if any(mute["system"] == system for mute in mutes):
            self.scans.put([{"step": "begin", "ask": f"recovered/{incident}", "by": f"recovery of {system}"[:60]}])

    def job_succeeded(self, job: Mapping[str, Any]) -> None:
        """Note a job for the next release wave."""
        entry = [str(job.get("id", "")), str(job.get("type", "")), str(job.get("title", ""))]

        def noted(known: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, None]:
            standing = known or {"jobs": []}
            told = [*standing["jobs"], *standing.get("taken", ())]
            if any(one[0] == entry[0] for one in told):
                return None, None
            return {**standing, "jobs": [*standing["jobs"], entry][-MOST_JOBS:]}, None

        shelves.finished_jobs(self.state).change(CATALOG, noted)
