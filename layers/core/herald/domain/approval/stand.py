"""What is approved: the order as it stood when people were asked, and prints that say whether it still stands so."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from herald.domain.approval.policy import Part, Shown
from herald.domain.canonical import canonical_json, fingerprint
from herald.domain.paths import found
from herald.domain.rfc3339 import spell_timestamp

Line = Mapping[str, Any]

_KEPT = ("id", "shortId", "name", "currency", "region", "total", "quantity", "lines", "attributes", "components")

LINE_FIELDS: Mapping[Part, tuple[str, ...]] = {
    Part.PRICE: ("unitPrice", "lineTotal"),
    Part.OPTIONS: ("sku", "name", "configurationId", "attributes", "components"),
    Part.QUANTITIES: ("quantity",),
}
"""The fields of a line that a part looks at; currency and what is shown belong to no line."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What is approved, as it stood when people were asked.

    ``order`` is the order's facts without people, times and status. ``shown`` holds label and value of each of the
    chain's rows that found a scalar.
    """

    order: Mapping[str, Any]
    shown: tuple[tuple[str, Any], ...] = ()

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of the order; none if the facts have none."""
        lines: Sequence[Line] = self.order.get("lines", ())
        return lines

    def parts(self) -> Mapping[Part, Any]:
        """Return each part as plain objects that are equal (as ``canonical_json``) exactly if the part is the same.

        The order of lines, components and rows makes no difference.
        """
        return {
            Part.PRICE: {**present(self.order, ("total",)), "lines": _told_apart(self.lines, Part.PRICE)},
            Part.OPTIONS: {
                **present(self.order, ("attributes",)),
                "lines": _sorted(line_content(Part.OPTIONS, line) for line in self.lines),
            },
            Part.QUANTITIES: {"lines": _told_apart(self.lines, Part.QUANTITIES)},
            Part.CURRENCY: present(self.order, ("currency",)),
            Part.SHOWN: _sorted([label, value] for label, value in self.shown),
        }

    def print(self, inputs: Collection[Part], *rules: str) -> str:
        """Return the fingerprint of those parts and of the prints of the rules that asked."""
        parts = self.parts()
        return fingerprint([{str(part): parts[part] for part in Part if part in inputs}, sorted(set(rules))])


def stand_of(facts: Mapping[str, Any], shown: Sequence[Shown] = ()) -> Stand:
    """Return what facts say about what is to be approved. A row whose path finds no scalar is left out."""
    rows = ((row.label, _scalar(found(row.value, facts))) for row in shown)
    return Stand(
        order=present(facts.get("order", {}), _KEPT),
        shown=tuple((label, value) for label, value in rows if value is not None),
    )


def stand_document(stand: Stand) -> dict[str, Any]:
    """Return a stand as plain objects; decimals stay decimals."""
    return {"order": dict(stand.order), "shown": [[label, value] for label, value in stand.shown]}


def stand_from(document: Mapping[str, Any]) -> Stand:
    """Return the stand of plain objects. Raises ``KeyError`` or ``ValueError``."""
    return Stand(document["order"], tuple((label, value) for label, value in document["shown"]))


def line_content(part: Part, line: Line) -> dict[str, Any]:
    """Return what a part looks at in a line; what is absent or empty is left out."""
    content = present(line, LINE_FIELDS[part])
    if "components" in content:
        content["components"] = _sorted(present(one, ("sku", "name", "quantity")) for one in content["components"])
    return content


def present(fields: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return the fields of those names that hold something."""
    return {name: fields[name] for name in names if fields.get(name) not in (None, [], (), {})}


def _told_apart(lines: Sequence[Line], part: Part) -> list[list[Any]]:
    """Return the lines' contents, each under its product, and under as much more as tells whose it is.

    Were they bare, swapped prices would look the same. Were each under its whole line, another fabric would be another
    price. So a line is known by its name (it outlives a change of options, an SKU may not); only where lines of one
    name differ in this part, their SKU, options and configuration tell them apart.
    """
    entries = [(line, line_content(part, line)) for line in lines]
    told = _split(entries, (), (_product, _sku, _options, _configuration))
    return _sorted([list(label), content] for label, content in told)


def _split(
    entries: list[tuple[Line, dict[str, Any]]], label: tuple[Any, ...], stages: tuple[Callable[[Line], Any], ...]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    alike = len({canonical_json(content) for _, content in entries}) <= 1
    if not stages or (label and alike):
        yield from ((label, content) for _, content in entries)
        return
    groups: dict[str, tuple[Any, list[tuple[Line, dict[str, Any]]]]] = {}
    for line, content in entries:
        value = stages[0](line)
        groups.setdefault(canonical_json(value), (value, []))[1].append((line, content))
    for value, group in groups.values():
        yield from _split(group, (*label, value), stages[1:])


def _product(line: Line) -> Any:
    return line.get("name", line.get("sku"))


def _sku(line: Line) -> Any:
    return line.get("sku")


def _options(line: Line) -> Any:
    content = line_content(Part.OPTIONS, line)
    return [content.get("attributes"), content.get("components")]


def _configuration(line: Line) -> Any:
    return line.get("configurationId")


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=canonical_json)


def _scalar(value: Any) -> str | bool | int | Decimal | None:
    if isinstance(value, datetime):
        return spell_timestamp(value)
    if isinstance(value, float):
        # A float is what JMESPath computed; it is kept by its digits, as everything else is exact.
        return Decimal(str(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return value if isinstance(value, str | bool | int) else None
