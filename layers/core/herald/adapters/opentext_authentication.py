"""How Herald signs in to OpenText: HTTP Basic, or OAuth2 client credentials (docs/vendor/opentext.md 2.1 to 2.4)."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Protocol

from herald.adapters.credentials import credential, refusals_noted
from herald.adapters.http_client import HttpClient
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import Call
from herald.ports import Clock, Secrets

UNTOLD_LIFETIME: Final = timedelta(minutes=5)
"""For a token that does not say how long it lives: no lifetime is published (docs/vendor/opentext.md 2.3)."""
LONGEST_LIFETIME: Final = timedelta(hours=12)
MARGIN: Final = timedelta(seconds=60)


class Authentication(Protocol):
    """What a request to OpenText bears. Both methods raise ``CallFailed``, never a permanent one."""

    def header(self) -> str:
        """Return the value of ``Authorization``."""
        ...

    def renewed(self) -> str | None:
        """Return another value after a 401, or ``None`` if there is none to be had."""
        ...


class BasicAuthentication:
    """User id and password of the account, from ``{"basic": {"user_id", "password"}}`` of the secret."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def header(self) -> str:
        """Return the value for the secret as it is now."""
        return _basic(credential(self._secrets, "basic", "user_id"), credential(self._secrets, "basic", "password"))

    def renewed(self) -> str | None:
        """Return the value for a password that was replaced meanwhile, else ``None``."""
        refused = self.header()
        self._secrets.refused()
        return header if (header := self.header()) != refused else None


@dataclass(frozen=True, slots=True, repr=False)
class _Token:
    value: str
    until: datetime


class OAuth2Authentication:
    """A bearer token for ``{"oauth2": {"client_id", "client_secret"}}`` of the secret, kept while it lives.

    The request is the first of the two forms evidenced: Basic header and urlencoded body (docs/vendor/opentext.md 2.3).
    """

    def __init__(self, http: HttpClient, token_url: str, secrets: Secrets, clock: Clock) -> None:
        """``token_url`` must be of an origin that ``http`` allows."""
        self._http = http
        self._token_url = token_url
        self._secrets = secrets
        self._clock = clock
        self._token: _Token | None = None

    def header(self) -> str:
        """Return the token that is kept, or get one."""
        if self._token is None or self._clock() >= self._token.until:
            self._token = self._fetch()
        return f"Bearer {self._token.value}"

    def renewed(self) -> str | None:
        """Forget the token and get another."""
        self._token = None
        return self.header()

    def _fetch(self) -> _Token:
        client = _basic(
            credential(self._secrets, "oauth2", "client_id"), credential(self._secrets, "oauth2", "client_secret")
        )
        asked_at = self._clock()
        try:
            with refusals_noted(self._secrets):
                answer = self._http.call(
                    Call.READ, "POST", self._token_url,
                    headers={"Authorization": client, "Content-Type": "application/x-www-form-urlencoded"},
                    body=b"grant_type=client_credentials",
                )  # fmt: skip
        except CallFailed as failure:
            raise _no_token(failure) from None
        value = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value.strip():
            raise CallFailed(Fate.TRANSIENT, Reason.AUTHENTICATION, "the token endpoint's answer holds no access_token")
        return _Token(value, asked_at + usable_lifetime(answer.get("expires_in")))


def usable_lifetime(expires_in: Any) -> timedelta:
    """Return how long a token is used: somewhat shorter than the seconds its answer names, in whatever form."""
    told = UNTOLD_LIFETIME
    if isinstance(expires_in, str) and expires_in.isascii() and expires_in.isdigit():
        expires_in = Decimal(expires_in)
    if isinstance(expires_in, int | Decimal) and not isinstance(expires_in, bool) and expires_in > 0:
        told = timedelta(seconds=int(min(expires_in, int(LONGEST_LIFETIME.total_seconds()))))
    return told - min(MARGIN, told / 2)


def _no_token(failure: CallFailed) -> CallFailed:
    """Without a token nothing was submitted, and a wrong client or URL is no fault of the message: it waits."""
    if failure.fate is Fate.TRANSIENT:
        return failure
    return CallFailed(
        Fate.TRANSIENT, Reason.AUTHENTICATION, f"the token endpoint refused: {failure.detail}", status=failure.status
    )


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")
