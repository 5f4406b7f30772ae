"""What of a stack's status needs an operator, each with where to begin."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from herald_cli.redriven_queue import as_typed
from herald_cli.status import GateStatus, QueueStatus, Status, SweepStatus

STALLED = timedelta(hours=1)
"""Sweeps begin every few minutes; one that has not finished for so long is stuck or not begun at all."""
SUFFIX = "DeadLetterQueue"


def attention(status: Status) -> list[str]:
    """Return one line per thing that needs an operator; empty if nothing does."""
    return list(_needs(status))


def _needs(status: Status) -> Iterator[str]:
    if status.configuration is None:
        yield "no configuration is active, so every event waits: run `herald config apply`"
    yield from _gate(status.gate)
    yield from (_dead_letters(queue) for queue in status.queues if queue.dead_letters and _held(queue))
    yield from (_stalled(sweep) for sweep in status.sweeps if _is_stalled(sweep.finished_at, status.at))
    due_since = status.deliveries.due_since
    if due_since is not None and status.at - due_since > STALLED:
        yield (
            f"deliveries have been due since {due_since:%Y-%m-%d %H:%M} UTC and nobody looked: "
            "see `Sweeps have stopped` in docs/runbook.md, then `herald reconcile deliveries`"
        )
    for overdue in status.scan.overdue:
        yield f"the catalogue's partition {overdue}"
    for source in status.sources:
        if source.silent:
            yield f"{source.name} is silent: look at its sender, see `A source is silent` in docs/runbook.md"
    for incident in status.incidents:
        yield f"{incident.system} has an open incident ({incident.id}); its recovery event closes it"


def _gate(gate: GateStatus) -> Iterator[str]:
    if gate.condition == "open":
        until = f" until {gate.until:%H:%M:%S} UTC" if gate.until else ""
        yield f"OpenText is left alone{until}: see `OpenText is left alone` in docs/runbook.md"


def _held(queue: QueueStatus) -> int:
    return queue.visible + queue.in_flight


def _dead_letters(queue: QueueStatus) -> str:
    name = as_typed(queue.name.removesuffix(SUFFIX))
    if name == "relay":
        return f"{queue.name} holds {_held(queue)}: find their events, then `herald republish EVENT`"
    how = f"`herald redrive {name} --dry-run` says why; mend the cause, then `herald redrive {name}`"
    return f"{queue.name} holds {_held(queue)}: {how}"


def _is_stalled(finished_at: datetime | None, now: datetime) -> bool:
    return finished_at is None or now - finished_at > STALLED


def _stalled(sweep: SweepStatus) -> str:
    how = "has never finished" if sweep.finished_at is None else "has not finished for an hour"
    return (
        f"the sweep of {sweep.name} {how}: see `Sweeps have stopped` in docs/runbook.md, "
        f"then `herald reconcile {sweep.name}`"
    )
