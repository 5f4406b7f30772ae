"""Incidents: one open fault of one system at a time; repeats join it, a recovery closes it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.canonical import short_id
from herald.domain.event import Event

EVENTS_KEPT = 50
"""How many events an incident remembers by id, so that one that comes again gets the answer it got."""


class Standing(StrEnum):
    """What a failure or a recovery meant for its system."""

    OPENED = "opened"
    JOINED = "joined"
    CLOSED = "closed"
    NOTHING_OPEN = "nothing_open"
    STALE = "stale"
    """It tells of a time before the last change, and was overtaken by it."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What an event says about a system: that it failed, or that it works."""

    system: str
    failed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """The present or the last incident of a system. ``failures`` counts those that belong to it."""

    id: str
    system: str
    opened_at: datetime
    failures: int
    changed_at: datetime
    closed_at: datetime | None = None
    answers: tuple[tuple[str, Standing], ...] = ()


def signal_of(event: Event, facts: Mapping[str, Any]) -> Signal | None:
    """Return what an event says about a system; ``None`` if it says nothing of the kind.

    Connectors name the system in ``data.system``. A Threekit job that ended speaks for the jobs of its type; whether it
    failed is told by its count of failed tasks (docs/vendor/threekit.md 2.9).
    """
    if event.type in ("sync.failed", "sync.recovered"):
        system = event.data.get("system")
        named = system.strip() if isinstance(system, str) else ""
        return Signal(named[:100], event.type == "sync.failed", event.time) if named else None
    job = facts.get("job")
    if isinstance(job, Mapping) and job.get("status") == "stopped" and job.get("type"):
        return Signal(f"threekit-{job['type']}", job.get("failures", 0) > 0, job.get("updatedAt", event.time))
    return None


def receive(incident: Incident | None, signal: Signal, event_id: str) -> tuple[Incident | None, Standing]:
    """Return the system's incident after a signal, and what that meant; the same event always gets its answer."""
    if incident is not None:
        answered = dict(incident.answers).get(event_id)
        if answered is not None:
            return incident, answered
    is_open = incident is not None and incident.closed_at is None
    if incident is not None and signal.at < incident.changed_at and signal.failed is not is_open:
        return _answered(incident, event_id, Standing.STALE), Standing.STALE
    if signal.failed and incident is not None and is_open:
        joined = replace(incident, failures=incident.failures + 1, changed_at=max(incident.changed_at, signal.at))
        return _answered(joined, event_id, Standing.JOINED), Standing.JOINED
    if signal.failed:
        opened = Incident(short_id("inc", signal.system, event_id), signal.system, signal.at, 1, signal.at)
        return _answered(opened, event_id, Standing.OPENED), Standing.OPENED
    if incident is None or not is_open:
        return incident, Standing.NOTHING_OPEN
    closed = replace(incident, closed_at=signal.at, changed_at=signal.at)
    return _answered(closed, event_id, Standing.CLOSED), Standing.CLOSED


def incident_facts(incident: Incident) -> dict[str, Any]:
    """Return what rules and templates see of an incident."""
    return {
        "id": incident.id,
        "system": incident.system,
        "state": "open" if incident.closed_at is None else "closed",
        "failures": incident.failures,
        "openedAt": incident.opened_at,
        **({"closedAt": incident.closed_at} if incident.closed_at else {}),
    }


def incident_document(incident: Incident) -> dict[str, Any]:
    """Return the incident as the state table keeps it."""
    return {
        "id": incident.id, "system": incident.system, "opened_at": incident.opened_at, "failures": incident.failures,
        "changed_at": incident.changed_at, "closed_at": incident.closed_at,
        "answers": [[event_id, str(standing)] for event_id, standing in incident.answers],
    }  # fmt: skip


def incident_of(document: Mapping[str, Any]) -> Incident:
    """Return the incident the state table holds."""
    answers = tuple((event_id, Standing(standing)) for event_id, standing in document["answers"])
    return Incident(**{**document, "answers": answers})


def _answered(incident: Incident, event_id: str, standing: Standing) -> Incident:
    return replace(incident, answers=(*incident.answers, (event_id, standing))[-EVENTS_KEPT:])
