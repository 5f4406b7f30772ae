"""The form of ``calendars.yaml``: when people work."""

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from herald.domain.working_time import ALWAYS, Calendar
from herald_cli.configuration_schema import Name, Strict, Text
from herald_cli.findings import Finding, did_you_mean
from herald_cli.public_holidays import UnknownCountryError, public_holidays
from herald_cli.yaml_reader import Document

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS_AHEAD = 2
"""Public holidays are read for the present year and that many more."""

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
Span = tuple[time, time]


def _span(value: object) -> Span:
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('write hours as in "08:30-12:30", up to "24:00"')
    # The end of a day is midnight: the clock knows no 24:00.
    return time(int(match[1]), int(match[2])), time(int(match[3] or 0), int(match[4] or 0))


class HolidaysEntry(Strict):
    """Whose public holidays are no working days."""

    country: str
    subdivision: str | None = None


class CalendarEntry(Strict):
    """The working hours of some people; without a zone, sending hours that count where the recipient is."""

    zone: Text | None = None
    hours: dict[str, tuple[Annotated[Span, BeforeValidator(_span)], ...]]
    holidays: HolidaysEntry | None = None
    closed: tuple[date, ...] = ()

    @field_validator("hours")
    @classmethod
    def _of_weekdays(cls, hours: dict[str, tuple[Span, ...]]) -> dict[str, tuple[Span, ...]]:
        for days in hours:
            weekdays(days)
        return hours


class CalendarsFile(Strict):
    """``calendars.yaml``."""

    default: str | None = None
    calendars: Annotated[dict[Name, CalendarEntry], Field(min_length=1)]

    @field_validator("calendars")
    @classmethod
    def _not_always(cls, calendars: dict[str, CalendarEntry]) -> dict[str, CalendarEntry]:
        if ALWAYS.name in calendars:
            raise ValueError(f"`{ALWAYS.name}` is there already: every hour of every day")
        return calendars


KEYS = frozenset(field for form in (CalendarsFile, CalendarEntry, HolidaysEntry) for field in form.model_fields)
"""Every key of the file, to advise on a misspelt one."""


def weekdays(text: str) -> tuple[int, ...]:
    """Return the days of a weekday or a span of them (``monday-friday``), 0 is Monday. Raises ``ValueError``."""
    ends = text.split("-")
    for day in ends:
        if day not in WEEKDAYS or len(ends) > 2:
            raise ValueError(f"`{text}` is neither a weekday nor a span of them ({did_you_mean(day, WEEKDAYS)})")
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return tuple((first + number) % 7 for number in range((last - first) % 7 + 1))


def calendars_of(
    file: CalendarsFile | None, document: Document | None, today: date
) -> tuple[dict[str, Calendar], list[Finding]]:
    """Return the calendars by name, with their holidays as dates, and countries whose holidays nobody knows."""
    calendars: dict[str, Calendar] = {}
    findings: list[Finding] = []
    if file is None or document is None:
        return calendars, findings
    for name, entry in file.calendars.items():
        days_off = set(entry.closed)
        if entry.holidays is not None:
            years = range(today.year, today.year + YEARS_AHEAD + 1)
            try:
                days_off |= public_holidays(entry.holidays.country, entry.holidays.subdivision, years)
            except UnknownCountryError as error:
                at = ("calendars", name, "holidays", error.key)
                findings.append(document.finding(at, f"unknown-{error.key}", str(error), error.fix))
        calendars[name] = Calendar(name, entry.zone or "", _by_day(entry.hours), frozenset(days_off))
    return calendars, findings


def _by_day(hours: Mapping[str, tuple[Span, ...]]) -> dict[int, tuple[Span, ...]]:
    by_day: dict[int, tuple[Span, ...]] = {}
    for days, spans in hours.items():
        for day in weekdays(days):
            by_day[day] = (*by_day.get(day, ()), *spans)
    return {day: tuple(sorted(spans)) for day, spans in sorted(by_day.items()) if spans}
