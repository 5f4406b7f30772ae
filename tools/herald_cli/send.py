"""Sends a sample the way its real sender would, with the credentials the stack holds for that source."""

import json
import time
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from herald.domain.errors import ConfigurationError
from herald.domain.standard_webhooks import read_key, sign
from herald_cli.connection import Connection

TIMEOUT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the HTTP API said."""

    status: int
    body: Any
    url: str


def send(connection: Connection, body: bytes, source: str) -> Answer:
    """POST a body to its route. Raises ``ConfigurationError`` if the stack's secret does not know the source."""
    route, output, content_type = _route(body)
    credentials = connection.secret(output).get("sources", {}).get(source)  # type: ignore[arg-type]
    if not credentials:
        raise ConfigurationError(f"the secret {connection.outputs[output]} has no source {source!r}: add it there")
    path, headers = authenticated(f"/{route}/{source}", body, credentials)
    url = connection.api_url + path
    try:
        response = httpx.post(
            url, content=body, headers={"content-type": content_type, **headers}, timeout=TIMEOUT_SECONDS
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


def _route(body: bytes) -> tuple[str, str, str]:
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    if isinstance(told, list):
        return "webhooks/threekit", "WebhookSecretId", "application/cloudevents-batch+json"
    if isinstance(told, dict) and "specversion" in told:
        return "webhooks/threekit", "WebhookSecretId", "application/cloudevents+json"
    if isinstance(told, dict) and "job_id" in told:
        return "callbacks/opentext", "CallbackSecretId", "application/json"
    return "webhooks/threekit", "WebhookSecretId", "application/json"
