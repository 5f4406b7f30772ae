"""A price stands in a pricebook that is not in use."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.reading import quoted, text_of
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Compare the pricebooks of the item's prices with the live ones (docs/vendor/threekit.md 2.6, 5)."""
    live = {book.id for book in surroundings.pricebooks}
    for book in dict.fromkeys(text_of(entry, "pricebook") for entry in item.pricing):
        if book and book not in live:
            yield Finding(
                check=CHECK.name, cause=f"pricebook/{book}", detail=book,
                message=f"It has prices for a pricebook that is not in use: {quoted(book)}.",
                evidence={"pricebook": book},
            )  # fmt: skip


CHECK = Check(
    name="stale_price",
    about="Every price of the item belongs to a pricebook that is in use.",
    severity=Severity.MEDIUM,
    requirement=Requirement.PRICE,
    run=_run,
)
