"""One HTTP request as a simulator sees it, the reply it gives, and the refusal it raises."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulators.json_types import Record, to_bytes


class RefusedError(Exception):
    """A request that is answered with an error status; ``body`` is the JSON document of the answer."""

    def __init__(self, status: int, body: Record, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})

    @property
    def reply(self) -> "Reply":
        """The answer."""
        return Reply(self.status, to_bytes(self.body), {"Content-Type": "application/json", **self.headers})


def refused(status: int, message: str) -> RefusedError:
    """Build a refusal with a ``{"message": ...}`` body (docs/vendor/threekit.md 4).

    OpenText publishes no error schema (docs/vendor/opentext.md 3.6): using the same shape there is an assumption.
    """
    return RefusedError(status, {"message": message})


@dataclass(frozen=True)
class Request:
    """A request: ``path`` without query and trailing slash, ``query`` as decoded lists, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    path_values: Mapping[str, str] = field(default_factory=dict)

    def query_value(self, name: str) -> str | None:
        """Return one query value; None when absent. Raises a 422 refusal when it is given more than once."""
        values = self.query.get(name, [])
        if len(values) > 1:
            raise refused(422, f"query parameter {name} is given more than once")
        return values[0] if values else None

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters; empty when none is given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json_object(self, malformed_status: int) -> Record:
        """Return the body as a JSON object. Raises a refusal with ``malformed_status`` when it is not one."""
        document = json_document(self.body, malformed_status)
        if not isinstance(document, dict):
            raise refused(malformed_status, "the body is not a JSON object")
        return document


@dataclass(frozen=True)
class Reply:
    """An answer: status, body bytes, headers.

    ``stream`` takes the place of ``body`` where that would be large: it is read once, while the answer leaves, and each
    chunk is made under the server's lock.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None


def json_document(text: bytes, malformed_status: int) -> Any:
    """Read JSON out of a body, or out of a part of one. Raises a refusal with ``malformed_status`` when it is not."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise refused(malformed_status, f"the body is not JSON: {error}") from error


def json_reply(document: object, status: int = 200) -> Reply:
    """Build a JSON answer; both vendors answer 200 to a create (docs/vendor/threekit.md 4, opentext.md 3)."""
    return Reply(status, to_bytes(document), {"Content-Type": "application/json"})


def json_stream(chunks: Iterable[bytes]) -> Reply:
    """Build a JSON answer whose text is made while it leaves."""
    return Reply(200, headers={"Content-Type": "application/json"}, stream=chunks)


def split_target(target: str) -> tuple[str, dict[str, list[str]]]:
    """Split a request target into its path (no trailing slash) and its decoded query."""
    parts = urlsplit(target)
    path = parts.path.rstrip("/") or "/"
    return path, parse_qs(parts.query, keep_blank_values=True)
