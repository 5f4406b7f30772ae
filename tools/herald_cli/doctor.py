"""Checks that a stack can work: configuration, memory, credentials, reachability, queues; each finding with its fix."""

from collections.abc import Iterator

from herald_cli.connection import Connection
from herald_cli.doctor_approvals import key, timers
from herald_cli.doctor_configuration import configuration, milestones, watched_sources
from herald_cli.doctor_doors import callback_sources, webhook_sources
from herald_cli.doctor_scans import bucket, schedules
from herald_cli.doctor_vendors import opentext, threekit
from herald_cli.health import Finding, Health, guarded, reachable
from herald_cli.redriven_queue import as_typed

__all__ = ["Finding", "Health", "examine"]

RELAY = "RelayDeadLetterQueue"


def examine(connection: Connection) -> Iterator[Finding]:
    """Yield one finding per check, in the order in which they build on each other."""
    yield configuration(connection)
    yield milestones(connection)
    yield watched_sources(connection)
    yield from _state(connection)
    yield bucket(connection)
    yield schedules(connection)
    yield key(connection)
    yield timers(connection)
    yield webhook_sources(connection)
    yield callback_sources(connection)
    yield reachable("HTTP API", lambda: connection.api_url, "check the stack's ApiUrl output, DNS and your network")
    yield from threekit(connection)
    yield from opentext(connection)
    yield from _dead_letters(connection)


def _state(connection: Connection) -> Iterator[Finding]:
    from herald.domain.gate import condition  # noqa: PLC0415 - only where AWS is asked
    from herald.runtime.bootstrap.world import utc_now  # noqa: PLC0415
    from herald_cli.ports_of_stack import opentext_gate, state_store  # noqa: PLC0415

    def readable() -> Finding:
        opentext_gate(state_store(connection))
        return Finding("state table", Health.OK, "may be read")

    def gate() -> Finding:
        stands = opentext_gate(state_store(connection))
        now = utc_now()
        if condition(stands, now) == "open":
            until = f"{stands.opened_until:%H:%M:%S} UTC" if stands.opened_until else "further notice"
            detail = f"open until {until}: OpenText failed too often and is left alone"
            return Finding("OpenText's gate", Health.WARNING, detail, "see `OpenText is left alone` in docs/runbook.md")
        return Finding("OpenText's gate", Health.OK, condition(stands, now))

    table = guarded("state table", "deploy the stack again", readable)
    yield table
    if table.health is Health.OK:
        yield guarded("OpenText's gate", "deploy the stack again", gate)


def _dead_letters(connection: Connection) -> Iterator[Finding]:
    queues = {
        key.removesuffix("Url"): url for key, url in connection.outputs.items() if key.endswith("DeadLetterQueueUrl")
    }

    def look(name: str, url: str) -> Finding:
        told = connection.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        count = int(told["Attributes"]["ApproximateNumberOfMessages"])
        if count:
            return Finding(name, Health.WARNING, f"{count} messages", _redrive(name))
        return Finding(name, Health.OK, "empty")

    for name, url in queues.items():
        yield guarded(name, "check the stack", lambda name=name, url=url: look(name, url))  # type: ignore[misc]


def _redrive(name: str) -> str:
    if name == RELAY:
        return "find their events, then `herald republish EVENT`; see docs/runbook.md"
    queue = as_typed(name.removesuffix("DeadLetterQueue"))
    return f"`herald redrive {queue} --dry-run` says why; mend the cause, then `herald redrive {queue}`"
