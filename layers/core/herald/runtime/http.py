"""Requests in and answers out of an API Gateway HTTP API, payload format 2.0."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of refusal or failure. ``slug`` ends its type's relative URI (RFC 9457)."""

    slug: str
    status: int
    title: str


BODY_ENCODING = Problem("body-encoding", 400, "The body cannot be decoded")
JSON_REFUSED = Problem("json", 400, "The body is not acceptable JSON")
CREDENTIALS = Problem("credentials", 401, "The sender was not recognised")
UNSIGNED = Problem("unsigned", 403, "The body must be signed")
ID_CONFLICT = Problem("id-conflict", 409, "The id is known with another body")
BODY_TOO_LARGE = Problem("body-too-large", 413, "The body is too large")
CONTENT_TYPE = Problem("content-type", 415, "The content type is not taken")
ENVELOPE = Problem("envelope", 422, "The body describes no event")
RESERVED_TYPE = Problem("reserved-type", 422, "The event type is reserved")
UNEXPECTED = Problem("unexpected", 500, "Something went wrong")
UNAVAILABLE = Problem("unavailable", 503, "The event could not be recorded")

RETRY_AFTER_SECONDS = 30
_EXTRA_HEADERS: Mapping[Problem, Mapping[str, str]] = {
    # RFC 9110 wants a challenge on every 401; it is the same for every source, so that it tells none apart.
    CREDENTIALS: {"www-authenticate": 'Basic realm="herald", charset="UTF-8"'},
    UNAVAILABLE: {"retry-after": str(RETRY_AFTER_SECONDS)},
}


class ProblemError(Exception):
    """Ends a request with a problem document. ``detail`` and ``members`` hold nothing of what was sent."""

    def __init__(self, problem: Problem, detail: str, **members: Any) -> None:
        super().__init__(f"{problem.slug}: {detail}")
        self.problem = problem
        self.detail = detail
        self.members = members


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was sent: header names in lower case, the body as raw bytes."""

    headers: Mapping[str, str] = field(repr=False)
    path_parameters: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def request_id(event: Mapping[str, Any]) -> str:
    """Return API Gateway's id of the request; empty if it gave none."""
    context = event.get("requestContext")
    value = context.get("requestId") if isinstance(context, Mapping) else None
    return value if isinstance(value, str) else ""


def read_request(event: Mapping[str, Any], *, max_body_bytes: int) -> Request:
    """Return the request. Raises ``ProblemError`` (400, 413) if its body cannot be decoded or is too large."""
    headers = {name.lower(): value for name, value in _texts(event.get("headers")).items()}
    body = _body(event, max_body_bytes)
    if len(body) > max_body_bytes:
        raise _too_large(max_body_bytes)
    return Request(headers, _texts(event.get("pathParameters")), body)


def json_response(status: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with a JSON body."""
    return _response(status, document, {"content-type": "application/json"})


def problem_response(problem: Problem, detail: str, instance: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer with an RFC 9457 problem document; ``instance`` is the request's id."""
    document = {
        **members, "type": f"/problems/{problem.slug}", "title": problem.title, "status": problem.status,
        "detail": detail,
    }  # fmt: skip
    if instance:
        document["instance"] = instance
    headers = {"content-type": "application/problem+json", **_EXTRA_HEADERS.get(problem, {})}
    return _response(problem.status, document, headers)


def _response(status: int, document: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {**headers, "cache-control": "no-store"},
        "body": json.dumps(document, separators=(",", ":")),
        "isBase64Encoded": False,
    }


def _body(event: Mapping[str, Any], max_body_bytes: int) -> bytes:
    body = event.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise ProblemError(BODY_ENCODING, "the body must be a text")
    if not event.get("isBase64Encoded"):
        # Half a surrogate pair is no UTF-8; it is kept here and refused with its reason where the JSON is read.
        return body.encode("utf-8", "surrogatepass")
    if len(body) > (max_body_bytes + 2) // 3 * 4:
        raise _too_large(max_body_bytes)
    try:
        return b64decode(body, validate=True)
    except ValueError:
        raise ProblemError(BODY_ENCODING, "the body is not the base64 it is said to be") from None


def _too_large(max_body_bytes: int) -> ProblemError:
    return ProblemError(BODY_TOO_LARGE, f"the body may have at most {max_body_bytes} bytes")


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {name: text for name, text in value.items() if isinstance(name, str) and isinstance(text, str)}
