"""Checks of the configuration in force."""

from herald.domain.configuration import Configuration
from herald_cli.connection import Connection, SecretOutput
from herald_cli.health import Finding, Health, guarded

APPLY = "run `herald config apply`"
DOORS: tuple[tuple[str, SecretOutput], ...] = (("/threekit/", "WebhookSecretId"), ("/opentext/", "CallbackSecretId"))


def configuration(connection: Connection) -> Finding:
    """Say which version is active."""

    def look() -> Finding:
        active = _active(connection)
        return Finding("configuration", Health.OK, f"{active.version} is active, {len(active.rules)} rules")

    return guarded("configuration", APPLY, look)


def milestones(connection: Connection) -> Finding:
    """Say which milestones an order can reach."""

    def look() -> Finding:
        names = [step.name for step in _active(connection).milestones]
        if not names:
            detail = "none: no event about a milestone can be decided"
            return Finding("milestones", Health.WARNING, detail, f"write config/milestones.yaml, then {APPLY}")
        return Finding("milestones", Health.OK, ", ".join(names))

    return guarded("milestones", APPLY, look)


def watched_sources(connection: Connection) -> Finding:
    """Say which sources are watched for silence; one that no secret names would be silent for ever."""
    check = "watched sources"

    def look() -> Finding:
        watched = _active(connection).silent_after
        if not watched:
            fix = f"write config/sources.yaml, then {APPLY}"
            return Finding(check, Health.WARNING, "none: a source that falls silent is not noticed", fix)
        known = {f"{prefix}{name}" for prefix, output in DOORS for name in connection.secret(output).get("sources", {})}
        unknown = sorted(watched.keys() - known)
        if unknown:
            fix = f"name them in config/sources.yaml as in the secrets, then {APPLY}"
            return Finding(check, Health.WARNING, f"no secret knows {', '.join(unknown)}", fix)
        return Finding(check, Health.OK, ", ".join(sorted(watched)))

    return guarded(check, f"{APPLY}, and put JSON objects into the secrets of both doors", look)


def _active(connection: Connection) -> Configuration:
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415 - only where AWS is asked

    return configuration_store(connection).active()
