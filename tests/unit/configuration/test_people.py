"""The people of ``audiences.yaml``: what is written in several places is one person, days are days of their zone."""

import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.configuration.approvals import CALENDARS
from tests.unit.configuration.test_audience_lint import a_folder

from herald.adapters.configuration_bundle import from_bytes, to_bytes, to_document
from herald.adapters.exact_json import dumps
from herald.domain.canonical import short_id
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Person
from herald.domain.notification import Recipient
from herald_cli.configuration_folder import read_folder

LENA = """\
people:
  - {name: Lena Vogt, email: Lena.Vogt@example.com, manager: Ines.Falk@example.com, channels: [sms, email]}
audiences:
  approvers:
    members:
      "*":
        - {name: L. Vogt, email: lena.vogt@example.com, phone: "+493023125102", ABSENT}
        - {name: Ines Falk, email: ines.falk@example.com}
"""


def read(into: Path, absent: str = 'absent: [{from: "2026-03-28", until: "2026-03-29"}]') -> Configuration:
    folder = a_folder(into, LENA.replace("ABSENT", absent))
    (folder / "calendars.yaml").write_text(CALENDARS, encoding="utf-8")
    return read_folder(folder)


def test_one_person_in_two_places_is_one_with_what_is_written_in_both(tmp_path: Path) -> None:
    assert read(tmp_path, "locale: de").people == {
        "lena.vogt@example.com": Person(
            Recipient(
                "Lena Vogt", "Lena.Vogt@example.com", "+493023125102", "de", channels=(Channel.SMS, Channel.EMAIL)
            ),
            manager="ines.falk@example.com",
        ),
        "ines.falk@example.com": Person(Recipient("Ines Falk", "ines.falk@example.com")),
    }


@pytest.mark.parametrize(
    ("whose", "begin", "end"),
    [
        ("", datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("zone: Asia/Tokyo, ", datetime(2026, 3, 27, 15, tzinfo=UTC), datetime(2026, 3, 29, 15, tzinfo=UTC)),
        ("calendar: night, ", datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)),
        # What nobody knows as a zone is none (and the lint says so).
        ("zone: Mars/Olympus, ", datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
    ],
)
def test_an_absence_lasts_from_midnight_to_midnight_where_the_person_is(
    whose: str, begin: datetime, end: datetime, tmp_path: Path
) -> None:
    """Those of Berlin lose an hour on their last day."""
    absent = 'absent: [{from: "2026-03-28", until: "2026-03-29", delegate: Ines.Falk@example.com}]'
    lena = read(tmp_path, whose + absent).people["lena.vogt@example.com"]
    assert lena.absences == (Absence(begin, end, "ines.falk@example.com"),)


def test_people_and_how_they_are_told_survive_the_bundle(tmp_path: Path) -> None:
    configuration = read(tmp_path)
    assert configuration.people["lena.vogt@example.com"].absences
    assert from_bytes(configuration.version, to_bytes(configuration)) == configuration


def test_a_bundle_of_before_there_were_people_is_read_with_none_and_with_times_in_utc(tmp_path: Path) -> None:
    document = to_document(read(tmp_path))
    del document["people"], document["local_times"]
    for audience in document["audiences"].values():
        del audience["manager_of"], audience["consent"]
        for member in audience["members"]["*"]:
            del member["zone"], member["channels"]
    content = dumps(document)
    version = short_id("cfg", content)
    stored = from_bytes(version, zlib.compress(content.encode("ascii")))
    assert (stored.people, stored.local_times) == ({}, False)
    assert stored.audiences["approvers"].members["*"] == (
        Recipient("L. Vogt", "lena.vogt@example.com", "+493023125102"),
        Recipient("Ines Falk", "ines.falk@example.com"),
    )
