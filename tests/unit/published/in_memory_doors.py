"""Both doors behind a transport of ``requests``: what the gateway does, without a network."""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from tests.builders import MovingClock
from tests.unit.ingress.door import Door, callback_door
from urllib3 import HTTPResponse

from herald_cli.openapi import ROOT
from herald_cli.openapi_routes import declared_routes

BASE_URL = "https://herald.invalid"


def doors(secrets: Mapping[str, Mapping[str, Any]]) -> dict[str, Door]:
    """A door for each function, with its secret, as of now."""
    webhook, callback = secrets["threekit_webhook"], secrets["opentext_callback"]
    return {
        "threekit_webhook": Door(secret=lambda: webhook, clock=_now()),
        "opentext_callback": callback_door(callback, clock=_now()),
    }


def session_to(to: Mapping[str, Door]) -> requests.Session:
    """A session whose requests to ``BASE_URL`` reach the doors, and whose others reach nobody."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount(BASE_URL, InMemoryGateway(to))
    return session


class InMemoryGateway(HTTPAdapter):
    """Routes as ``template.yaml`` says."""

    def __init__(self, to: Mapping[str, Door]) -> None:
        super().__init__()
        self.doors = to
        self.routes = [
            (route.method.upper(), re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)), route.function)
            for route in declared_routes(ROOT / "template.yaml")
        ]

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        """Answer as the function behind the route does, or as the gateway where there is none."""
        path = urlsplit(request.url or "").path
        for method, shape, function in self.routes:
            if method == request.method and (found := shape.fullmatch(path)):
                answer = self.doors[function].receiver(_event(request, found.groupdict()))
                return self._response(request, answer["statusCode"], answer["headers"], answer["body"])
        return self._response(request, 404, {"content-type": "application/json"}, '{"message":"Not Found"}')

    def _response(self, request: PreparedRequest, status: int, headers: Mapping[str, str], body: str) -> Response:
        raw = HTTPResponse(BytesIO(body.encode()), dict(headers), status, preload_content=False)
        return self.build_response(request, raw)


def _event(request: PreparedRequest, path_parameters: Mapping[str, str]) -> dict[str, Any]:
    body = request.body or b""
    return {
        "version": "2.0",
        "headers": {name.lower(): _text(value) for name, value in request.headers.items()},
        "requestContext": {"requestId": "JKJaXmPLvHcESHA="},
        "pathParameters": {name: unquote(value) for name, value in path_parameters.items()},
        "body": b64encode(body if isinstance(body, bytes) else str(body).encode()).decode(),
        "isBase64Encoded": True,
    }


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _now() -> MovingClock:
    return MovingClock(datetime.now(UTC))
