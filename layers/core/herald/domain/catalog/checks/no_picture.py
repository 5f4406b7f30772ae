"""Nothing shows the item."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.reading import is_blank
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, _surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Look for an asset or a thumbnail that shows the item (docs/vendor/threekit.md 5)."""
    if not item.visual and is_blank(item.metadata.get("_thumbnail")):
        yield Finding(
            check=CHECK.name, cause=f"item/{item.id}",
            message="It has neither an asset that shows it nor a thumbnail.", evidence={"name": item.name},
        )  # fmt: skip


CHECK = Check(
    name="no_picture",
    about="The item has an asset that shows it, or a thumbnail.",
    severity=Severity.MEDIUM,
    requirement=Requirement.ASSET,
    run=_run,
)
