"""In whose zone a time is written."""

import pytest
from tests.builders import a_configuration

from herald.domain.notification import Recipient
from herald.domain.recipient_zone import zone_of
from herald.domain.working_time import Calendar

CALENDARS = {"berlin": Calendar("berlin", "Europe/Berlin"), "tokyo": Calendar("tokyo", "Asia/Tokyo")}


@pytest.mark.parametrize(
    ("zone", "calendar", "default", "expected"),
    [
        ("America/New_York", "tokyo", "berlin", "America/New_York"),
        (None, "tokyo", "berlin", "Asia/Tokyo"),
        (None, None, "berlin", "Europe/Berlin"),
        (None, "always", "berlin", "Europe/Berlin"),
        (None, "gone", "", "UTC"),
        (None, None, "", "UTC"),
    ],
)
def test_a_persons_own_zone_wins_then_their_calendars_then_the_defaults(
    zone: str | None, calendar: str | None, default: str, expected: str
) -> None:
    configuration = a_configuration(calendars=CALENDARS, default_calendar=default)
    assert zone_of(Recipient("Jo", "jo@example.com", calendar=calendar, zone=zone), configuration) == expected
