"""Working time: hours and holidays of people, and when an amount of it is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

A_DAY = timedelta(days=1)
LONGEST_BREAK = 400
"""Days without any working time after which there is none to wait for."""

_MIDNIGHT = time()
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works. ``zone`` is an IANA name, ``hours`` the spans of each weekday (0 is Monday) in local time.

    Without any hours it is working time always. A span that ends at 00:00 lasts to the end of its day.
    """

    name: str
    zone: str = "UTC"
    hours: Mapping[int, tuple[tuple[time, time], ...]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()


ALWAYS = Calendar("always")


def after_working(start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """Return when that much working time has passed since ``start`` (aware); the answer is in UTC.

    What counts is time that really passes while the clock on the wall stands in working hours: an hour the clock skips
    is none, an hour it shows twice is two. Nothing to wait for is over at ``start``, or when work next begins. Raises
    ``ValueError`` for a negative amount, a naive ``start``, and a calendar without working time for 400 days.
    """
    if start.tzinfo is None or amount < timedelta(0):
        raise ValueError("working time passes from a point in time on, and never backwards")
    since = start.astimezone(UTC)
    if not any(calendar.hours.values()):
        return since + amount
    left = amount
    for begin, end in _working(since, calendar):
        if left <= end - begin:
            return begin + left
        left -= end - begin
    raise ValueError(f"the calendar {calendar.name} has no working time for {LONGEST_BREAK} days")


def _working(since: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of working time from a point on, in UTC and in order, until there is none for too long."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files when first used, and most functions never ask

    zone, days_off = ZoneInfo(calendar.zone), 0
    while days_off < LONGEST_BREAK:
        days_off += 1
        for begin, end in _steady(since, since + A_DAY, zone):
            for stretch in _within(begin, end, _offset(begin, zone), calendar):
                days_off = 0
                yield stretch
        since += A_DAY


def _steady(since: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield a day in the parts in which nobody changes the clock."""
    before = _offset(since, zone)
    if before == _offset(until, zone):
        yield since, until
        return
    early, late = since, until
    while late - early > _INSTANT:
        middle = early + (late - early) // 2
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    yield since, late
    yield late, until


def _within(
    begin: datetime, end: datetime, offset: timedelta, calendar: Calendar
) -> Iterator[tuple[datetime, datetime]]:
    day, last = (begin + offset).date(), (end + offset).date()
    while day <= last:
        for opens, closes in sorted(calendar.hours.get(day.weekday(), ())) if day not in calendar.holidays else ():
            opened = datetime.combine(day, opens, UTC) - offset
            closed = datetime.combine(day, closes, UTC) - offset + (A_DAY if closes == _MIDNIGHT else timedelta(0))
            if max(begin, opened) < min(end, closed):
                yield max(begin, opened), min(end, closed)
        day += A_DAY


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return zone.utcoffset(at.astimezone(zone)) or timedelta(0)
