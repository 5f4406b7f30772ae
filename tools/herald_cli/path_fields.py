"""What a JMESPath expression over the facts reads, found in its syntax: variables, and fields that no facts have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jmespath

from herald.domain.facts_schema import RECORDS, FieldType, Kind, ListOf, Record
from herald_cli.findings import Finding, did_you_mean
from herald_cli.yaml_reader import Document, Keys

_UNKNOWN = None
"""Of what shape it is cannot be told, so nothing is said of its fields."""


@dataclass
class PathFields:
    """The variables a path reads, and the names that are no field of a record.

    What may be of any shape, as ``data`` or the outcome of a function, has any field.
    """

    path: str
    variables: list[str] = field(default_factory=list)
    unknown: list[tuple[str, Record]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._facts = Record("facts", {**RECORDS, "data": Kind.SCALARS, "now": Kind.TIME})
        self._visit(jmespath.compile(self.path).parsed, self._facts)

    def findings(self, document: Document, at: Keys) -> Iterator[Finding]:
        """Yield a finding for each name that is no field."""
        for name, record in self.unknown:
            fix = did_you_mean(name, record.fields)
            if record is self._facts:
                yield document.finding(at, "unknown-name", f"`{name}` is nothing that events offer", fix)
            else:
                message = f"`{name}` is no field of {record.name.lower()}"
                yield document.finding(at, "unknown-field", message, fix)

    def _visit(self, node: Mapping[str, Any], of: FieldType | None) -> FieldType | None:
        """Read an expression that is applied to something of that shape; return the shape of what it finds."""
        kind, children = node["type"], node["children"]
        if kind == "field":
            return self._field(node["value"], of)
        if kind in ("subexpression", "pipe", "current", "identity"):
            for child in children:
                of = self._visit(child, of)
            return of
        if kind in ("projection", "filter_projection"):
            item = _item(self._visit(children[0], of))
            found, *_ = [self._visit(child, item) for child in children[1:]]
            return ListOf(found) if isinstance(found, Record) else found
        if kind in ("flatten", "index_expression"):
            found = self._visit(children[0], of)
            return _item(found) if children[1:] and children[1]["type"] == "index" else found
        # What stands behind `*` and `&` is applied to something else.
        for child in children[:1] if kind == "value_projection" else () if kind == "expref" else children:
            self._visit(child, of)
        return _UNKNOWN

    def _field(self, name: str, of: FieldType | None) -> FieldType | None:
        if not isinstance(of, Record):
            return _UNKNOWN
        if name not in of.fields:
            self.unknown.append((name, of))
        elif of is self._facts:
            self.variables.append(name)
        return of.fields.get(name, _UNKNOWN)


def _item(found: FieldType | None) -> FieldType | None:
    return found.record if isinstance(found, ListOf) else _UNKNOWN
