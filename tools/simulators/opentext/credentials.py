"""Who calls: HTTP Basic, and OAuth2 client credentials with tokens that expire (docs/vendor/opentext.md 2)."""

import base64
import binascii
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from simulators.exchange import RefusedError, Reply, Request, json_reply

# Credentials of the simulator and of nothing else: they open no door anywhere.
USER_ID = "simulated-user"
USER_PASSWORD = "simulated-user-word"  # noqa: S105
TENANT = "simulated-tenant"
CLIENT_ID = "simulated-client"
CLIENT_SECRET = "simulated-client-word"  # noqa: S105


@dataclass(frozen=True)
class Account:
    """The one account a simulator knows: a Basic user and an OAuth2 client of a tenant."""

    user_id: str = USER_ID
    password: str = USER_PASSWORD
    tenant: str = TENANT
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET


class Credentials:
    """Gives tokens and checks every call; ``lifetime_seconds`` is asked for each token."""

    def __init__(self, account: Account, clock: Callable[[], datetime], lifetime_seconds: Callable[[], int]) -> None:
        self.account = account
        self._lifetime_seconds = lifetime_seconds
        self._clock = clock
        self._expiry: dict[str, datetime] = {}

    def issue(self, request: Request) -> Reply:
        """POST /tenants/{tenant}/oauth2/token: ``{"access_token", "token_type", "expires_in"}``.

        Takes Basic client with a urlencoded body (whatever its Content-Type says, as the official collection sends a
        wrong one), or a JSON body with client_id and client_secret (2.3). Wrong tenant or client: 401 with the fault
        body of 2.4. Another grant: 400 as in RFC 6749 5.2, since the vendor's answer is unknown.
        """
        form = _form(request)
        client = _basic(request) or (str(form.get("client_id", "")), str(form.get("client_secret", "")))
        known = (self.account.client_id, self.account.client_secret)
        if request.path_values["tenant"] != self.account.tenant or not _same(client, known):
            detail = {"errorcode": "oauth.v2.InvalidApiKey"}
            raise RefusedError(401, {"fault": {"faultstring": "Invalid ApiKey", "detail": detail}})
        if form.get("grant_type") != "client_credentials":
            raise RefusedError(400, {"error": "unsupported_grant_type"})
        token, lifetime = secrets.token_urlsafe(24), self._lifetime_seconds()
        self._expiry[token] = self._clock() + timedelta(seconds=lifetime)
        return json_reply({"access_token": token, "token_type": "Bearer", "expires_in": lifetime})

    def check(self, request: Request) -> None:
        """Raise a 401 refusal unless the call carries the Basic user or a token that has not expired."""
        header = request.headers.get("authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme.lower() == "bearer":
            expiry = self._expiry.get(value.strip())
            if expiry is not None and self._clock() < expiry:
                return
            raise _unauthorised("the token is unknown or has expired")
        user = _basic(request)
        if user is None or not _same(user, (self.account.user_id, self.account.password)):
            raise _unauthorised("Basic or Bearer authorization is required")

    def revoke_all(self) -> None:
        """Make every token given so far worthless."""
        self._expiry.clear()


def _unauthorised(message: str) -> RefusedError:
    return RefusedError(401, {"message": message}, {"WWW-Authenticate": 'Basic realm="mra"'})


def _same(given: tuple[str, str], known: tuple[str, str]) -> bool:
    return all(secrets.compare_digest(one.encode(), other.encode()) for one, other in zip(given, known, strict=True))


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, word = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, word


def _form(request: Request) -> dict[str, Any]:
    text = request.body.decode(errors="replace").strip()
    if not text.startswith("{"):
        return {name: values[0] for name, values in parse_qs(text).items()}
    try:
        form = json.loads(text)
    except ValueError as error:
        raise RefusedError(400, {"error": "invalid_request"}) from error
    return form if isinstance(form, dict) else {}
