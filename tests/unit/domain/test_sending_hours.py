"""Sending hours: held until they begin, wherever clocks change and whatever the hours are."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import APPROVER, a_configuration

from herald.domain.configuration import Configuration
from herald.domain.courtesy import Courtesy
from herald.domain.delivery import Channel
from herald.domain.notification import Severity
from herald.domain.sending_hours import held_until
from herald.domain.working_time import Calendar

EVERY_DAY = range(7)


def configuration(
    *spans: tuple[time, time], zone: str = "Europe/Berlin", holidays: tuple[date, ...] = ()
) -> Configuration:
    calendars = {
        "texts": Calendar("texts", zone, dict.fromkeys(EVERY_DAY, spans), frozenset(holidays)),
        "office": Calendar("office", "Asia/Tokyo", {0: ((time(9), time(17)),)}),
        "home": Calendar("home", "America/New_York", {0: ((time(9), time(17)),)}),
    }
    courtesy = Courtesy(hours={Channel.SMS: "texts"})
    return a_configuration(calendars=calendars, default_calendar="office", courtesy=courtesy)


def until(config: Configuration, now: datetime, calendar: str | None = None) -> datetime | None:
    return held_until(config, replace(APPROVER, calendar=calendar), Channel.SMS, Severity.HIGH, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # The night in which Berlin's clocks go forward: 2:30 does not exist, and 3:00 is one hour after 1:59.
        (datetime(2026, 3, 29, 0, 15, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        # The night in which they go back: 8:00 is an hour later than it was the day before.
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 23, 23, 0, tzinfo=UTC), datetime(2026, 10, 24, 6, 0, tzinfo=UTC)),
        # A leap day, and the end of a year.
        (datetime(2028, 2, 28, 20, 0, tzinfo=UTC), datetime(2028, 2, 29, 7, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 21, 0, tzinfo=UTC), datetime(2027, 1, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_when_clocks_change_and_years_end(now: datetime, expected: datetime) -> None:
    assert until(configuration((time(8), time(20))), now) == expected


@pytest.mark.parametrize(("minute", "held"), [(59, True), (60, False)])
def test_the_first_minute_is_within_and_the_last_is_not(minute: int, held: bool) -> None:
    config = configuration((time(8), time(20)), zone="UTC")
    morning = datetime(2026, 3, 2, 7, tzinfo=UTC) + timedelta(minutes=minute)
    evening = datetime(2026, 3, 2, 19, tzinfo=UTC) + timedelta(minutes=minute)
    assert (until(config, morning) is not None) is held
    assert (until(config, evening) is None) is held


def test_hours_over_midnight_are_two_spans() -> None:
    config = configuration((time(0), time(2)), (time(22), time(0)), zone="UTC")
    assert until(config, datetime(2026, 3, 2, 23, 59, tzinfo=UTC)) is None
    assert until(config, datetime(2026, 3, 3, 0, 0, tzinfo=UTC)) is None
    assert until(config, datetime(2026, 3, 3, 2, 0, tzinfo=UTC)) == datetime(2026, 3, 3, 22, 0, tzinfo=UTC)


def test_on_a_holiday_nobody_is_written_to() -> None:
    config = configuration((time(8), time(20)), zone="UTC", holidays=(date(2026, 12, 25), date(2026, 12, 26)))
    assert until(config, datetime(2026, 12, 25, 12, tzinfo=UTC)) == datetime(2026, 12, 27, 8, tzinfo=UTC)


def test_hours_without_a_zone_count_where_the_recipient_is() -> None:
    config = configuration((time(8), time(20)), zone="")
    midnight = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    # 19:00 of the day before in New York; 9:00 in Tokyo, where the default calendar is.
    assert until(config, midnight, calendar="home") is None
    assert until(config, midnight) is None
    assert until(config, midnight + timedelta(hours=2), calendar="home") == datetime(2026, 3, 2, 13, tzinfo=UTC)


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"]),
    st.lists(st.tuples(st.times(), st.times()).filter(lambda span: span[0] < span[1]), min_size=1, max_size=3),
)
def test_it_is_held_until_the_first_moment_of_the_hours(
    now: datetime, zone: str, spans: list[tuple[time, time]]
) -> None:
    config = configuration(*spans, zone=zone)
    opens = until(config, now)

    def within(moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(zone)).time().replace(tzinfo=None)
        return any(begin <= local < end for begin, end in spans)

    if opens is None:
        assert within(now)
        return
    assert not within(now)
    assert opens > now
    assert within(opens)
    quarter = now
    while (quarter := quarter + timedelta(minutes=1)) < min(opens, now + timedelta(hours=6)):
        assert not within(quarter)
