"""Scans that do not finish: nothing is told of them, and that is the alarm."""

from datetime import timedelta

import pytest
from tests.builders import NOW, MovingClock

from herald.adapters.memory import MemoryStateStore
from herald.domain.catalog.run import Run, Watch
from herald.usecases.scan import scan_shelves
from herald.usecases.shelves import CATALOG
from herald.usecases.watch_scans import WatchScans

AFTER = timedelta(hours=26)
FINE, LATE = AFTER, AFTER + timedelta(seconds=1)


def counted(
    *, finished: timedelta | None = None, begun: timedelta | None = None, current: str = "", watched: bool = True
) -> list[tuple[str, int]]:
    """What is counted, given how long ago the last scan finished and the present one began."""
    counts: list[tuple[str, int]] = []
    state = MemoryStateStore(MovingClock())
    if watched:
        at = NOW - finished if finished is not None else None
        watch = Watch(current or ("scan_2" if begun is not None else ""), "scan_1" if at else "", at)
        scan_shelves.scan_watch(state).change(CATALOG, lambda _: (watch, None))
    if begun is not None:
        run = Run("scan_2", ("all",), NOW - begun, "cfg_1")
        scan_shelves.scan_runs(state).change("scan_2", lambda _: (run, None))
    WatchScans(state, MovingClock(), lambda name, number: counts.append((name, number)), AFTER)()
    return counts


def test_where_nothing_was_ever_scanned_nothing_is_counted() -> None:
    assert counted(watched=False) == []


@pytest.mark.parametrize(
    ("finished", "begun", "overdue"),
    [
        (None, None, 0),
        (FINE, None, 0),
        (LATE, None, 1),
        (None, FINE, 0),
        (None, LATE, 1),
        (FINE, LATE, 1),
        (FINE, FINE, 0),
        # A scan is under way: until it is late itself, the last one's age is no news.
        (LATE, FINE, 0),
        (LATE, LATE, 1),
    ],
)
def test_the_last_scan_or_the_present_one_is_overdue(
    finished: timedelta | None, begun: timedelta | None, overdue: int
) -> None:
    assert counted(finished=finished, begun=begun) == [("ScansOverdue", overdue)]


@pytest.mark.parametrize(("finished", "overdue"), [(FINE, 0), (LATE, 1)])
def test_a_present_scan_that_nobody_knows_any_more_is_none(finished: timedelta, overdue: int) -> None:
    assert counted(finished=finished, current="scan_forgotten") == [("ScansOverdue", overdue)]
