"""Whether answers are what ``docs/openapi.json`` says, for requests that Schemathesis generates from it."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests import PreparedRequest
from requests.auth import AuthBase
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from herald.domain.media_type import JSON
from herald_cli.openapi import ROOT
from herald_cli.openapi_doors import DOORS
from herald_cli.openapi_routes import declared_routes
from herald_cli.send import authenticated

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
FUNCTIONS: Mapping[str, str] = {route.path: route.function for route in declared_routes(ROOT / "template.yaml")}
"""The function behind each path."""
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
PATIENCE_SECONDS = 60.0
_BEYOND_SCHEMAS = ("a number has more than", "a number is beyond")
"""What a body may break though a schema cannot say it."""


@dataclass(frozen=True)
class Sender:
    """A source of a function's door, and its entry in the secret."""

    function: str
    source: str
    entry: Mapping[str, Any]

    def may_use(self, path: str) -> bool:
        """Say whether it is spoken to by that path: with a token if it has one."""
        return FUNCTIONS[path] == self.function and ("{token}" in path) == ("path_token" in self.entry)

    @property
    def path_parameters(self) -> dict[str, str]:
        """What stands in its path."""
        path, _ = authenticated(self.source, b"", self.entry)
        return dict(zip(("source", "token"), path.split("/"), strict=False))

    def bodies(self) -> dict[str, tuple[str, ...]]:
        """The schemas its bodies may have, by media type: those of its kind, and CloudEvents only where it may."""
        door = DOORS[self.function]
        bodies = door.bodies[self.entry.get("kind") or next(iter(door.bodies))]
        if self.function == "threekit_webhook" and "hmac" not in self.entry:
            return {JSON: ("ThreekitWebhook",)}
        return dict(bodies)


def senders(function: str, secret: Mapping[str, Any]) -> Iterator[Sender]:
    """Every source of a function's secret."""
    for source, entry in secret["sources"].items():
        yield Sender(function, source, entry)


class _SignedIn(AuthBase):
    """Adds what a source must present, over the body as it will be sent."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        body = request.body or b""
        _, headers = authenticated("", body if isinstance(body, bytes) else str(body).encode(), self.sender.entry)
        request.headers.update(headers)
        return request


def check_sender(
    path: str, sender: Sender, session: requests.Session, base_url: str, mode: GenerationMode, examples: int
) -> None:
    """Send what the document allows the sender or, by mode, does not; hold the answers to the document."""

    @_bounded(examples)
    @given(_operation(_of_sender(path, sender), path).as_strategy(mode, path_parameters=sender.path_parameters))
    def check(case: Case[Any]) -> None:
        response = case.call(base_url, session, auth=_SignedIn(sender), timeout=PATIENCE_SECONDS)
        case.validate_response(response, checks=CHECKS)
        if mode.is_positive:
            assert _is_taken(response.status_code, response.json()), f"{response.json()} for {case.body!r}"
        assert response.status_code != 401

    check()


def check_strangers(path: str, session: requests.Session, base_url: str, examples: int) -> None:
    """Send what the document allows from a sender nobody knows; the answer must be the documented 401."""

    @_bounded(examples)
    @given(_operation(copy.deepcopy(DOCUMENT), path).as_strategy())
    def check(case: Case[Any]) -> None:
        response = case.call(base_url, session, timeout=PATIENCE_SECONDS)
        case.validate_response(response, checks=CHECKS)
        assert response.status_code == 401

    check()


def _bounded(examples: int) -> settings:
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def _operation(document: dict[str, Any], path: str) -> Any:
    configuration = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    return schemathesis.openapi.from_dict(document, config=configuration)[path]["POST"]


def _of_sender(path: str, sender: Sender) -> dict[str, Any]:
    """The document with only the bodies that are the sender's."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"][path]["post"]["requestBody"]["content"] = {
        media_type: {"schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}}
        for media_type, names in sender.bodies().items()
    }
    return document


def _is_taken(status: int, answer: Mapping[str, Any]) -> bool:
    """Say whether a body that is as documented was taken: recorded, known, or of an id known with another body."""
    return status in (200, 202, 409) or (status == 400 and str(answer["detail"]).startswith(_BEYOND_SCHEMAS))
