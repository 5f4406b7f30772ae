"""Sends a sample the way its real sender would, with the credentials the stack holds for that source."""

import json
import time
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import httpx

from herald.domain.errors import ConfigurationError
from herald.domain.media_type import CLOUDEVENT, CLOUDEVENTS_BATCH, JSON
from herald.domain.standard_webhooks import read_key, sign
from herald_cli.connection import Connection

TIMEOUT_SECONDS = 15.0


class Door(StrEnum):
    """Which of the two receiving functions a body is for."""

    WEBHOOK = "webhook"
    CALLBACK = "callback"


_ROUTES = {Door.WEBHOOK: "webhooks/threekit", Door.CALLBACK: "callbacks/opentext"}
_SECRETS: dict[Door, Literal["WebhookSecretId", "CallbackSecretId"]] = {
    Door.WEBHOOK: "WebhookSecretId",
    Door.CALLBACK: "CallbackSecretId",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the HTTP API said."""

    status: int
    body: Any
    url: str


def send(connection: Connection, body: bytes, source: str, door: Door | None = None) -> Answer:
    """POST a body to a door, or to the one it is for. Raises ``ConfigurationError`` if no secret knows the source."""
    told = _parsed(body)
    door = door or door_by_shape(told) or _door_of_source(connection, source)
    credentials, route = _sources(connection, door).get(source), _ROUTES[door]
    if not credentials:
        secret_id = connection.output(_SECRETS[door])
        raise ConfigurationError(f"the secret {secret_id} has no source {source!r}: add it there")
    path, headers = authenticated(f"/{route}/{source}", body, credentials)
    url = connection.api_url + path
    try:
        response = httpx.post(
            url, content=body, headers={"content-type": content_type(told), **headers}, timeout=TIMEOUT_SECONDS
        )
    except httpx.HTTPError as error:
        raise ConfigurationError(
            f"{connection.api_url} cannot be reached: {type(error).__name__}. Is the stack up?"
        ) from None
    try:
        answer = response.json()
    except ValueError:
        answer = response.text
    return Answer(response.status_code, answer, f"{connection.api_url}/{route}/{source}")


def authenticated(path: str, body: bytes, credentials: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the path and the headers that satisfy every scheme a source has."""
    headers: dict[str, str] = {}
    if token := first(credentials.get("path_token")):
        path = f"{path}/{token}"
    if header := credentials.get("header"):
        headers[header["name"]] = first(header["value"])
    if basic := first(credentials.get("basic")):
        headers["authorization"] = "Basic " + b64encode(f"{basic['username']}:{basic['password']}".encode()).decode()
    if keys := credentials.get("hmac"):
        headers |= signature_headers(read_key(first(keys)), f"msg_{uuid.uuid4().hex}", body)
    return path, headers


def signature_headers(key: bytes, message_id: str, body: bytes) -> dict[str, str]:
    """Return the three headers of Standard Webhooks for a body, as of now."""
    timestamp = str(int(time.time()))
    signature = sign(key, message_id.encode(), timestamp.encode(), body).decode("ascii")
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def first(value: Any) -> Any:
    """Return the first of several live values of a credential, or the only one."""
    return value[0] if isinstance(value, list) else value


def door_by_shape(told: Any) -> Door | None:
    """Return the door a parsed body is for; ``None`` if it could be sent to either, as a CloudEvent can."""
    if isinstance(told, list):
        return Door.WEBHOOK
    if isinstance(told, dict) and told.keys() >= {"topic", "action"}:
        return Door.WEBHOOK
    return Door.CALLBACK if isinstance(told, dict) and "job_id" in told else None


def content_type(told: Any) -> str:
    """Return the media type under which a parsed body is sent."""
    if isinstance(told, list):
        return CLOUDEVENTS_BATCH
    return CLOUDEVENT if isinstance(told, dict) and "specversion" in told else JSON


def _door_of_source(connection: Connection, source: str) -> Door:
    return Door.CALLBACK if source in _sources(connection, Door.CALLBACK) else Door.WEBHOOK


def _sources(connection: Connection, door: Door) -> dict[str, Any]:
    sources: dict[str, Any] = connection.secret(_SECRETS[door]).get("sources", {})
    return sources


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
