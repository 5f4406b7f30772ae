"""Publishes what the inbox recorded, as references, on the bus."""

from typing import Any

from herald.runtime.bootstrap.event_relay import relay
from herald.runtime.stream import references


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Relay one batch of the inbox table's stream; raises so that a refused batch comes again."""
    relay()(references(event))
