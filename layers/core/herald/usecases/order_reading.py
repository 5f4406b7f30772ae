"""The objects an event is about, read again at their source."""

from collections.abc import Mapping
from typing import Any

from herald.domain.event import Event, Origin, Trust
from herald.domain.facts import SourceObjects
from herald.ports import Threekit
from herald.usecases.matters import MILESTONE_REACHED

MOST_CONFIGURATIONS = 100
"""Anybody with a public token can make an order (docs/vendor/threekit.md 2.1); none may keep the function for ever."""


class UnverifiableError(Exception):
    """An unsigned hint about something that cannot be read again."""


def reads_order(event_type: str) -> bool:
    """Say whether the order is read again for events of a type."""
    return event_type.startswith("threekit.order.") or event_type == MILESTONE_REACHED


def read_objects(event: Event, threekit: Threekit) -> SourceObjects:
    """Return the objects an event is about, as Threekit has them now.

    A body from Threekit is a hint whatever door it came by, so its order (with the saved configurations) or job is read
    again; a milestone's order is read because the body only names it. A signed connector event is its own proof, and a
    workflow's callback is taken at its word, since its source was configured as one. Raises ``UnverifiableError`` for
    any other unsigned event and ``CallFailed`` if Threekit cannot be read.
    """
    if reads_order(event.type):
        order = threekit.order(event.object_id)
        return SourceObjects(order=order, configurations=threekit.configurations(configuration_ids(order)))
    if event.type.startswith("threekit.job."):
        return SourceObjects(job=threekit.job(event.object_id))
    if event.trust is Trust.SIGNED or event.origin is Origin.CALLBACK:
        return SourceObjects()
    raise UnverifiableError(f"{event.type} is unsigned and cannot be read again at its source")


def configuration_ids(order: Mapping[str, Any]) -> list[str]:
    """Return the saved configurations a cart names, each once, the first hundred (docs/vendor/threekit.md 2.1)."""
    cart = order.get("cart")
    lines = cart if isinstance(cart, list) else []
    ids = (line.get("configurationId") for line in lines if isinstance(line, Mapping))
    return list(dict.fromkeys(value for value in ids if isinstance(value, str) and value))[:MOST_CONFIGURATIONS]
