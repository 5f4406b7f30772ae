"""Records what OpenText reports about its jobs, before it answers."""

from typing import Any

from herald.runtime.bootstrap.opentext_callback import receiver


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request of the HTTP API (payload format 2.0)."""
    return receiver()(event)
