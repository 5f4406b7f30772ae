"""Checks that a stack can work: configuration, credentials, reachability; each finding with its fix."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from herald.domain.errors import ConfigurationError
from herald_cli.connection import Connection

TIMEOUT_SECONDS = 5.0


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``fix`` says what to do, empty where nothing is to be done."""

    check: str
    health: Health
    detail: str
    fix: str = ""


def examine(connection: Connection) -> Iterator[Finding]:
    """Yield one finding per check, in the order in which they build on each other."""
    yield _configuration(connection)
    yield from _sources(connection, "WebhookSecretId", "webhook")
    yield from _sources(connection, "CallbackSecretId", "callback")
    yield _reachable("HTTP API", connection.api_url, "check the stack's ApiUrl output, DNS and your network")
    yield from _threekit(connection)
    yield from _opentext(connection)
    yield from _dead_letters(connection)


def _guarded(check: str, fix: str, look: Callable[[], Finding]) -> Finding:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    try:
        return look()
    except ConfigurationError as error:
        return Finding(check, Health.BROKEN, str(error), fix)
    except (BotoCoreError, ClientError) as error:
        return Finding(
            check, Health.BROKEN, f"{type(error).__name__}: {error}", "check the AWS credentials and their rights"
        )


def _configuration(connection: Connection) -> Finding:
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415 - as above

    def look() -> Finding:
        active = configuration_store(connection).active()
        return Finding("configuration", Health.OK, f"{active.version} is active, {len(active.rules)} rules")

    return _guarded("configuration", "run `herald config apply`", look)


def _sources(connection: Connection, output: Any, name: str) -> Iterator[Finding]:
    check = f"{name} sources"

    def look() -> Finding:
        sources: Mapping[str, Any] = connection.secret(output).get("sources", {})
        if not sources:
            return Finding(
                check, Health.BROKEN, "no source is configured, so every request is refused",
                f'put {{"sources": {{"<name>": {{"path_token": "..."}}}}}} into {connection.outputs[output]}',
            )  # fmt: skip
        open_doors = [source for source, schemes in sources.items() if not schemes]
        if open_doors:
            return Finding(
                check, Health.BROKEN, f"without any scheme: {', '.join(open_doors)}", "give each source a scheme"
            )
        return Finding(check, Health.OK, ", ".join(f"{source} ({', '.join(sources[source])})" for source in sources))

    yield _guarded(check, f"put a JSON object into the secret {connection.outputs[output]}", look)


def _threekit(connection: Connection) -> Iterator[Finding]:
    base = connection.local.get("threekit_url") or connection.outputs.get("ThreekitBaseUrl", "")
    yield _reachable(
        "Threekit", f"{base}/api/orders/healthcheck", "check the parameter ThreekitBaseUrl and the network"
    )

    def look() -> Finding:
        token = connection.secret("ThreekitSecretId").get("private_token")
        if not token:
            raise ConfigurationError("the Threekit secret has no private_token")
        answer = httpx.get(
            f"{base}/api/orders",
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


def _opentext(connection: Connection) -> Iterator[Finding]:
    base = connection.local.get("opentext_url") or connection.outputs.get("OpenTextBaseUrl", "")
    yield _reachable("OpenText", base, "check the parameter OpenTextBaseUrl and the network")

    def look() -> Finding:
        secret = connection.secret("OpenTextSecretId")
        known = [kind for kind in ("basic", "oauth2") if secret.get(kind)]
        if not known:
            raise ConfigurationError("the OpenText secret has neither basic nor oauth2 credentials")
        return Finding("OpenText credentials", Health.OK, f"{', '.join(known)} present (a submit would prove them)")

    yield _calling(
        "OpenText credentials", 'put {"basic": {"user_id": "...", "password": "..."}} into the OpenText secret', look
    )


def _dead_letters(connection: Connection) -> Iterator[Finding]:
    queues = {
        key.removesuffix("Url"): url for key, url in connection.outputs.items() if key.endswith("DeadLetterQueueUrl")
    }

    def look(name: str, url: str) -> Finding:
        told = connection.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        count = int(told["Attributes"]["ApproximateNumberOfMessages"])
        if count:
            return Finding(
                name, Health.WARNING, f"{count} messages", "look at their `reason` attribute, then redrive them"
            )
        return Finding(name, Health.OK, "empty")

    for name, url in queues.items():
        yield _guarded(name, "check the stack", lambda name=name, url=url: look(name, url))  # type: ignore[misc]


def _calling(check: str, fix: str, look: Callable[[], Finding]) -> Finding:
    try:
        return _guarded(check, fix, look)
    except httpx.HTTPError as error:
        return Finding(check, Health.BROKEN, type(error).__name__, "see the reachability check above")


def _reachable(check: str, url: str, fix: str) -> Finding:
    try:
        answer = httpx.get(url, timeout=TIMEOUT_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding(f"{check} reachable", Health.BROKEN, f"{type(error).__name__} at {url}", fix)
    return Finding(f"{check} reachable", Health.OK, f"answers (HTTP {answer.status_code})")
