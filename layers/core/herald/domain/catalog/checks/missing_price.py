"""A price is missing in a pricebook and currency that is in use."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.reading import number, quoted
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


def _run(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    """Look for prices where the organisation keeps them (docs/vendor/threekit.md 2.6, 5)."""
    if not _is_exempt(item, surroundings, settings):
        yield from _SOURCES[settings["source"]](item, surroundings, settings)


def _is_exempt(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> bool:
    tags = item.asset.tags if item.asset else frozenset()
    return any(surroundings.tag(name) in tags for name in settings["skip_tags"])


def _by_attribute(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    prices: dict[tuple[object, str], object] = {}
    for entry in item.pricing:
        book, currencies = entry.get("pricebook"), entry.get("currencies")
        if isinstance(book, str) and isinstance(currencies, dict):
            for currency, amount in currencies.items():
                if number(prices.get((book, currency))) is None:
                    prices[book, currency] = amount
    return _by_currency(item, surroundings, settings, lambda book, currency: prices.get((book, currency)))


def _by_datatable(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    key = item.metadata.get(settings["sku_key"])
    found = surroundings.table_prices(str(key).strip()) if isinstance(key, str | int | Decimal) else None
    prices = found or {}
    return _by_currency(item, surroundings, settings, lambda _book, currency: prices.get(currency))


def _by_currency(
    item: CatalogItem, surroundings: Surroundings, settings: Settings, price: Callable[[str, str], object]
) -> Iterator[Finding]:
    for book in surroundings.pricebooks:
        for currency in book.currencies:
            fault = _fault(price(book.id, currency), settings)
            if fault:
                place = f"{book.id}/{currency}"
                yield Finding(
                    check=CHECK.name, cause=f"item/{item.id}", detail=place, scope=place,
                    message=f"It has {fault} in {currency} in pricebook {quoted(book.name)}.",
                    evidence={"pricebook": book.name, "currency": currency, "found": fault},
                )  # fmt: skip


def _by_metadata(item: CatalogItem, _surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    key = settings["metadata_key"]
    fault = _fault(_numeric(item.metadata.get(key)), settings)
    if fault:
        yield Finding(
            check=CHECK.name, cause=f"item/{item.id}", detail=key,
            message=f"It has {fault} in metadata {quoted(key)}.", evidence={"metadata": key, "found": fault},
        )  # fmt: skip


def _numeric(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return Decimal(value.strip()) if value.strip() else None
    except InvalidOperation:
        return value


def _fault(amount: object, settings: Settings) -> str:
    found = number(amount)
    if found is None:
        return "no price" if amount is None else "a price that is not a number"
    if found < 0:
        return "a negative price"
    return "the price 0" if found == 0 and settings["zero"] == "fault" else ""


_SOURCES: Mapping[str, Callable[[CatalogItem, Surroundings, Mapping[str, Any]], Iterator[Finding]]] = {
    "attribute": _by_attribute,
    "metadata": _by_metadata,
    "datatable": _by_datatable,
}

CHECK = Check(
    name="missing_price",
    about="Every pricebook in use has a price for the item in each of its currencies.",
    severity=Severity.HIGH,
    requirement=Requirement.PRICE,
    run=_run,
    settings={"source": "attribute", "zero": "allowed", "metadata_key": "_price", "sku_key": "SKU", "skip_tags": []},
)
