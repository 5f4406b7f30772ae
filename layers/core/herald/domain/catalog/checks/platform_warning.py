"""Threekit itself warns of the item."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, _surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Pass the platform's mark on; what exactly it warns of is not in the data (docs/vendor/threekit.md 2.3, 5)."""
    if item.asset is not None and item.asset.warnings:
        yield Finding(
            check=CHECK.name, cause=f"item/{item.id}",
            message="Threekit has a warning for it; its page of alerts and warnings says which.",
            evidence={"warnings": True},
        )  # fmt: skip


CHECK = Check(
    name="platform_warning",
    about="Threekit has no warning for the item.",
    severity=Severity.LOW,
    requirement=Requirement.ASSET,
    run=_run,
)
