"""Where OpenText sends WhatsApp replies: one URL per account, registered over its API (docs/vendor/opentext.md 5)."""

from collections.abc import Mapping
from typing import Any

import httpx

from herald.adapters.http_client import HttpClient
from herald.adapters.opentext_authentication import Authentication, BasicAuthentication, OAuth2Authentication
from herald.adapters.opentext_whatsapp import WhatsAppWebhook
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.domain.errors import CallFailed, ConfigurationError
from herald.runtime.bootstrap.world import utc_now
from herald_cli.connection import Connection

ROUTE = "/callbacks/opentext/"
KIND = "whatsapp-replies"


def webhook(connection: Connection) -> WhatsAppWebhook:
    """Return the registration of the stack's account, signed in as the stack is. Raises ``ConfigurationError``."""
    secrets = SecretsManagerSecrets(connection.secretsmanager(), connection.output("OpenTextSecretId"), utc_now)
    base_url = connection.opentext_url
    token_url = connection.parameters.get("OpenTextTokenUrl", "")
    way = connection.parameters.get("OpenTextAuth") or ("basic" if "basic" in secrets.get() else "oauth2")
    authentication: Authentication = BasicAuthentication(secrets)
    http = HttpClient([base_url], utc_now)
    if way == "oauth2":
        if not token_url:
            raise ConfigurationError("the stack has no OpenTextTokenUrl: set that parameter and deploy again")
        http = HttpClient([base_url, token_url], utc_now)
        authentication = OAuth2Authentication(http, token_url, secrets, utc_now)
    return WhatsAppWebhook(http, base_url, authentication)


def unregistered(connection: Connection) -> bool:
    """Register nothing any more; false if nothing was registered. Raises ``CallFailed``."""
    try:
        webhook(connection).unregister()
    except CallFailed as failure:
        if failure.status != httpx.codes.NOT_FOUND:
            raise
        return False
    return True


def source_at(connection: Connection, url: str) -> str | None:
    """Return the stack's source of WhatsApp replies that a URL leads to, or ``None`` if it is none of them."""
    for name, settings in connection.secret("CallbackSecretId").get("sources", {}).items():
        if isinstance(settings, Mapping) and settings.get("kind") == KIND and url in _urls(connection, name, settings):
            return str(name)
    return None


def without_token(url: str) -> str:
    """Return a URL without the token that the path of one of Herald's routes ends with."""
    before, route, after = url.partition(ROUTE)
    source, slash, _token = after.partition("/")
    return f"{before}{route}{source}/***" if slash else url


def _urls(connection: Connection, name: str, settings: Mapping[str, Any]) -> list[str]:
    """Return the URLs by which a source may come: a registration can carry no header, so a token is all there is."""
    given = settings.get("path_token")
    tokens = given if isinstance(given, list) else [given]
    return [f"{connection.api_url}{ROUTE}{name}/{token}" for token in tokens if token]
