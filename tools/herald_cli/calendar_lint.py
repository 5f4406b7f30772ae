"""``calendars.yaml`` checked before it ships: hours that can be worked, zones and names that are there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from herald.domain.configuration import Configuration
from herald.domain.working_time import ALWAYS, LONGEST_BREAK, Calendar, after_working
from herald_cli.calendar_schema import WEEKDAYS, weekdays
from herald_cli.configuration_folder import CALENDARS, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.time_zones import time_zones
from herald_cli.yaml_reader import Document, Keys


def calendar_findings(loaded: LoadedFolder, configuration: Configuration, today: date) -> Iterator[Finding]:
    """Yield what is wrong with the calendars."""
    document = loaded.documents.get(CALENDARS)
    if document is not None:
        yield from no_working_time(document, ("default",), configuration.default_calendar, configuration)
        for calendar in configuration.calendars.values():
            faults = [*_zone(document, calendar), *_hours(document, calendar)]
            yield from faults or _ever_open(document, calendar, today)


def unknown_calendar(document: Document, at: Keys, name: str | None, configuration: Configuration) -> Iterator[Finding]:
    """Yield a finding if there is no calendar of that name; no name is none."""
    if name and name not in {ALWAYS.name, *configuration.calendars}:
        fix = did_you_mean(name, (ALWAYS.name, *configuration.calendars))
        yield document.finding(at, "unknown-calendar", f"{CALENDARS} has no calendar `{name}`", fix)


def no_working_time(
    document: Document, at: Keys, name: str | None, configuration: Configuration,
    fix: str = "add a zone to it, or name another calendar",
) -> Iterator[Finding]:  # fmt: skip
    """Yield a finding if there is no calendar of that name, or one without a zone: deadlines need one."""
    yield from unknown_calendar(document, at, name, configuration)
    calendar = configuration.calendars.get(name or "")
    if calendar is not None and not calendar.zone:
        message = f"the calendar `{name}` has no zone, so it can say when to send, but not how long people work"
        yield document.finding(at, "no-zone", message, fix)


def _zone(document: Document, calendar: Calendar) -> Iterator[Finding]:
    if calendar.zone and calendar.zone not in time_zones():
        fix = did_you_mean(calendar.zone, time_zones()) or "write Europe/Berlin, or UTC"
        at: Keys = ("calendars", calendar.name, "zone")
        yield document.finding(at, "bad-time-zone", f"`{calendar.zone}` is no time zone of IANA", fix)


def _hours(document: Document, calendar: Calendar) -> Iterator[Finding]:
    at: Keys = ("calendars", calendar.name, "hours")
    if not calendar.hours:
        message = f"the calendar `{calendar.name}` has no hours"
        fix = f"add hours, or use the calendar `{ALWAYS.name}` for every hour of every day"
        yield document.finding(at, "no-hours", message, fix)
    backwards, overlapping = False, set[str]()
    for days, spans in document.value["calendars"][calendar.name]["hours"].items():
        for number, span in enumerate(spans):
            begin, end = span.split("-")
            if end <= begin:
                message = f"`{span}` ends before it begins"
                fix = f'over midnight there are two days: "{begin}-24:00" and, on the next, "00:00-{end}"'
                backwards = True
                yield document.finding((*at, days, number), "span-backwards", message, fix)
    for day, worked in calendar.hours.items() if not backwards else ():
        days = _key_of(document, at, day)
        for (_, end), (begin, _) in pairwise(worked):
            if (end == time() or begin < end) and days not in overlapping:
                overlapping.add(days)
                message = f"spans of {WEEKDAYS[day]} overlap at {begin:%H:%M}"
                fix = "an hour counts once: name each day and hour in one span"
                yield document.finding((*at, days), "spans-overlap", message, fix)


def _key_of(document: Document, at: Keys, day: int) -> str:
    """Return the last key of the hours that names a day."""
    keys: list[str] = list(document.value["calendars"][at[1]]["hours"])
    return next(key for key in reversed(keys) if day in weekdays(key))


def _ever_open(document: Document, calendar: Calendar, today: date) -> Iterator[Finding]:
    anywhere = calendar if calendar.zone else replace(calendar, zone="UTC")
    try:
        after_working(datetime.combine(today, time(), UTC), timedelta(0), anywhere)
    except ValueError:
        message = f"`{calendar.name}` has no working time in the next {LONGEST_BREAK} days: all of them are holidays"
        fix = "remove days under closed"
        yield document.finding(("calendars", calendar.name), "no-working-time", message, fix)
