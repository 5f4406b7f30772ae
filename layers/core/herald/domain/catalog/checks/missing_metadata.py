"""A metadata key that the organisation asks for is missing."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.reading import is_blank, quoted
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, _surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    """Look for each key that the settings name (docs/vendor/threekit.md 5)."""
    for key in settings["keys"]:
        if is_blank(item.metadata.get(key)):
            yield Finding(
                check=CHECK.name, cause=f"item/{item.id}", detail=key,
                message=f"Metadata {quoted(key)} is missing or empty.", evidence={"metadata": key},
            )  # fmt: skip


CHECK = Check(
    name="missing_metadata",
    about="The item has all the metadata that the organisation asks for.",
    severity=Severity.MEDIUM,
    requirement=Requirement.METADATA,
    run=_run,
    settings={"keys": ["SKU"]},
)
