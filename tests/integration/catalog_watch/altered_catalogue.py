"""A catalogue that answers otherwise than it should, for a while."""

from collections.abc import Callable
from typing import Any

from tests.integration.catalog_watch.watch_house import WatchHouse

from herald.domain.catalog.issue import IssueState
from herald.domain.catalog.plan import (
    Partition,
)

MOST_TOLD = 200
"""As many of a segment's changes as anybody could ever be shown."""
TWO = (Partition("seating", ("seating",)), Partition("rest"))


class Around:
    """A catalogue of which some methods answer otherwise."""

    def __init__(self, catalogue: Any, **methods: Callable[..., Any]) -> None:
        self._catalogue = catalogue
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


def answering(house: WatchHouse, **methods: Callable[..., Any]) -> Any:
    """Let methods of the catalogue answer otherwise; return the catalogue as it was."""
    catalogue = house.shop.catalogue
    object.__setattr__(house.shop, "catalogue", Around(catalogue, **methods))
    return catalogue


def answering_again(house: WatchHouse, catalogue: Any) -> None:
    """Let it answer as it did."""
    object.__setattr__(house.shop, "catalogue", catalogue)


def states_of(house: WatchHouse) -> dict[str, IssueState]:
    """Issues and where they stand."""
    return {identity: issue.state for identity, issue in house.issues.items()}
