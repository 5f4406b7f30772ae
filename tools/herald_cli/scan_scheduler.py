"""A stack's schedules of scans on EventBridge Scheduler. Only those of its own group are looked at."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from herald.adapters.aws_errors import error_code
from herald.domain.catalog.plan import CatalogPlan
from herald_cli.connection import Connection
from herald_cli.scan_schedules import (
    ScanSchedule,
    ScheduleChanges,
    ScheduleTarget,
    schedule_changes,
    wanted_schedules,
)

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

ABSENT = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class Refused:
    """A schedule that AWS did not take, with its reason."""

    partitions: tuple[str, ...]
    why: str


@dataclass
class Applied:
    """What was done to a stack's schedules, by their names."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class ScanScheduler:
    """The schedules of one group. Every method raises ``ClientError``."""

    client: "EventBridgeSchedulerClient"
    group: str
    target: ScheduleTarget

    def changes(self, plan: CatalogPlan) -> ScheduleChanges:
        """Return what makes the group equal to a plan."""
        wanted = wanted_schedules(plan)
        return schedule_changes(wanted, self._present({schedule.name for schedule in wanted}), self.target)

    def apply(self, plan: CatalogPlan) -> Applied:
        """Make the group equal to a plan. A schedule that AWS refuses leaves the others as they should be."""
        changes = self.changes(plan)
        done = Applied(unchanged=[schedule.name for schedule in changes.unchanged])
        for schedule in changes.create:
            self._do(self.client.create_schedule, schedule, done.created, done.refused)
        for schedule, _ in changes.update:
            self._do(self.client.update_schedule, schedule, done.updated, done.refused)
        # Last, so that a partition that moved to another schedule is never without one.
        for name in changes.delete:
            self._delete(name, done)
        return done

    def _do(self, call: Any, schedule: ScanSchedule, done: list[str], refused: list[Refused]) -> None:
        try:
            call(Name=schedule.name, GroupName=self.group, **schedule.settings(self.target))
        except ClientError as error:
            refused.append(Refused(schedule.partitions, _why(error)))
        else:
            done.append(schedule.name)

    def _delete(self, name: str, done: Applied) -> None:
        try:
            self.client.delete_schedule(Name=name, GroupName=self.group)
        except ClientError as error:
            if error_code(error) != ABSENT:
                done.refused.append(Refused((name,), _why(error)))
                return
        done.deleted.append(name)

    def _present(self, wanted: Collection[str]) -> dict[str, Any]:
        """Return the group's schedules by name; those that are not wanted without their settings."""
        return {name: self._told(name) if name in wanted else {} for name in self._names()}

    def _names(self) -> Iterator[str]:
        for page in self.client.get_paginator("list_schedules").paginate(GroupName=self.group):
            yield from (entry["Name"] for entry in page["Schedules"])

    def _told(self, name: str) -> dict[str, Any]:
        return dict(self.client.get_schedule(Name=name, GroupName=self.group))


def scan_scheduler(connection: Connection) -> ScanScheduler:
    """Return a stack's schedules. Raises ``ConfigurationError`` for a stack of an older template."""
    target = ScheduleTarget(
        queue_arn=connection.output("ScanQueueArn"),
        role_arn=connection.output("ScanSchedulesRoleArn"),
        dead_letter_arn=connection.output("ScanDeadLetterQueueArn"),
    )
    return ScanScheduler(connection.scheduler(), connection.output("ScanSchedulesName"), target)


def _why(error: ClientError) -> str:
    return f"{error_code(error)}: {error.response.get('Error', {}).get('Message', '')}"
