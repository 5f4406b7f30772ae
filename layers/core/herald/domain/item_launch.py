"""How far a catalogue item has come towards its launch: which languages are there, which regions said yes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

LOCALIZATION_ROW = "herald_localization"
LAUNCH_ROW = "herald_launch"
"""Names of the rows of an item's metadata that Herald writes; each holds a JSON object as text."""


@dataclass(frozen=True, slots=True)
class ItemLaunch:
    """What was told about an item: the latest word for each locale and each region."""

    localized: Mapping[str, datetime] = field(default_factory=dict)
    regions: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)

    def with_locale(self, locale: str, at: datetime) -> "ItemLaunch":
        """Return it with a language that is there; an older word changes nothing."""
        if at <= self.localized.get(locale, at) and locale in self.localized:
            return self
        return replace(self, localized={**self.localized, locale: at})

    def with_region(self, region: str, outcome: str, at: datetime) -> "ItemLaunch":
        """Return it with what a region said; an older word changes nothing."""
        if region in self.regions and at <= self.regions[region][1]:
            return self
        return replace(self, regions={**self.regions, region: (outcome, at)})

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return what stands in the item's metadata, by name of the row."""
        rows: dict[str, dict[str, Any]] = {}
        if self.localized:
            rows[LOCALIZATION_ROW] = {
                locale: {"state": "completed", "at": at.isoformat()} for locale, at in sorted(self.localized.items())
            }
        if self.regions:
            rows[LAUNCH_ROW] = {
                region: {"state": outcome, "at": at.isoformat()}
                for region, (outcome, at) in sorted(self.regions.items())
            }
        return rows


def launch_document(launch: ItemLaunch) -> dict[str, Any]:
    """Return it as the state table keeps it."""
    return {
        "localized": [[locale, at] for locale, at in launch.localized.items()],
        "regions": [[region, outcome, at] for region, (outcome, at) in launch.regions.items()],
    }


def launch_of(document: Mapping[str, Any]) -> ItemLaunch:
    """Return what the state table holds."""
    return ItemLaunch(
        dict(document["localized"]),
        {region: (outcome, at) for region, outcome, at in document["regions"]},
    )
