"""How the house stands: gate, deliveries, sweeps, scans, sources, incidents and queues, as the tables tell it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from herald.adapters.aws_errors import storage_errors
from herald.adapters.dynamodb_items import UNSETTLED
from herald.domain.catalog.plan import plan_of
from herald.domain.configuration import Configuration
from herald.domain.delivery import Delivery
from herald.domain.errors import ConfigurationError
from herald.domain.gate import Condition, Gate, condition
from herald.domain.sweep import Sweep
from herald.ports import StateStore
from herald.usecases import shelves
from herald_cli.connection import Connection
from herald_cli.ports_of_stack import configuration_store, ledger, opentext_gate, state_store
from herald_cli.scan_status import overdue_after, overdue_words, read_scans

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

SWEPT = ("orders", "jobs")
"""The sweeps that keep where they stand; those of deliveries and sources begin anew each time."""
LOOKED_AT = 100
"""How many due deliveries are read for their ages."""
AGES = {"under an hour": timedelta(hours=1), "under a day": timedelta(days=1), "older": timedelta.max}


@dataclass(frozen=True, slots=True)
class GateStatus:
    """OpenText's gate. ``failures`` of ``calls`` are those since ``counted_since``; ``per_second`` is the rate set."""

    condition: Condition
    since: datetime | None
    until: datetime | None
    calls: int
    failures: int
    counted_since: datetime | None
    per_second: float | None


@dataclass(frozen=True, slots=True)
class DeliveriesStatus:
    """Deliveries without a final state: how many, how many of them are due to be looked at, and the due ones by age.

    At most ``LOOKED_AT`` due ones are counted. ``due_since`` is how long the first of them has been due.
    """

    unsettled: int
    due: int
    due_by_age: Mapping[str, int]
    due_since: datetime | None


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """A sweep. ``page`` is the next one, if a sweep is under way; ``missed`` of ``expected`` webhooks never came."""

    name: str
    finished_at: datetime | None
    seen_until: datetime | None
    page: int | None
    expected: int
    missed: int


@dataclass(frozen=True, slots=True)
class ScanStatus:
    """Scans of the catalogue: the last that finished, and the present one. ``overdue`` are lines about partitions."""

    finished: str | None = None
    finished_at: datetime | None = None
    present: str | None = None
    began_at: datetime | None = None
    stage: str | None = None
    overdue: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source. ``silent_after`` is ``None`` where ``config/sources.yaml`` does not watch it."""

    name: str
    heard_at: datetime | None
    silent_after: timedelta | None
    silent: bool


@dataclass(frozen=True, slots=True)
class IncidentStatus:
    """An open incident."""

    id: str
    system: str
    opened_at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """A work queue, or a dead-letter queue. ``in_flight`` were received and are not done; they may come again."""

    name: str
    visible: int
    in_flight: int
    dead_letters: bool


@dataclass(frozen=True, slots=True)
class Status:
    """How a stack stood at a moment. ``configuration`` is the active version, if there is one."""

    stack: str
    at: datetime
    configuration: str | None
    gate: GateStatus
    deliveries: DeliveriesStatus
    sweeps: tuple[SweepStatus, ...]
    scan: ScanStatus
    sources: tuple[SourceStatus, ...]
    incidents: tuple[IncidentStatus, ...]
    queues: tuple[QueueStatus, ...]


def read_status(connection: Connection, now: datetime) -> Status:
    """Return how the stack stands. Raises ``StorageError``, ``ConfigurationError``, or what boto3 raises."""
    state = state_store(connection)
    try:
        active: Configuration | None = configuration_store(connection).active()
    except ConfigurationError:
        active = None
    return Status(
        stack=connection.stack,
        at=now,
        configuration=active.version if active else None,
        gate=_gate(opentext_gate(state), now, connection.parameters),
        deliveries=_deliveries(connection, now),
        sweeps=tuple(_sweep(name, shelves.sweeps(state).get(name) or Sweep()) for name in SWEPT),
        scan=_scan(state, active, connection.parameters, now),
        sources=tuple(_sources(shelves.sources(state).all(), active.silent_after if active else {}, now)),
        incidents=tuple(_incidents(state)),
        queues=tuple(_queues(connection.sqs(), connection.outputs)),
    )


def _gate(gate: Gate, now: datetime, parameters: Mapping[str, str]) -> GateStatus:
    stands = condition(gate, now)
    until = {"open": gate.opened_until, "paused": gate.paused_until}.get(stands)
    rate = parameters.get("OpenTextPerSecond")
    return GateStatus(
        stands, gate.opened_at, until, gate.calls, gate.failures, gate.window_start, float(rate) if rate else None
    )


def _deliveries(connection: Connection, now: datetime) -> DeliveriesStatus:
    due = ledger(connection).unsettled(now, LOOKED_AT)
    first = min((delivery.look_at for delivery in due if delivery.look_at), default=None)
    unsettled = _counted(connection.dynamodb(), connection.output("LedgerTableName"))
    return DeliveriesStatus(max(unsettled, len(due)), len(due), _by_age(due, now), first)


def _counted(client: "DynamoDBClient", table: str) -> int:
    """Return how many keys the index of unsettled deliveries holds; thousands of them come with one page."""
    pages = client.get_paginator("query").paginate(
        TableName=table, IndexName="by_look", Select="COUNT",
        KeyConditionExpression="unsettled = :unsettled", ExpressionAttributeValues={":unsettled": {"S": UNSETTLED}},
    )  # fmt: skip
    with storage_errors(f"querying {table}"):
        return sum(page["Count"] for page in pages)


def _by_age(deliveries: Iterable[Delivery], now: datetime) -> dict[str, int]:
    counts = dict.fromkeys(AGES, 0)
    for delivery in deliveries:
        age = now - (delivery.begun_at or delivery.updated_at or now)
        counts[next(name for name, limit in AGES.items() if age < limit)] += 1
    return counts


def _sweep(name: str, sweep: Sweep) -> SweepStatus:
    expected, missed = sweep.loss
    page = sweep.page if sweep.until is not None else None
    return SweepStatus(name, sweep.finished_at, sweep.watermark, page, expected, missed)


def _scan(state: StateStore, active: Configuration | None, parameters: Mapping[str, str], now: datetime) -> ScanStatus:
    plan = plan_of(active.catalog) if active else None
    scans = read_scans(state, plan, overdue_after(parameters), now)
    present = scans.present
    return ScanStatus(
        finished=scans.finished.id if scans.finished else None,
        finished_at=scans.finished_at,
        present=present.id if present else None,
        began_at=present.began_at if present else None,
        stage=str(present.stage) if present else None,
        overdue=tuple(overdue_words(one) for one in scans.overdue),
    )


def _sources(heard: Mapping[str, datetime], watched: Mapping[str, timedelta], now: datetime) -> Iterable[SourceStatus]:
    for name in sorted(heard.keys() | watched.keys()):
        at, after = heard.get(name), watched.get(name)
        yield SourceStatus(name, at, after, silent=at is not None and after is not None and now - at > after)


def _incidents(state: StateStore) -> Iterable[IncidentStatus]:
    for incident in shelves.incidents(state).all().values():
        if incident.closed_at is None:
            yield IncidentStatus(incident.id, incident.system, incident.opened_at, incident.failures)


def _queues(client: "SQSClient", outputs: Mapping[str, str]) -> Iterable[QueueStatus]:
    for key, url in outputs.items():
        if key.endswith("QueueUrl"):
            told = client.get_queue_attributes(
                QueueUrl=url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
            yield QueueStatus(
                key.removesuffix("Url"),
                int(told["ApproximateNumberOfMessages"]),
                int(told["ApproximateNumberOfMessagesNotVisible"]),
                dead_letters=key.endswith("DeadLetterQueueUrl"),
            )
