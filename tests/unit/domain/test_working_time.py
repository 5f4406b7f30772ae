"""Working time passes in working hours only, whatever the clocks do in between."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herald.domain.working_time import ALWAYS, Calendar, after_working

WEEKDAYS = range(5)
MORNING, AFTERNOON = (time(8, 30), time(12, 30)), (time(13, 0), time(17, 30))
BERLIN = Calendar(
    "berlin", "Europe/Berlin", dict.fromkeys(WEEKDAYS, (MORNING, AFTERNOON)), frozenset({date(2026, 5, 1)})
)
AT_NIGHT = ((time(0, 0), time(2, 30)), (time(2, 45), time(6, 0)), (time(22, 15), time(0, 0)))
NIGHT_WATCH = Calendar("night", "Europe/Berlin", dict.fromkeys(range(7), AT_NIGHT), frozenset({date(2026, 10, 26)}))
NEW_YORK = Calendar("new-york", "America/New_York", dict.fromkeys(range(7), AT_NIGHT))
AROUND_THE_CLOCK = Calendar("all-day", "Europe/Berlin", dict.fromkeys(range(7), ((time(0, 0), time(0, 0)),)))
# Clocks change at midnight here: the last hour of a day comes twice in autumn, the first is not there in spring.
SANTIAGO = Calendar("santiago", "America/Santiago", dict.fromkeys(range(7), ((time(0, 0), time(1, 30)), AT_NIGHT[-1])))
CALENDARS = (BERLIN, NIGHT_WATCH, NEW_YORK, AROUND_THE_CLOCK, SANTIAGO)

MINUTE = timedelta(minutes=1)
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),  # Berlin, forward
    datetime(2026, 10, 25, 1, tzinfo=UTC),  # Berlin, back
    datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York, forward
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York, back
    datetime(2026, 4, 5, 3, tzinfo=UTC),  # Santiago, back
    datetime(2026, 9, 6, 4, tzinfo=UTC),  # Santiago, forward
    datetime(2026, 5, 1, 6, tzinfo=UTC),  # a holiday in Berlin
)
calendars = st.sampled_from(CALENDARS)
starts = st.builds(
    lambda change, minutes: change + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-72 * 60, 30 * 60)
)
amounts = st.integers(0, 30 * 60).map(lambda minutes: minutes * MINUTE)


def local(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """A time in Berlin in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


def works_at(moment: datetime, calendar: Calendar) -> bool:
    """Whether the clock on the wall shows working time."""
    wall = moment.astimezone(ZoneInfo(calendar.zone))
    spans = calendar.hours.get(wall.weekday(), ())
    here = any(begin <= wall.time() and (wall.time() < end or end == time(0, 0)) for begin, end in spans)
    return here and wall.date() not in calendar.holidays


@pytest.mark.parametrize(
    ("start", "hours", "over"),
    [
        (local(2, 9), 2, local(2, 11)),
        (local(2, 11), 3, local(2, 14, 30)),  # over lunch
        (local(2, 8, 30), 4, local(2, 12, 30)),  # to the minute at which lunch begins
        (local(2, 12, 30), 1, local(2, 14)),
        (local(2, 16), 8, local(3, 15, 30)),  # over night
        (local(6, 16, 30), 2, local(9, 9, 30)),  # over a weekend
        (local(7, 12), 1, local(9, 9, 30)),  # begun on a Saturday
        (local(30, 17, month=4), 1, local(4, 9, month=5)),  # over a holiday and a weekend
    ],
)
def test_it_passes_in_working_hours_only(start: datetime, hours: int, over: datetime) -> None:
    assert after_working(start, timedelta(hours=hours), BERLIN) == over


def test_nothing_to_wait_for_is_over_at_once_or_when_work_begins() -> None:
    nothing = timedelta(0)
    assert after_working(local(2, 9, 17), nothing, BERLIN) == local(2, 9, 17)
    assert after_working(local(2, 12, 30), nothing, BERLIN) == local(2, 13)
    assert after_working(local(6, 20), nothing, BERLIN) == local(9, 8, 30)


def test_who_always_works_has_hours_like_the_clocks() -> None:
    start = datetime(2026, 3, 28, 23, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert after_working(start, timedelta(hours=24), ALWAYS) == start.astimezone(UTC) + timedelta(hours=24)
    assert after_working(start, timedelta(hours=24), AROUND_THE_CLOCK) == start.astimezone(UTC) + timedelta(hours=24)


def test_the_answer_is_in_utc() -> None:
    for calendar in (ALWAYS, BERLIN):
        assert after_working(local(2, 9), MINUTE, calendar).tzinfo is UTC


def test_an_hour_that_the_clock_skips_is_not_worked() -> None:
    """On 29 March 2026 Berlin's clocks go from 02:00 to 03:00."""
    watch = Calendar("watch", "Europe/Berlin", {6: ((time(1, 0), time(5, 0)),)})
    assert after_working(local(29, 1), timedelta(hours=3), watch) == local(29, 5)
    into_the_gap = Calendar("gap", "Europe/Berlin", {6: ((time(2, 30), time(5, 0)),)})
    assert after_working(local(29, 0), timedelta(hours=2), into_the_gap) == local(29, 5)


def test_an_hour_that_the_clock_shows_twice_is_worked_twice() -> None:
    """On 25 October 2026 Berlin's clocks go from 03:00 back to 02:00."""
    watch = Calendar("watch", "Europe/Berlin", {6: ((time(1, 0), time(5, 0)),)})
    assert after_working(local(25, 1, month=10), timedelta(hours=5), watch) == local(25, 5, month=10)
    second_two_thirty = local(25, 2, 30, month=10).replace(fold=1)
    assert after_working(second_two_thirty, timedelta(hours=1), watch) == local(25, 3, 30, month=10)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(1, 15 * 60), calendars)
def test_it_is_what_somebody_counts_who_looks_at_the_clock_every_minute(
    start: datetime, minutes: int, calendar: Calendar
) -> None:
    moment, worked = start, 0
    while worked < minutes:
        worked += works_at(moment, calendar)
        moment += MINUTE
    assert after_working(start, minutes * MINUTE, calendar) == moment


@settings(deadline=None)
@given(starts, amounts, amounts, calendars)
def test_more_of_it_is_never_over_earlier(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    less, more = sorted((one, other))
    assert start <= after_working(start, less, calendar) <= after_working(start, more, calendar)


@settings(deadline=None)
@given(starts, amounts, amounts.filter(bool), calendars)
def test_one_amount_and_then_another_is_both_together(
    start: datetime, one: timedelta, other: timedelta, calendar: Calendar
) -> None:
    together = after_working(start, one + other, calendar)
    assert after_working(after_working(start, one, calendar), other, calendar) == together


@settings(deadline=None)
@given(starts, amounts, calendars)
def test_it_is_over_in_working_time(start: datetime, amount: timedelta, calendar: Calendar) -> None:
    over = after_working(start, amount, calendar)
    # A span's last moment is over at its end, which no longer belongs to it.
    assert works_at(over - timedelta(microseconds=1) if amount else over, calendar)


def test_a_calendar_of_holidays_only_is_refused_and_not_waited_for() -> None:
    days = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(3 * 365))
    closed = Calendar("closed", "Europe/Berlin", dict.fromkeys(range(7), (MORNING,)), days)
    with pytest.raises(ValueError, match="the calendar closed has no working time for 400 days"):
        after_working(local(2, 9), MINUTE, closed)


def test_a_long_break_is_waited_for() -> None:
    year = frozenset(date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    sabbatical = Calendar("sabbatical", "Europe/Berlin", dict.fromkeys(range(7), (MORNING,)), year)
    assert after_working(local(2, 9), MINUTE, sabbatical).date() == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("start", "amount"), [(local(2, 9).replace(tzinfo=None), MINUTE), (local(2, 9), -MINUTE)], ids=["naive", "negative"]
)  # fmt: skip
def test_what_is_no_stretch_of_time_is_refused(start: datetime, amount: timedelta) -> None:
    with pytest.raises(ValueError, match="never backwards"):
        after_working(start, amount, BERLIN)
