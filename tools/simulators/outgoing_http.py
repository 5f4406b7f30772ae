"""One HTTP request out of a simulator."""

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit


def send(method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout_seconds: float) -> int:
    """Send a request on a connection of its own and return the status of the answer; redirects are not followed.

    Raises OSError or http.client.HTTPException when there is no answer within ``timeout_seconds``.
    """
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_seconds)
    try:
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
