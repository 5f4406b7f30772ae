"""Audit: who did what to which event, when, with what outcome. Append-only, hash-chained per event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from herald.domain.canonical import fingerprint


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What is to be written down.

    ``key`` makes the record unique within its event, so that a step done again after a crash is not told twice.
    ``actor`` is the function or the operator. ``details`` holds no secret and no address of a person.
    """

    event_id: str
    key: str
    action: str
    actor: str
    at: datetime
    outcome: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A record with its place in the chain: ``number`` from 1, ``previous`` is the hash before it."""

    record: AuditRecord
    number: int
    previous: str
    hash: str


def genesis(event_id: str) -> str:
    """Return the hash that the first entry of an event's chain follows."""
    return fingerprint({"event": event_id})


def chained(record: AuditRecord, number: int, previous: str) -> AuditEntry:
    """Return the record as the entry with that number, after the entry with that hash."""
    content = {
        "event": record.event_id, "key": record.key, "action": record.action, "actor": record.actor,
        "at": record.at, "outcome": record.outcome, "details": record.details, "number": number, "previous": previous,
    }  # fmt: skip
    return AuditEntry(record=record, number=number, previous=previous, hash=fingerprint(content))


def first_break(event_id: str, entries: Sequence[AuditEntry]) -> int | None:
    """Return the number of the first entry that was altered, moved or follows a gap; ``None`` if the chain holds."""
    previous = genesis(event_id)
    for number, entry in enumerate(entries, start=1):
        if entry != chained(entry.record, number, previous):
            return number
        previous = entry.hash
    return None
