"""A part of the item has a shape that nobody documents, so no check can read it."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, records
from herald.domain.catalog.reading import called, has_odd_values, type_of
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity

_TYPES = frozenset({"Asset", "Boolean", "Color", "Global", "Number", "Pricing", "String"})
_MOST_LISTED = 20


def _run(item: CatalogItem, _surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Compare the item's parts with the documented shapes (docs/vendor/threekit.md 2.4, 2.5)."""
    problems = list(dict.fromkeys(_problems(item)))
    if problems:
        yield Finding(
            check=CHECK.name, cause=f"item/{item.id}",
            message=f"It cannot be read in full: {'; '.join(problems[:3])}.",
            evidence={"problems": problems[:_MOST_LISTED]},
        )  # fmt: skip


def _problems(item: CatalogItem) -> Iterator[str]:
    metadata = item.product.get("metadata")
    if not isinstance(metadata, dict):
        yield from _list_problems("metadata", metadata)
    yield from _list_problems("attributes", item.product.get("attributes"))
    rules = item.product.get("rules")
    if isinstance(rules, list):
        rules = [rule for group in rules for rule in (group if isinstance(group, list) else [group])]
    yield from _list_problems("rules", rules)
    for position, attribute in enumerate(records(item.product.get("attributes"))):
        kind = type_of(attribute)
        if kind not in _TYPES:
            yield f"{called(attribute, str(position))} has no type that is known"
        elif kind in ("Asset", "String") and has_odd_values(attribute):
            yield f"{called(attribute, str(position))} has values that are no list"


def _list_problems(name: str, value: object) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, list):
        yield f"its {name} are no list"
    elif not all(isinstance(entry, dict) for entry in value):
        yield f"its {name} hold something that is no record"


CHECK = Check(
    name="unreadable_record",
    about="The item has the shape that Threekit documents.",
    severity=Severity.HIGH,
    requirement=Requirement.ATTRIBUTES,
    run=_run,
)
