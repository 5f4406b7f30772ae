"""Checks of the sources that may come in by Herald's two doors, as the functions read them."""

from collections.abc import Mapping
from typing import Any

from herald.runtime.bootstrap.opentext_callback import KINDS
from herald.runtime.source_credentials import ONE_KIND, read_sources
from herald_cli.connection import Connection, SecretOutput
from herald_cli.health import Finding, Health, guarded


def webhook_sources(connection: Connection) -> Finding:
    """Say who may come in by Threekit's door."""
    return _sources(connection, "webhook sources", "WebhookSecretId", ONE_KIND)


def callback_sources(connection: Connection) -> Finding:
    """Say who may come in by OpenText's door, and what each sends."""
    return _sources(connection, "callback sources", "CallbackSecretId", KINDS)


def _sources(connection: Connection, check: str, output: SecretOutput, kinds: tuple[str, ...]) -> Finding:
    def look() -> Finding:
        secret = connection.secret(output)
        sources = read_sources(secret, kinds)
        if sources.broken:
            detail = f"refused: {', '.join(sources.broken)}"
            fix = "; ".join(f"{name}: {problem}" for name, problem in sources.broken.items())
            return Finding(check, Health.BROKEN, detail, fix)
        if not sources.credentials:
            return Finding(
                check, Health.BROKEN, "no source is configured, so every request is refused",
                f'put {{"sources": {{"<name>": {{"path_token": "..."}}}}}} into {connection.output(output)}',
            )  # fmt: skip
        told = (_told(name, sources.kinds[name], secret["sources"][name]) for name in sources.credentials)
        return Finding(check, Health.OK, ", ".join(told))

    return guarded(check, f"put a JSON object into the secret {connection.outputs.get(output, output)}", look)


def _told(name: str, kind: str, settings: Mapping[str, Any]) -> str:
    schemes = ", ".join(scheme for scheme in settings if scheme != "kind")
    return f"{name} ({f'{kind}: ' if kind else ''}{schemes})"
