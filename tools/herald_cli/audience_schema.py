"""The form of ``audiences.yaml``: who is told, and the people an integrator knows by name."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from herald.domain.configuration import Audience, Configuration
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Person
from herald.domain.notification import Recipient
from herald.domain.recipient_zone import zone_of
from herald_cli.configuration_schema import Channels, Expression, Name, Strict, Text
from herald_cli.time_zones import time_zones

Day = Annotated[date, Field(lt=date(3000, 1, 1))]


class AbsenceEntry(Strict):
    """Days on which somebody is away, the first and the last included, and the address of who stands in."""

    first: Annotated[Day, Field(alias="from")]
    until: Day
    delegate: str | None = None

    @model_validator(mode="after")
    def _forward(self) -> "AbsenceEntry":
        if self.until < self.first:
            raise ValueError("it ends before it begins")
        return self


class PersonEntry(Strict):
    """A person or a shared mailbox, as a member of an audience or under ``people``."""

    name: Text
    email: str | None = None
    phone: str | None = None
    fax: str | None = None
    locale: str | None = None
    calendar: str | None = None
    zone: str | None = None
    hours: dict[Channel, str] = {}
    channels: Channels | None = None
    manager: str | None = None
    absent: tuple[AbsenceEntry, ...] = ()


class AudienceEntry(Strict):
    """``members`` by the value of ``by``, the ``person`` of the event, or the manager of a person of the event."""

    by: Expression | None = None
    members: dict[str, list[PersonEntry]] | None = None
    person: Expression | None = None
    manager_of: Expression | None = None
    consent: Expression | None = None


class AudiencesFile(Strict):
    """``audiences.yaml``."""

    default_locale: str = "en"
    people: tuple[PersonEntry, ...] = ()
    audiences: dict[Name, AudienceEntry]


KEYS = frozenset(
    "from" if name == "first" else name
    for form in (AudiencesFile, AudienceEntry, PersonEntry, AbsenceEntry)
    for name in form.model_fields
)
"""Every key of the file, to advise on a misspelt one."""


def audiences_of(file: AudiencesFile) -> dict[str, Audience]:
    """Return the audiences by name."""
    return {name: _audience(name, entry) for name, entry in file.audiences.items()}


def people_of(file: AudiencesFile, configuration: Configuration) -> dict[str, Person]:
    """Return everybody of the file by ``Recipient.key``: what is written of one person in several places, together.

    Days are told in the person's zone, which their calendar in the ``configuration`` may give them.
    """
    people: dict[str, Person] = {}
    for entry in _entries(file):
        recipient = _recipient(entry)
        zone = _zone(zone_of(recipient, configuration))
        person = Person(recipient, _key(entry.manager), tuple(_absence(one, zone) for one in entry.absent))
        known = people.get(recipient.key)
        people[recipient.key] = person if known is None else _together(known, person)
    return people


def _audience(name: str, entry: AudienceEntry) -> Audience:
    members = {value: tuple(map(_recipient, entries)) for value, entries in (entry.members or {}).items()}
    return Audience(name, entry.by, members, entry.person, entry.manager_of, entry.consent)


def _entries(file: AudiencesFile) -> Iterator[PersonEntry]:
    yield from file.people
    for audience in file.audiences.values():
        for members in (audience.members or {}).values():
            yield from members


def _recipient(entry: PersonEntry) -> Recipient:
    return Recipient(
        entry.name, entry.email, entry.phone, entry.locale, entry.calendar,
        zone=entry.zone, channels=tuple(entry.channels or ()), hours=tuple(entry.hours.items()), fax=entry.fax,
    )  # fmt: skip


def _together(one: Person, other: Person) -> Person:
    first, then = one.recipient, other.recipient
    recipient = Recipient(
        first.name, first.email or then.email, first.phone or then.phone, first.locale or then.locale,
        first.calendar or then.calendar, zone=first.zone or then.zone, channels=first.channels or then.channels,
        hours=first.hours or then.hours, fax=first.fax or then.fax,
    )  # fmt: skip
    absences = tuple(dict.fromkeys((*one.absences, *other.absences)))
    return Person(recipient, one.manager or other.manager, absences)


def _absence(entry: AbsenceEntry, zone: tzinfo) -> Absence:
    return Absence(_midnight(entry.first, zone), _midnight(entry.until + timedelta(days=1), zone), _key(entry.delegate))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _key(address: str | None) -> str | None:
    return Recipient("", email=address).key if address else None


def _zone(name: str) -> tzinfo:
    # One that nobody knows is a finding of its own.
    return ZoneInfo(name) if name in time_zones() else UTC
