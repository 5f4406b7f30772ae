"""What the queues' messages hold: ids, never bodies."""

from collections.abc import Mapping
from typing import Any

from herald.domain.errors import PoisonError, Reason
from herald.domain.told import Told


def event_id(message: Mapping[str, Any]) -> str:
    """Return the event id in a message that EventBridge put on a queue. Raises ``PoisonError`` if there is none."""
    detail = message.get("detail")
    if not isinstance(detail, Mapping):
        raise PoisonError(Reason.MALFORMED_MESSAGE, "the message is no event of the bus: it has no detail")
    return text(detail, "event_id")


def told(message: Mapping[str, Any]) -> Told:
    """Return what a message of the write-back queue says. Raises ``PoisonError`` if it lacks any of it."""
    return Told(text(message, "object_id"), text(message, "about"), text(message, "event_id"))


def text(message: Mapping[str, Any], name: str) -> str:
    """Return a text the message must hold. Raises ``PoisonError`` if it does not."""
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise PoisonError(Reason.MALFORMED_MESSAGE, f"the message has no {name}")
    return value
