"""Saved configurations of the item choose what it no longer has."""

from collections.abc import Iterator, Sequence

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, records
from herald.domain.catalog.reading import Offer, has_odd_values, offer_of, quoted, text_of, type_of
from herald.domain.catalog.surroundings import Surroundings, Use
from herald.domain.notification import Severity


def _run(item: CatalogItem, surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Compare what configurations use, by attribute name, with the item as it is (docs/vendor/threekit.md 2.2, 5)."""
    uses = surroundings.uses(item.id)
    if not uses:
        return
    named = {name for one in records(item.product.get("attributes")) if (name := text_of(one, "name"))}
    offers: dict[str, list[Offer] | None] = {}
    gone: dict[str, list[Use]] = {}
    for use in uses:
        if use.attribute not in named:
            gone.setdefault(use.attribute, []).append(use)
        elif use.value is not None:
            if use.attribute not in offers:
                offers[use.attribute] = _offers(item, use.attribute, surroundings)
            if _is_gone(use.value, offers[use.attribute], surroundings):
                gone.setdefault(f"{use.attribute}={use.value}", []).append(use)
    for detail, stale in gone.items():
        yield _finding(item, detail, stale, has_attribute=stale[0].attribute in named)


def _offers(item: CatalogItem, name: str, surroundings: Surroundings) -> list[Offer] | None:
    """Return what the attributes of a name offer; ``None`` where that is not a matter of assets."""
    called = [one for one in item.attributes if one.get("name") == name]
    if any(type_of(one) != "Asset" or has_odd_values(one) for one in called):
        return None
    return [offer_of(one, surroundings) for one in called]


def _is_gone(value: str, offers: Sequence[Offer] | None, surroundings: Surroundings) -> bool:
    if not offers:
        return False
    known = surroundings.asset(value)
    return known is None or all(offer.lacks(known) for offer in offers)


def _finding(item: CatalogItem, detail: str, stale: Sequence[Use], *, has_attribute: bool) -> Finding:
    first, count = stale[0], sum(use.configurations for use in stale)
    what = f"{quoted(first.value or '')} for attribute" if has_attribute else "an attribute that is gone:"
    return Finding(
        check=CHECK.name, cause=f"item/{item.id}", detail=detail,
        message=f"Saved configurations ({count}) use {what} {quoted(first.attribute)}"
        f"{', which no longer offers it' if has_attribute else ''}.",
        evidence={"attribute": first.attribute, "configurations": count, "sample": first.sample},
    )  # fmt: skip


CHECK = Check(
    name="stale_configuration",
    about="Saved configurations of the item choose only what it still has.",
    severity=Severity.LOW,
    requirement=Requirement.ATTRIBUTES,
    run=_run,
)
