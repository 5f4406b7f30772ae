"""What happened to an item between two scans that somebody waits for: published, changed, ready, late."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.catalog.plan import CatalogPlan, Match, Region
from herald.domain.catalog.readiness import Cell, Score
from herald.domain.catalog.state import ItemState
from herald.domain.item_launch import ItemLaunch

PUBLISHED, CHANGED, WITHDRAWN = "published", "changed", "withdrawn"
APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as messages show it. ``picture`` and ``link`` are https URLs, or empty."""

    id: str
    name: str
    sku: str
    picture: str
    link: str
    tags: tuple[str, ...]
    metadata: Mapping[str, Any]


def change_of(before: ItemState | None, published_at: datetime | None, content: str, *, baseline: bool) -> str | None:
    """Return what customers notice of an item since the last scan; ``None`` if nothing.

    A first scan notices nothing: everything would be new to it.
    """
    if baseline or (before is None and published_at is None):
        return None
    was = before.published_at if before is not None else None
    if was is None and published_at is not None:
        return PUBLISHED
    if was is not None and published_at is None:
        return WITHDRAWN
    if before is not None and published_at is not None and (was != published_at or before.content != content):
        return CHANGED
    return None


def ready_in(
    plan: CatalogPlan, scores: Mapping[str, Score], cells: tuple[Cell, ...], launch: ItemLaunch
) -> Iterator[Region]:
    """Yield the regions in which a published item has all it needs, and the region's word where that is needed."""
    for region in plan.regions:
        own = [scores[cell.key] for cell in cells if cell.region == region.name and cell.key in scores]
        said = launch.regions.get(region.name, ("", None))[0]
        if own and all(score.launchable for score in own) and (said == APPROVED or not region.needs_approval):
            yield region


def late_locales(
    plan: CatalogPlan, published_at: datetime | None, lacking: set[str], launch: ItemLaunch, now: datetime
) -> list[str]:
    """Return the languages that an item should have by now and that nobody has called complete."""
    if published_at is None or now - published_at <= timedelta(days=plan.late_after_days):
        return []
    return sorted(locale for locale in lacking if locale not in launch.localized)


def fits(match: Match, shown: Shown) -> bool:
    """Say whether an item is meant."""
    return match.fits(shown.tags, shown.metadata)
