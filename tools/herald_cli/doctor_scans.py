"""Checks that the catalogue can be scanned, and is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herald_cli.connection import Connection
from herald_cli.health import Finding, Health, guarded

if TYPE_CHECKING:
    from herald_cli.scan_schedules import ScheduleChanges

DEPLOY = "deploy the stack again"
APPLY = "run `herald config apply`"
BUCKET, SCHEDULES = "catalogue bucket", "scan schedules"


def bucket(connection: Connection) -> Finding:
    """Say whether what scans work with and leave can be read."""

    def look() -> Finding:
        from herald_cli.scan_ports import files  # noqa: PLC0415 - only where AWS is asked

        files(connection).names("catalog/")
        return Finding(BUCKET, Health.OK, "may be read")

    return guarded(BUCKET, DEPLOY, look)


def schedules(connection: Connection) -> Finding:
    """Say whether every partition of ``config/catalog.yaml`` is scanned when it says there."""

    def look() -> Finding:
        from herald_cli.scan_ports import active_plan  # noqa: PLC0415 - as above
        from herald_cli.scan_scheduler import scan_scheduler  # noqa: PLC0415

        plan = active_plan(connection)
        changes = scan_scheduler(connection).changes(plan)
        # Nobody waits for the schedules of a local run, and what makes it makes none.
        worse = Health.OK if connection.endpoint_url else Health.WARNING
        if not changes.none:
            return Finding(SCHEDULES, worse, "; ".join(_told(changes)), APPLY)
        never = [partition.name for partition in plan.partitions if not partition.schedule]
        if never:
            fix = f"give them a `schedule` in config/catalog.yaml, then {APPLY}"
            return Finding(SCHEDULES, worse, f"{', '.join(never)}: scanned only by `herald scan run`", fix)
        return Finding(SCHEDULES, Health.OK, ", ".join(f"{one.name} {one.expression}" for one in changes.unchanged))

    return guarded(SCHEDULES, f"{DEPLOY}, then {APPLY}", look)


def _told(changes: "ScheduleChanges") -> Iterator[str]:
    """Yield what is not as the active configuration says."""
    for schedule in changes.create:
        yield f"none for {', '.join(schedule.partitions)}"
    for schedule, different in changes.update:
        yield f"that of {', '.join(schedule.partitions)} differs in {', '.join(different)}"
    if changes.delete:
        yield f"no longer configured: {', '.join(changes.delete)}"
