"""Why somebody is in an audience for one event, or is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.audience import ANY, NOBODY, recipient_of, resolve, values_of
from herald.domain.configuration import Audience
from herald.domain.directory import Directory
from herald.domain.notification import Recipient
from herald.domain.paths import found
from herald.domain.person_search import Person


@dataclass(frozen=True, slots=True)
class Membership:
    """Who an audience is for one event, and where one person stands to it.

    ``path`` is what was looked for in the facts: the value that chooses members, or, if ``of_event``, the person
    themselves. ``values`` is what it found, ``served`` the keys of the members that got; ``entry`` is the person's own
    among them. ``elsewhere`` are the keys under which the person stands and which did not serve this event.
    ``unreachable``: the person of the event is meant, and has no address that can be used.
    """

    audience: str
    path: str
    of_event: bool
    values: tuple[str, ...]
    served: tuple[str, ...]
    members: tuple[Recipient, ...]
    entry: Recipient | None
    elsewhere: tuple[str, ...]
    unreachable: bool = False


def membership(audience: Audience, facts: Mapping[str, Any], person: Person, people: Directory = NOBODY) -> Membership:
    """Return where a person stands to an audience for the facts of an event. Never raises for facts of any shape."""
    members = resolve(audience, facts, people)
    values = tuple(values_of(audience, facts))
    keys = [value if value in audience.members else ANY for value in values or (ANY,)]
    served = tuple(dict.fromkeys(key for key in keys if key in audience.members))
    listed = (key for key, entries in audience.members.items() if any(person.is_(entry) for entry in entries))
    return Membership(
        audience=audience.name, path=audience.person or audience.manager_of or audience.by or "",
        of_event=audience.person is not None or audience.manager_of is not None,
        values=values, served=served, members=members,
        entry=next((member for member in members if person.is_(member)), None),
        elsewhere=tuple(key for key in listed if key not in served),
        unreachable=not members and any(person.is_(one) for one in person_of_event(audience, facts)),
    )  # fmt: skip


def person_of_event(audience: Audience, facts: Mapping[str, Any]) -> tuple[Recipient, ...]:
    """Return whom the facts name for an audience that is a person of the event, even without a usable address."""
    told = found(audience.person, facts) if audience.person is not None else None
    if not isinstance(told, Mapping):
        return ()
    name = told.get("name")
    nameless = Recipient(name) if isinstance(name, str) and name else None
    recipient = recipient_of(told) or nameless
    return (recipient,) if recipient else ()
