"""The event types rules can listen to, and which variables each of them offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.catalog.told_types import TYPES
from herald.domain.cloudevents import RESERVED_TYPES

APPROVAL_PREFIX = "approval."
"""How the types begin of what happens to approvals."""
BUDGET_REACHED = "herald.budget.reached"
OWN_TYPES = frozenset({*TYPES, BUDGET_REACHED})
"""Types whose body Herald itself has made. No connector may send them."""
ALWAYS = frozenset({"event", "lists", "now"})


@dataclass(frozen=True, slots=True)
class EventType:
    """A type Herald knows, and what it tells of."""

    name: str
    variables: tuple[str, ...]
    about: str
    mapped_as: str = ""
    """The type whose section of the mapping reads its order, where that is not its own."""


# That orders are told as `created` and `updated` is by analogy with the published jobs sample (docs/vendor/threekit.md
# 3.2).
BUILT_IN: Mapping[str, EventType] = {
    known.name: known
    for known in (
        EventType("threekit.order.created", ("order",), "an order was made in Threekit"),
        EventType("threekit.order.updated", ("order",), "an order changed in Threekit"),
        EventType("threekit.job.created", ("job", "incident"), "a job was begun in Threekit"),
        EventType("threekit.job.updated", ("job", "incident"), "a job of Threekit moved on or ended"),
        EventType("configuration.submitted", ("order",), "a storefront submitted a configuration for approval"),
        EventType("sync.failed", ("data", "incident"), "a connector to another system failed"),
        EventType("sync.recovered", ("data", "incident"), "a connector to another system works again"),
        EventType(
            "order.milestone.reached",
            ("order", "data", "milestone"),
            "an order reached a step of its production",
            mapped_as="threekit.order.updated",
        ),
        *(EventType(name, ("data",), about) for name, about in TYPES.items()),
        EventType(BUDGET_REACHED, ("data",), "so much of a budget is spent"),
        EventType("localization.completed", ("data",), "the texts of an item are there in a language"),
        EventType("regional.approval.completed", ("data",), "a region said whether an item may be sold there"),
    )
}


def is_connector_type(event_type: str) -> bool:
    """Say whether the body of such events itself is the truth: a signed connector's, or one that Herald made."""
    return event_type in OWN_TYPES or not event_type.startswith(RESERVED_TYPES)


def section_for(event_type: str, mapping: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the mapping's section for a type: the exact one, else that of the longest prefix before a ``*``."""
    if event_type in mapping:
        section: Mapping[str, Any] = mapping[event_type]
        return section
    fitting = [key for key in mapping if key.endswith("*") and event_type.startswith(key[:-1])]
    return mapping[max(fitting, key=len)] if fitting else None


def known_types(mapping: Mapping[str, Any]) -> frozenset[str]:
    """Return all types rules may listen to: the built-in ones, and connector types that the mapping names exactly."""
    named = {key for key in mapping if not key.endswith("*") and is_connector_type(key)}
    return frozenset(BUILT_IN) | named


def reading_of(event_type: str, mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the mapping's section that reads events of a type; empty if there is none."""
    known = BUILT_IN.get(event_type)
    return section_for(known.mapped_as or event_type if known else event_type, mapping) or {}


def variables_of(event_type: str, mapping: Mapping[str, Any]) -> frozenset[str]:
    """Return the variables a rule on this type can read."""
    section = reading_of(event_type, mapping)
    told = {name for name in ("order", "job") if name in section}
    own = {"milestone", "incident"} & set(BUILT_IN[event_type].variables if event_type in BUILT_IN else ())
    return ALWAYS | told | own | ({"data"} if is_connector_type(event_type) else set())
