"""Shows an approval to whoever holds a link to it, and takes what that person decides."""

from typing import Any

from herald.runtime.bootstrap.approval_page import answer


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request of the HTTP API (payload format 2.0)."""
    return answer(event)
