"""Whatever is wrong with a calendar is found where it stands, in words that say what to do."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.configuration.approvals import CALENDARS, TODAY, a_folder, findings_of, spoilt

FRIDAY = 'friday: ["08:30-14:00"]'
NIGHT = 'saturday-sunday: ["22:00-24:00"]'
FAULTS = {
    "an unknown zone": (
        "zone: Europe/Berlin", "zone: Berlin",
        "calendars.yaml:4:11: `Berlin` is no time zone of IANA (did you mean `Europe/Berlin`?) [bad-time-zone]",
    ),
    "an unknown country": (
        "country: DE, subdivision: BE", "country: XX",
        "calendars.yaml:6:25: no public holidays are known of `XX` (write the two letters of ISO 3166, as in DE) "
        "[unknown-country]",
    ),
    "a country in small letters": (
        "country: DE", "country: de",
        "calendars.yaml:6:25: no public holidays are known of `de` (did you mean `DE` or `DEU`?) [unknown-country]",
    ),
    "an unknown subdivision": (
        "subdivision: BE", "subdivision: BER",
        "calendars.yaml:6:42: `DE` has no part `BER` (did you mean `BE`?) [unknown-subdivision]",
    ),
    "an unknown weekday": (
        FRIDAY, 'firday: ["08:30-14:00"]',
        "calendars.yaml:5:12: calendars.berlin.hours: `firday` is neither a weekday nor a span of them "
        "(did you mean `friday`?) [schema]",
    ),
    "hours without quotes or zeros": (
        FRIDAY, "friday: [8-14]",
        "calendars.yaml:5:71: calendars.berlin.hours.friday.0: write hours as in \"08:30-12:30\", up to \"24:00\" "
        "[schema]",
    ),
    "hours no clock shows": (
        FRIDAY, 'friday: ["08:30-25:00"]',
        "calendars.yaml:5:72: calendars.berlin.hours.friday.0: write hours as in \"08:30-12:30\", up to \"24:00\" "
        "[schema]",
    ),
    "a span that ends before it begins": (
        NIGHT, 'saturday: ["22:00-06:00"]',
        "calendars.yaml:10:25: `22:00-06:00` ends before it begins "
        "(over midnight there are two days: \"22:00-24:00\" and, on the next, \"00:00-06:00\") [span-backwards]",
    ),
    "spans that overlap": (
        '"13:00-17:30"', '"12:00-17:30"',
        "calendars.yaml:5:30: spans of monday overlap at 12:00 (an hour counts once: name each day and hour in one "
        "span) [spans-overlap]",
    ),
    "a day in two spans of days": (
        "friday: [", "thursday-friday: [",
        "calendars.yaml:5:79: spans of thursday overlap at 08:30 (an hour counts once: name each day and hour in one "
        "span) [spans-overlap]",
    ),
    "no hours": (
        NIGHT, "saturday: []",
        "calendars.yaml:10:12: the calendar `night` has no hours "
        "(add hours, or use the calendar `always` for every hour of every day) [no-hours]",
    ),
    "a day without quotes": (
        '["2026-12-24"]', "[2026-12-24]",
        'calendars.yaml:7:14: YAML reads `2026-12-24` as a date (write "2026-12-24" in quotes) [yaml-surprise]',
    ),
    "a day that is none": (
        '["2026-12-24"]', '["2026-02-30"]',
        "calendars.yaml:7:15: calendars.berlin.closed.0: Input should be a valid date or datetime, day value is "
        "outside expected range [schema]",
    ),
    "an unknown default": (
        "default: berlin", "default: berln",
        "calendars.yaml:1:10: calendars.yaml has no calendar `berln` (did you mean `berlin`?) [unknown-calendar]",
    ),
    "a misspelt key": (
        "closed:", "close:",
        "calendars.yaml:7:12: `close` is no key here (did you mean `closed`?) [unknown-key]",
    ),
    "a calendar named always": (
        "  night:", "  always:",
        "calendars.yaml:3:3: calendars: `always` is there already: every hour of every day [schema]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    before, after, expected = FAULTS[fault]
    assert findings_of(spoilt(tmp_path, "calendars.yaml", before, after)) == [expected]


@pytest.mark.parametrize("default", ["default: always\n", ""])
def test_who_has_no_calendar_may_work_always(default: str, tmp_path: Path) -> None:
    assert findings_of(spoilt(tmp_path, "calendars.yaml", "default: berlin\n", default)) == []


def test_a_member_has_a_calendar_that_is_there(tmp_path: Path) -> None:
    assert findings_of(spoilt(tmp_path, "audiences.yaml", "calendar: night", "calendar: nigth")) == [
        "audiences.yaml:10:71: calendars.yaml has no calendar `nigth` (did you mean `night`?) [unknown-calendar]"
    ]


def test_people_work_by_calendars_with_a_zone(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "calendars.yaml", "    zone: UTC\n", "")
    audiences = folder / "audiences.yaml"
    lena = "people:\n  - {name: Lena Vogt, email: lena.vogt@example.com, calendar: night}\n"
    audiences.write_text(lena + audiences.read_text(encoding="utf-8"), encoding="utf-8")
    says = (
        "the calendar `night` has no zone, so it can say when to send, but not how long people work "
        "(add a zone to it, or name another; when to send stands under hours) [no-zone]"
    )
    assert findings_of(folder) == [f"audiences.yaml:2:63: {says}", f"audiences.yaml:12:71: {says}"]


def test_hours_of_anybody_have_a_calendar_that_is_there_and_use_it(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "audiences.yaml", ", calendar: night", "")
    audiences = folder / "audiences.yaml"
    rest = audiences.read_text(encoding="utf-8")
    lena = "people:\n  - {name: Lena Vogt, email: lena.vogt@example.com, hours: {sms: HOURS}}\n"
    audiences.write_text(lena.replace("HOURS", "night") + rest, encoding="utf-8")
    assert findings_of(folder) == []
    audiences.write_text(lena.replace("HOURS", "nigth") + rest, encoding="utf-8")
    assert findings_of(folder) == [
        "audiences.yaml:2:66: calendars.yaml has no calendar `nigth` (did you mean `night`?) [unknown-calendar]"
    ]


def test_a_calendar_somebody_works_by_is_used_wherever_they_stand(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "audiences.yaml", ", calendar: night", "")
    audiences = folder / "audiences.yaml"
    rest = audiences.read_text(encoding="utf-8")
    assert [finding.partition(" ")[2] for finding in findings_of(folder)] == [
        "warning: nobody works by the calendar `night` (remove it, or use it) [unused]"
    ]
    lena = "people:\n  - {name: Lena Vogt, email: lena.vogt@example.com, calendar: night}\n"
    audiences.write_text(lena + rest, encoding="utf-8")
    assert findings_of(folder) == []


def closed_for(days: int) -> str:
    """The calendars, the last of which is closed from today on."""
    off = ", ".join(f'"{TODAY + timedelta(days=number)}"' for number in range(days))
    return CALENDARS + f"    closed: [{off}]\n"


def test_a_calendar_in_which_nobody_ever_works_is_found(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "calendars.yaml").write_text(closed_for(days=365), encoding="utf-8")
    assert findings_of(folder) == []
    (folder / "calendars.yaml").write_text(closed_for(days=500), encoding="utf-8")
    assert findings_of(folder) == [
        "calendars.yaml:9:5: `night` has no working time in the next 400 days: all of them are holidays "
        "(remove days under closed) [no-working-time]"
    ]
