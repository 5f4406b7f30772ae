"""The OpenAPI document of the HTTP API, generated from the code that answers it."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

from herald.domain.media_type import CLOUDEVENTS_BATCH
from herald.domain.strict_json import MAX_DIGITS, MAX_EXPONENT
from herald.runtime.receiver import Limits
from herald_cli.event_schemas import Schema
from herald_cli.openapi_answers import answer_schemas, answers
from herald_cli.openapi_bodies import body_schemas
from herald_cli.openapi_doors import DOORS, Door
from herald_cli.openapi_routes import Route, declared_routes
from herald_cli.openapi_security import security, security_schemes, source_parameter, token_parameter

ROOT = Path(__file__).resolve().parents[2]

_LIMITS = Limits()
_PARAGRAPHS = (
    "Two doors. A request is authenticated over its raw bytes, read, and recorded before it is answered: a 2xx means "
    "recorded, and what is refused reaches nobody. The same event again is answered 200.",
    "A source must satisfy every scheme its entry in the secret has: secret path token, static header, HTTP Basic, "
    "signature (Standard Webhooks). An unknown source and a wrong credential get the same answer.",
    f"A body is JSON in UTF-8 of at most {_LIMITS.max_body_bytes} bytes, with arrays and objects nested at most "
    f"{_LIMITS.max_json_depth} deep, no name twice in one object, no half of a surrogate pair, and numbers of at most "
    f"{MAX_DIGITS} significant digits between ten to the power of -{MAX_EXPONENT} and {MAX_EXPONENT}. A schema cannot "
    "say this; what breaks it is answered 400 or 413.",
    "API Gateway answers by itself, with a message and no problem document: 404 for any other route or method, 413 for "
    "bodies of megabytes, 429 for too many requests, 500 and 503 where the function cannot be reached or ends without "
    "an answer.",
)


def openapi_document() -> dict[str, Any]:
    """Return the document (OpenAPI 3.1)."""
    paths: dict[str, Any] = {}
    responses: dict[str, Any] = {}
    for route in declared_routes(ROOT / "template.yaml"):
        door = DOORS.get(route.function)
        if door is None:
            raise ValueError(
                f"{route.path} leads to {route.function}, which herald_cli.openapi_doors does not describe"
            )
        given = answers(batches=CLOUDEVENTS_BATCH in door.media_types, never=door.never)
        responses |= {f"{route.function}.{status}": answer for status, answer in given.items()}
        paths.setdefault(route.path, {})[route.method] = _operation(route, door, list(given))
    return {
        "openapi": "3.1.0",
        "info": {"title": "Herald", "version": version("herald"), "description": "\n\n".join(_PARAGRAPHS)},
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.{suffix}",
                "description": "The output ApiUrl of the stack",
                "variables": {
                    "api": {"default": "abcde12345"}, "region": {"default": "us-east-1"},
                    "suffix": {"default": "amazonaws.com"},
                },
            }
        ],
        "paths": paths,
        "components": {
            "schemas": body_schemas() | answer_schemas(), "responses": responses,
            "securitySchemes": security_schemes(),
            "parameters": {"source": source_parameter(), "token": token_parameter()},
        },
    }  # fmt: skip


def _operation(route: Route, door: Door, statuses: list[str]) -> dict[str, Any]:
    token = "{token}" in route.path
    names = ("source", "token") if token else ("source",)
    return {
        "operationId": f"{route.function}_with_token" if token else route.function,
        "summary": door.summary,
        "description": door.description,
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
        "security": security(token=token),
        "requestBody": {
            "required": True,
            "content": {media_type: {"schema": _any_of(door, media_type)} for media_type in door.media_types},
        },
        "responses": {status: {"$ref": f"#/components/responses/{route.function}.{status}"} for status in statuses},
    }


def _any_of(door: Door, media_type: str) -> Schema:
    refs = [{"$ref": f"#/components/schemas/{name}"} for name in door.schemas_of(media_type)]
    return refs[0] if len(refs) == 1 else {"anyOf": refs}
