"""Opens a report to whoever holds a link to it."""

from typing import Any

from herald.runtime.bootstrap.report_download import answer


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request of the HTTP API (payload format 2.0)."""
    return answer(event)
