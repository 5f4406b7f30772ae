"""The people of ``config/audiences.yaml`` by who they are: whose manager is who, and who stands in for whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, same_person


@dataclass(frozen=True, slots=True)
class Absence:
    """A time somebody is away: from ``begin`` to before ``end`` (aware). ``delegate`` is the key of who stands in."""

    begin: datetime
    end: datetime
    delegate: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the configuration. ``manager`` is a key."""

    recipient: Recipient
    manager: str | None = None
    absences: tuple[Absence, ...] = ()

    def absence(self, now: datetime) -> Absence | None:
        """Return the absence that holds at a time; of several, the first."""
        return next((one for one in self.absences if one.begin <= now < one.end), None)


Directory = Mapping[str, Person]
"""People by ``Recipient.key``."""


def manager_of(person: Recipient, people: Directory) -> Recipient | None:
    """Return somebody's manager, if the directory knows both."""
    known = people.get(person.key)
    manager = people.get(known.manager) if known is not None and known.manager is not None else None
    return manager.recipient if manager is not None else None


def told_for(
    meant: Iterable[Recipient], people: Directory, now: datetime, channels: Collection[Channel],
    requester: Recipient | None = None,
) -> tuple[Recipient, ...]:  # fmt: skip
    """Return who is told for those who are meant, each once: they themselves, or while they are absent their delegate.

    A delegate who is absent too, cannot be reached over the channels or is the requester takes no one's place: then
    whoever is absent is told all the same. So nobody is lost, and nothing is handed on twice.
    """
    told: dict[str, Recipient] = {}
    for person in meant:
        one = _present(person, people, now, channels, requester)
        known = told.get(one.key)
        told[one.key] = one if known is None else replace(known, in_place_of=(*known.in_place_of, *one.in_place_of))
    return tuple(told.values())


def _present(
    person: Recipient, people: Directory, now: datetime, channels: Collection[Channel], requester: Recipient | None
) -> Recipient:
    known = people.get(person.key)
    absence = known.absence(now) if known is not None and not person.in_place_of else None
    delegate = people.get(absence.delegate) if absence is not None and absence.delegate is not None else None
    if delegate is None or delegate.absence(now) is not None or not delegate.recipient.over(channels):
        return person
    if requester is not None and same_person(delegate.recipient, requester):
        return person
    return replace(delegate.recipient, in_place_of=(person.name,))
