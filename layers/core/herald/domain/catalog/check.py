"""Check: a question that is asked of every item."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity


class Requirement(StrEnum):
    """What an item needs to be sold; a finding takes away from one of them."""

    ASSET = "asset"
    PRICE = "price"
    ATTRIBUTES = "attributes"
    TRANSLATION = "translation"
    METADATA = "metadata"


Settings = Mapping[str, Any]
Run = Callable[[CatalogItem, Surroundings, Settings], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``settings`` are the names it knows with their defaults, ``severity`` is where the scale begins.

    ``run`` is pure: equal items in equal surroundings with equal settings have equal findings.
    """

    name: str
    about: str
    severity: Severity
    requirement: Requirement
    run: Run
    settings: Settings = field(default_factory=dict)
