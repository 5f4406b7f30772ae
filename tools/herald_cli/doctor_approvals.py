"""Checks that approvals can be signed, and that their times are told."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from herald_cli.connection import Connection
from herald_cli.health import Finding, Health, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, TIMERS = "approval key", "approval timers"
KEY_CHARACTERS = 48
LATE = timedelta(minutes=10)
"""A schedule deletes itself once it has rung, which is within two minutes of its time."""


def key(connection: Connection) -> Finding:
    """Say whether there is a key that links, reply codes and receipts can come from."""

    def look() -> Finding:
        found = connection.secret("ApprovalSecretId").get("key")
        if not isinstance(found, str) or len(found) < KEY_CHARACTERS:
            fix = "put the key back that was drawn at the first deployment; another one makes old receipts worthless"
            return Finding(KEY, Health.BROKEN, f"the secret has no key of {KEY_CHARACTERS} characters or more", fix)
        return Finding(KEY, Health.OK, "present")

    return guarded(KEY, "deploy the stack again", look)


def timers(connection: Connection) -> Finding:
    """Say how many times of approvals are waited for, and whether one has passed and was not told."""

    def look() -> Finding:
        from herald.runtime.bootstrap.world import utc_now  # noqa: PLC0415 - only where AWS is asked

        waiting = sorted(_times(connection))
        late = [at for at in waiting if at < (utc_now() - LATE).timestamp()]
        if late:
            since = datetime.fromtimestamp(late[0], tz=utc_now().tzinfo)
            detail = f"{len(late)} of {len(waiting)} have not rung, the first since {since:%Y-%m-%d %H:%M} UTC"
            return Finding(TIMERS, Health.WARNING, detail, "see `An approval's time was not told` in docs/runbook.md")
        return Finding(TIMERS, Health.OK, f"{len(waiting)} are waited for")

    return guarded(TIMERS, "deploy the stack again", look)


def _times(connection: Connection) -> "Iterator[int]":
    """Yield the second in which each schedule of the group is to ring, which is the end of its name."""
    pages = connection.scheduler().get_paginator("list_schedules")
    for page in pages.paginate(GroupName=connection.output("ApprovalSchedulesName")):
        for entry in page["Schedules"]:
            second = entry["Name"].rpartition("-")[2]
            if second.isdecimal():
                yield int(second)
