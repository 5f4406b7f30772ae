"""Audiences and people of a configuration as plain objects, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from herald.domain.configuration import Audience
from herald.domain.delivery import Channel
from herald.domain.directory import Absence, Person
from herald.domain.notification import Recipient


def audience_document(audience: Audience) -> dict[str, Any]:
    """Return an audience as a plain object."""
    return {
        "by": audience.by, "person": audience.person, "manager_of": audience.manager_of, "consent": audience.consent,
        "members": {value: [_member_document(one) for one in members] for value, members in audience.members.items()},
    }  # fmt: skip


def audience_of(name: str, document: Mapping[str, Any]) -> Audience:
    """Return the audience of a plain object. One stored before a key was there goes without it."""
    members = {value: tuple(_member(one) for one in entries) for value, entries in document["members"].items()}
    return Audience(
        name, document["by"], members, document["person"], document.get("manager_of"), document.get("consent")
    )


def entry_document(person: Person) -> dict[str, Any]:
    """Return somebody of the directory as a plain object; times are ISO 8601 in UTC."""
    return {
        "recipient": _member_document(person.recipient), "manager": person.manager,
        "absences": [[one.begin.isoformat(), one.end.isoformat(), one.delegate] for one in person.absences],
    }  # fmt: skip


def entry_of(document: Mapping[str, Any]) -> Person:
    """Return somebody of the directory."""
    absences = (
        Absence(datetime.fromisoformat(begin), datetime.fromisoformat(end), delegate)
        for begin, end, delegate in document["absences"]
    )
    return Person(_member(document["recipient"]), document["manager"], tuple(absences))


def _member_document(member: Recipient) -> dict[str, Any]:
    told = asdict(member)
    del told["in_place_of"]
    hours = [[str(channel), name] for channel, name in member.hours]
    return {**told, "channels": [str(channel) for channel in member.channels], "hours": hours}


def _member(document: Mapping[str, Any]) -> Recipient:
    channels = tuple(Channel(channel) for channel in document.get("channels", ()))
    hours = tuple((Channel(channel), name) for channel, name in document.get("hours", ()))
    return Recipient(**{**document, "channels": channels, "hours": hours})
