from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.rfc3339 import parse_timestamp, spell_timestamp


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("2020-05-22T16:24:26.277Z", "2020-05-22T16:24:26.277000+00:00"),
        ("2020-05-22T16:24:26.277000+00:00", "2020-05-22T16:24:26.277000+00:00"),
        ("2020-05-22T18:24:26.277+02:00", "2020-05-22T16:24:26.277000+00:00"),
        ("2020-05-22t16:24:26.277z", "2020-05-22T16:24:26.277000+00:00"),
        ("2020-05-22T16:24:26.277000999Z", "2020-05-22T16:24:26.277000+00:00"),
        ("2020-05-22T16:24:26Z", "2020-05-22T16:24:26.000000+00:00"),
        ("2020-05-22T16:24:26-00:00", "2020-05-22T16:24:26.000000+00:00"),
    ],
)
def test_equal_instants_have_one_spelling(text: str, spelt: str) -> None:
    instant = parse_timestamp(text)
    assert instant is not None
    assert spell_timestamp(instant) == spelt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2020-05-22",
        "2020-05-22T16:24:26",
        "2020-05-22 16:24:26Z",
        "2020-05-22T16:24Z",
        "20200522T162426Z",
        "2020-W21-5T16:24:26Z",
        "2020-02-30T16:24:26Z",
        "2020-05-22T24:00:00Z",
        "2020-05-22T16:24:60Z",
        "2020-05-22T16:24:26,5Z",
        "2020-05-22T16:24:26.Z",
        "2020-05-22T16:24:26.1234567890Z",
        "2020-05-22T16:24:26+2",
        "2020-05-22T16:24:26+24:00",
        "2020-05-22T16:24:26Z\n",
        "٢٠٢٠-05-22T16:24:26Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1590164666",
    ],
)
def test_anything_else_is_no_timestamp(text: str) -> None:
    assert parse_timestamp(text) is None


@pytest.mark.parametrize("text", ["2020-05-22T16:24:26+00:60", "2020-05-22T16:24:26-01:99"])
def test_an_offset_has_no_sixtieth_minute(text: str) -> None:
    assert parse_timestamp(text) is None


zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, zones)
def test_the_offset_never_matters(instant: datetime, zone: timezone) -> None:
    assert parse_timestamp(instant.astimezone(zone).isoformat()) == instant
    assert parse_timestamp(spell_timestamp(instant)) == instant


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert parse_timestamp(text) is None or len(text) >= 20
