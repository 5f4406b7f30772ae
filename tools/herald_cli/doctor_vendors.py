"""Checks that the vendors can be reached and that credentials for them are there."""

from collections.abc import Callable, Iterator

import httpx

from herald.domain.errors import ConfigurationError
from herald_cli.connection import Connection
from herald_cli.health import TIMEOUT_SECONDS, Finding, Health, guarded, reachable


def threekit(connection: Connection) -> Iterator[Finding]:
    """Reach Threekit, and read orders with the private token."""
    yield reachable(
        "Threekit",
        lambda: f"{connection.threekit_url}/api/orders/healthcheck",
        "check the parameter ThreekitBaseUrl and the network",
    )

    def look() -> Finding:
        token = connection.secret("ThreekitSecretId").get("private_token")
        if not token:
            raise ConfigurationError("the Threekit secret has no private_token")
        answer = httpx.get(
            f"{connection.threekit_url}/api/orders",
            params={"perPage": 1},
            headers={"authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
        if answer.status_code != httpx.codes.OK:
            return Finding(
                "Threekit token",
                Health.BROKEN,
                f"HTTP {answer.status_code}",
                "create a private token in Settings > Tokens",
            )
        return Finding("Threekit token", Health.OK, "may read orders")

    yield _calling("Threekit token", 'put {"private_token": "..."} into the Threekit secret', look)


def opentext(connection: Connection) -> Iterator[Finding]:
    """Reach OpenText, and see which credentials are there: no call proves them without sending something."""
    yield reachable("OpenText", lambda: connection.opentext_url, "check the parameter OpenTextBaseUrl and the network")

    def look() -> Finding:
        secret = connection.secret("OpenTextSecretId")
        known = [kind for kind in ("basic", "oauth2") if secret.get(kind)]
        if not known:
            raise ConfigurationError("the OpenText secret has neither basic nor oauth2 credentials")
        return Finding("OpenText credentials", Health.OK, f"{', '.join(known)} present (a submit would prove them)")

    yield _calling(
        "OpenText credentials", 'put {"basic": {"user_id": "...", "password": "..."}} into the OpenText secret', look
    )


def _calling(check: str, fix: str, look: Callable[[], Finding]) -> Finding:
    try:
        return guarded(check, fix, look)
    except httpx.HTTPError as error:
        return Finding(check, Health.BROKEN, type(error).__name__, "see the reachability check above")
