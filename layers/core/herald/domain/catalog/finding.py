"""Finding: one check's word about one item in one scan. An issue is made of the findings that share a cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from herald.domain.canonical import short_id


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with an item.

    ``cause`` is what is at fault, as ``<kind>/<id>``: ``item/<id>`` for the item itself, else what several items share
    (``asset/<id>``, ``tag/<id or name>``, ``pricebook/<id>``, ``text/<locale>/<hash>``). It is made of ids, so that it
    survives renaming and moving. ``detail`` tells apart what one check finds wrong at one item: an attribute's id, a
    pricebook with a currency. ``scope`` is the language or ``<pricebook>/<currency>`` it is confined to; empty: all.
    ``message`` is one line for people. ``evidence`` is what was seen: names, values, as JSON holds them. ``doubt`` are
    assets that the list does not have: each is asked for before the finding is told.
    """

    check: str
    cause: str
    message: str
    detail: str = ""
    scope: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    doubt: tuple[str, ...] = ()

    @property
    def issue_id(self) -> str:
        """The id of the issue it belongs to: one per check and cause."""
        return issue_id(self.check, self.cause)


def issue_id(check: str, cause: str) -> str:
    """Return ``iss_`` and 26 characters: the same for the same check and cause, whatever anything is called."""
    return short_id("iss", check, cause)
