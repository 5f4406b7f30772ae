"""Facts: what rules, audiences and templates see of an event, in one canonical shape (``facts_schema``).

Threekit's orders have no price, currency, SKU or address field; where an organisation keeps them is said by the mapping
(docs/vendor/threekit.md 2.1). What is missing is absent, never null and never zero, so that no rule fires by accident.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from jmespath.exceptions import JMESPathError

from herald.domain.canonical import fingerprint
from herald.domain.consent import channels_of
from herald.domain.event import Event
from herald.domain.event_types import is_connector_type, reading_of
from herald.domain.facts_schema import (
    COMPONENT,
    COMPUTED_IN_LINE,
    COMPUTED_IN_ORDER,
    JOB,
    LINE,
    ORDER,
    PERSON,
    Kind,
    Record,
)
from herald.domain.money import MINOR_UNITS, MoneyError, exact_amount, product, total
from herald.domain.paths import compiled
from herald.domain.rfc3339 import parse_timestamp

MAX_COUNT = 10**7


class MappingError(Exception):
    """Data that cannot be made facts of; the text names the field by its path, and holds no value."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SourceObjects:
    """What was read again from Threekit for a hint. Empty for a signed connector event: its own data is mapped then.

    ``configurations`` holds the saved configurations by the id the cart names them by; a line without one is normal, as
    that id is not validated by Threekit (docs/vendor/threekit.md 2.1).
    """

    order: Mapping[str, Any] | None = field(default=None, repr=False)
    configurations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    job: Mapping[str, Any] | None = field(default=None, repr=False)


def build_facts(event: Event, objects: SourceObjects, mapping: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the facts: ``event``, ``now``, and what the type offers of ``order``, ``job`` and ``data``.

    ``mapping`` is the configuration's, by event type. Money is exact ``Decimal`` with line totals and total computed
    here; times are aware datetimes. Raises ``MappingError`` for data that cannot be used.
    """
    section = reading_of(event.type, mapping)
    facts: dict[str, Any] = {"event": _event(event), "now": now}
    connector = is_connector_type(event.type)
    if connector:
        facts["data"] = dict(event.data)
    if "order" in section:
        order = objects.order if objects.order is not None or not connector else event.data
        if order is None:
            raise MappingError("order", "it was not read again from Threekit")
        facts["order"] = _OrderReading(section, objects.configurations).order(_without_notes(order))
    if "job" in section:
        job = event.data if connector else objects.job
        if job is None:
            raise MappingError("job", "it was not read again from Threekit")
        facts["job"] = _mapped(JOB, section["job"], job, "job")
    if len(facts) == 2:
        raise MappingError("mapping", f"config/mapping.yaml has no section for {event.type}")
    return facts


def order_facts(order: Mapping[str, Any], mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of an order by itself, without its saved configurations. Raises ``MappingError``."""
    section = reading_of("threekit.order.updated", mapping)
    if "order" not in section:
        raise MappingError("mapping", "config/mapping.yaml has no section for orders")
    return _OrderReading(section, {}).order(_without_notes(order))


def facts_fingerprint(facts: Mapping[str, Any]) -> str:
    """Return the fingerprint of what is told of the thing itself.

    Without the event's envelope and all times, so that an order changed in nothing but ``metadata.herald`` keeps it.
    """
    told = {name: value for name, value in facts.items() if name not in ("event", "now")}
    for name in ("order", "job"):
        if name in told:
            told[name] = {key: value for key, value in told[name].items() if key not in ("createdAt", "updatedAt")}
    return fingerprint(told)


def order_content(order: Mapping[str, Any]) -> dict[str, Any]:
    """Return a raw Threekit order without what our own notes change: ``updatedAt`` and ``metadata.herald``.

    The status is left in: whoever writes it back compares with the one it wrote.
    """
    return {key: value for key, value in _without_notes(order).items() if key != "updatedAt"}


def _without_notes(order: Mapping[str, Any]) -> dict[str, Any]:
    metadata = order.get("metadata")
    if not isinstance(metadata, Mapping):
        return dict(order)
    return {**order, "metadata": {key: value for key, value in metadata.items() if key != "herald"}}


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "origin": str(event.origin),
        "trust": str(event.trust),
        "subject": event.subject,
        "time": event.time,
    }


@dataclass(frozen=True, slots=True)
class _OrderReading:
    """One reading of one order by one section of the mapping."""

    section: Mapping[str, Any]
    configurations: Mapping[str, Mapping[str, Any]]

    def order(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        fields = {key: value for key, value in self.section["order"].items() if key not in COMPUTED_IN_ORDER}
        order = _mapped(ORDER, fields, raw, "order", self.names)
        currency = order.get("currency")
        if currency is not None:
            currency = order["currency"] = currency.strip().upper()
            if currency not in MINOR_UNITS:
                raise MappingError("order.currency", "text is no currency code of ISO 4217")
        lines = self.lines(raw, currency)
        if lines is None:
            return order
        order["lines"] = lines
        order["components"] = _gathered(lines)
        quantities = [line["quantity"] for line in lines if "quantity" in line]
        if len(quantities) == len(lines):
            order["quantity"] = sum(quantities)
        amounts = [line["lineTotal"] for line in lines if "lineTotal" in line]
        # A sum over some of the lines would be told as the total of all: no total then.
        if currency is not None and len(amounts) == len(lines):
            try:
                order["total"] = total(amounts, currency)
            except MoneyError as error:
                raise MappingError("order.total", str(error)) from None
        return order

    @property
    def names(self) -> Mapping[str, str]:
        names: Mapping[str, str] = self.section.get("asset_names", {})
        return names

    def lines(self, raw: Mapping[str, Any], currency: str | None) -> list[dict[str, Any]] | None:
        found = _search(self.section.get("lines"), raw, "order.lines")
        if found is None:
            return None
        return [self.line(entry, path, currency) for entry, path in _entries(found, "order.lines")]

    def line(self, raw: Mapping[str, Any], path: str, currency: str | None) -> dict[str, Any]:
        expressions = self.section.get("line", {})
        fields = {key: value for key, value in expressions.items() if key not in COMPUTED_IN_LINE}
        price = _search(fields.pop("unitPrice", None), raw, f"{path}.unitPrice")
        line = _mapped(LINE, fields, raw, path, self.names)
        variant = self.configurations.get(line.get("configurationId", ""), {}).get("variant")
        if isinstance(variant, Mapping):
            line["attributes"] = {**line.get("attributes", {}), **_scalars(variant, self.names)}
        components = _search(expressions.get("components"), raw, f"{path}.components")
        if components is not None:
            line["components"] = [
                _mapped(COMPONENT, self.section.get("component", {}), entry, place)
                for entry, place in _entries(components, f"{path}.components")
            ]
        # An amount without a currency is no money.
        if price is None or currency is None:
            return line
        line["unitPrice"] = _amount(price, currency, f"{path}.unitPrice")
        if "quantity" in line:
            try:
                line["lineTotal"] = product(line["unitPrice"], line["quantity"], currency)
            except MoneyError as error:
                raise MappingError(f"{path}.lineTotal", str(error)) from None
        return line


def _gathered(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the components over all lines, one entry per SKU; a quantity only where every mention has one."""
    gathered: dict[str, dict[str, Any]] = {}
    for line in lines:
        for component in line.get("components", ()):
            sku = component.get("sku")
            if sku is None:
                continue
            first = sku not in gathered
            entry = gathered.setdefault(sku, {key: value for key, value in component.items() if key != "quantity"})
            known = "quantity" in component and "quantity" in line and (first or "quantity" in entry)
            if known:
                entry["quantity"] = entry.get("quantity", 0) + component["quantity"] * line["quantity"]
            else:
                entry.pop("quantity", None)
    return list(gathered.values())


def _mapped(
    record: Record,
    expressions: Mapping[str, Any],
    raw: Mapping[str, Any],
    path: str,
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the fields that expressions find, each as its kind asks; what is not found is left out."""
    mapped: dict[str, Any] = {}
    for name, expression in expressions.items():
        where = f"{path}.{name}"
        kind = record.fields[name]
        value: Any
        if kind is PERSON:
            value = _mapped(PERSON, expression, raw, where) or None
        else:
            found = _search(expression, raw, where)
            value = None if found is None else _of_kind(kind, found, where, names or {})
        if value is not None:
            mapped[name] = value
    return mapped


def _of_kind(kind: object, found: object, path: str, names: Mapping[str, str]) -> Any:
    if kind is Kind.COUNT:
        return _count(found, path)
    if kind is Kind.TIME:
        return _time(found, path)
    if kind is Kind.SCALARS:
        if not isinstance(found, Mapping):
            raise MappingError(path, f"{_type(found)} is no object")
        return _scalars(found, names)
    if kind is Kind.CHANNELS:
        return sorted(str(channel) for channel in channels_of(found))
    return _text(found, path)


def _text(found: object, path: str) -> str | None:
    if isinstance(found, str):
        return found if found.strip() else None
    # Numeric SKUs and short numbers are often stored as numbers; writing a whole number as text loses nothing.
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    raise MappingError(path, f"{_type(found)} is no text")


def _count(found: object, path: str) -> int:
    number = found
    if (
        isinstance(found, Decimal)
        and found.is_finite()
        and found.adjusted() < 20
        and found == found.to_integral_value()
    ):
        number = int(found)
    if not isinstance(number, int) or isinstance(number, bool):
        raise MappingError(path, f"{_type(found)} is no whole number")
    if not 0 <= number <= MAX_COUNT:
        raise MappingError(path, f"a count is between 0 and {MAX_COUNT}")
    return number


def _amount(found: object, currency: str, path: str) -> Decimal:
    if isinstance(found, str):
        digits = found.strip().removeprefix("-").replace(".", "", 1)
        amount = Decimal(found.strip()) if digits.isascii() and digits.isdigit() else None
    elif isinstance(found, Decimal) or (isinstance(found, int) and not isinstance(found, bool)):
        amount = Decimal(found)
    else:
        amount = None
    if amount is None:
        hint = ", not exact: read JSON with parse_float=Decimal" if isinstance(found, float) else ""
        raise MappingError(path, f"{_type(found)} is no plain decimal number{hint}")
    try:
        return exact_amount(amount, currency)
    except MoneyError as error:
        raise MappingError(path, f"{_type(found)}: {error}") from None


def _time(found: object, path: str) -> datetime:
    time = parse_timestamp(found) if isinstance(found, str) else None
    if time is None:
        raise MappingError(path, f"{_type(found)} is no RFC 3339 time")
    return time


def _scalars(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    scalars = {str(name): _scalar(value, names) for name, value in found.items()}
    return {name: value for name, value in scalars.items() if value is not None}


def _scalar(value: object, names: Mapping[str, str]) -> str | bool | int | Decimal | None:
    """Return an attribute's value as one readable scalar; ``None`` if it is empty or of a shape that is not published.

    Vendor fact: a variant's value is text, number, boolean, null, a colour, an asset reference (its id may be empty),
    or a list of asset references (docs/vendor/threekit.md 2.2). Only an asset's id is told, so ``names`` may name it.
    """
    if isinstance(value, str | bool | int | Decimal):
        return None if value == "" else value
    if isinstance(value, list):
        told = [str(scalar) for scalar in (_scalar(entry, names) for entry in value) if scalar is not None]
        return ", ".join(told) or None
    if isinstance(value, Mapping):
        asset = value.get("assetId")
        if isinstance(asset, str):
            return names.get(asset, asset) or None
        if {"r", "g", "b"} <= value.keys():
            return f"rgb({value['r']}, {value['g']}, {value['b']})"
    return None


def _entries(found: object, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    if not isinstance(found, list):
        raise MappingError(path, f"{_type(found)} is no list")
    for number, entry in enumerate(found):
        if not isinstance(entry, Mapping):
            raise MappingError(f"{path}[{number}]", f"{_type(entry)} is no object")
        yield entry, f"{path}[{number}]"


def _search(expression: str | None, raw: Mapping[str, Any], path: str) -> Any:
    if expression is None:
        return None
    try:
        return compiled(expression).search(raw)
    except JMESPathError as error:
        problem = f"its expression in config/mapping.yaml cannot be used ({type(error).__name__})"
        raise MappingError(path, problem) from None


def _type(value: object) -> str:
    name = type(value).__name__
    return {"dict": "object", "str": "text", "Decimal": "number", "int": "number"}.get(name, name)
