"""The shape of the facts: which variables rules see, which fields each has, and of what kind a field is.

One table for three readers: building the facts, handing them to the rule engine, and checking rules before they ship.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    COUNT = "count"
    """A whole number, ``int``."""
    MONEY = "money"
    """An exact amount, ``Decimal``, with the digits of the order's currency."""
    TIME = "time"
    """An aware ``datetime``; rules see RFC 3339 text."""
    SCALARS = "scalars"
    """An open map of names to text, numbers and booleans; rules see every number in it as a double."""
    CHANNELS = "channels"
    """A list of channels. ``true`` at the source is all of them, and what names none is none."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named fields, each of which may be absent."""

    name: str
    fields: Mapping[str, "FieldType"]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of records."""

    record: Record


FieldType = Kind | Record | ListOf


PERSON = Record(
    "Person",
    {
        **dict.fromkeys(("name", "email", "phone", "fax", "country", "locale", "zone"), Kind.TEXT),
        "consent": Kind.CHANNELS,
    },
)

COMPONENT = Record("Component", {"sku": Kind.TEXT, "name": Kind.TEXT, "quantity": Kind.COUNT})

LINE = Record(
    "Line",
    {
        "sku": Kind.TEXT,
        "name": Kind.TEXT,
        "category": Kind.TEXT,
        "brand": Kind.TEXT,
        "quantity": Kind.COUNT,
        "unitPrice": Kind.MONEY,
        "lineTotal": Kind.MONEY,
        "configurationId": Kind.TEXT,
        "attributes": Kind.SCALARS,
        "components": ListOf(COMPONENT),
    },
)

ORDER = Record(
    "Order",
    {
        "id": Kind.TEXT,
        "shortId": Kind.TEXT,
        "name": Kind.TEXT,
        "status": Kind.TEXT,
        "currency": Kind.TEXT,
        "region": Kind.TEXT,
        "locale": Kind.TEXT,
        "total": Kind.MONEY,
        "quantity": Kind.COUNT,
        "lines": ListOf(LINE),
        "components": ListOf(COMPONENT),
        "attributes": Kind.SCALARS,
        "requester": PERSON,
        "customer": PERSON,
        "owner": PERSON,
        "createdAt": Kind.TIME,
        "updatedAt": Kind.TIME,
    },
)

JOB = Record(
    "Job",
    {
        "id": Kind.TEXT,
        "title": Kind.TEXT,
        "type": Kind.TEXT,
        "status": Kind.TEXT,
        "tasks": Kind.COUNT,
        "successes": Kind.COUNT,
        "failures": Kind.COUNT,
        "createdAt": Kind.TIME,
        "updatedAt": Kind.TIME,
    },
)

EVENT = Record(
    "Event",
    {
        "id": Kind.TEXT,
        "type": Kind.TEXT,
        "source": Kind.TEXT,
        "origin": Kind.TEXT,
        "trust": Kind.TEXT,
        "subject": Kind.TEXT,
        "time": Kind.TIME,
    },
)

MILESTONE = Record(
    "Milestone",
    {
        "name": Kind.TEXT,
        "place": Kind.COUNT,
        "previous": Kind.TEXT,
        "at": Kind.TIME,
    },
)

INCIDENT = Record(
    "Incident",
    {
        "id": Kind.TEXT,
        "system": Kind.TEXT,
        "state": Kind.TEXT,
        "failures": Kind.COUNT,
        "openedAt": Kind.TIME,
        "closedAt": Kind.TIME,
    },
)

RECORDS: Mapping[str, Record] = {
    "event": EVENT, "order": ORDER, "job": JOB, "milestone": MILESTONE, "incident": INCIDENT,
}  # fmt: skip
"""The variables with a fixed shape. Beside them rules see ``data`` (open), ``lists`` and ``now``."""

COMPUTED_IN_ORDER = frozenset({"total", "quantity", "lines", "components"})
COMPUTED_IN_LINE = frozenset({"lineTotal", "components"})
"""Fields that are computed before the rules, or mapped by a section of their own."""
