"""Which schedules ``config/catalog.yaml`` asks for, and what makes those of a stack equal to them. Asks nobody."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.domain.catalog.plan import CatalogPlan

RETRY: Mapping[str, int] = {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}
"""A request that an hour of trouble held up is still worth a scan; after that it lies in the dead-letter queue."""
EXECUTION = "<aws.scheduler.execution-id>"
"""What EventBridge Scheduler replaces by an id of the one time that it asks, so that asking twice begins one scan."""
LIMITS = ("StartDate", "EndDate")


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """Where schedules ask for scans, as whom, and where they leave what they could not ask."""

    queue_arn: str
    role_arn: str
    dead_letter_arn: str


@dataclass(frozen=True, slots=True)
class ScanSchedule:
    """One schedule. Partitions that are scanned at the same times share one: their scans would wait for each other."""

    partitions: tuple[str, ...]
    expression: str
    time_zone: str

    @property
    def name(self) -> str:
        """Its name in the group: that of its first partition."""
        return self.partitions[0]

    def settings(self, target: ScheduleTarget) -> dict[str, Any]:
        """Return it as EventBridge Scheduler takes it, without its name and group."""
        begin = {"step": "begin", "by": "schedule", "ask": EXECUTION, "partitions": list(self.partitions)}
        return {
            "ScheduleExpression": self.expression,
            "ScheduleExpressionTimezone": self.time_zone,
            "State": "ENABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": target.queue_arn,
                "RoleArn": target.role_arn,
                "DeadLetterConfig": {"Arn": target.dead_letter_arn},
                "RetryPolicy": dict(RETRY),
                "Input": json.dumps(begin),
            },
        }


@dataclass(frozen=True, slots=True)
class ScheduleChanges:
    """What makes a group's schedules equal to those wanted. ``update`` says beside each what is different."""

    create: tuple[ScanSchedule, ...] = ()
    update: tuple[tuple[ScanSchedule, tuple[str, ...]], ...] = ()
    delete: tuple[str, ...] = ()
    unchanged: tuple[ScanSchedule, ...] = ()

    @property
    def none(self) -> bool:
        """Whether all is as it should be."""
        return not (self.create or self.update or self.delete)


def wanted_schedules(plan: CatalogPlan) -> tuple[ScanSchedule, ...]:
    """Return the schedules that a plan asks for, in the order of its partitions."""
    together: dict[tuple[str, str], list[str]] = {}
    for partition in plan.partitions:
        if partition.schedule:
            together.setdefault((partition.schedule, partition.time_zone), []).append(partition.name)
    return tuple(ScanSchedule(tuple(names), *when) for when, names in together.items())


def schedule_changes(
    wanted: Sequence[ScanSchedule], present: Mapping[str, Mapping[str, Any]], target: ScheduleTarget
) -> ScheduleChanges:
    """Compare what is wanted with what a group holds: schedules by name, as ``GetSchedule`` tells them."""
    create, update, unchanged = [], [], []
    for schedule in wanted:
        if schedule.name not in present:
            create.append(schedule)
        elif different := _differences(schedule.settings(target), present[schedule.name]):
            update.append((schedule, different))
        else:
            unchanged.append(schedule)
    delete = sorted(present.keys() - {schedule.name for schedule in wanted})
    return ScheduleChanges(tuple(create), tuple(update), tuple(delete), tuple(unchanged))


def _differences(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the settings that differ. What AWS tells beside those that are wanted, its defaults, does not count."""
    plain = [name for name, value in wanted.items() if name != "Target" and present.get(name) != value]
    target = present.get("Target", {})
    aimed = [f"Target.{name}" for name, value in wanted["Target"].items() if target.get(name) != value]
    return (*plain, *aimed, *(name for name in LIMITS if present.get(name)))
