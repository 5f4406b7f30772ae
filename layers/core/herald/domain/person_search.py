"""Whom somebody means: one person with all entries that bear one of their addresses."""

from collections.abc import Iterable
from dataclasses import dataclass

from herald.domain.approval.people import is_among
from herald.domain.audience import usable_email, usable_phone
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as one or more entries that share addresses: a configuration may name the same person differently."""

    entries: tuple[Recipient, ...]

    @property
    def name(self) -> str:
        """What they are called; their address if nobody says."""
        named = (name for entry in self.entries for name in (entry.name, *entry.addresses))
        return next((name for name in named if name), "somebody")

    def addresses(self, channel: Channel) -> tuple[str, ...]:
        """Return their addresses on a channel, each once."""
        return tuple(dict.fromkeys(address for entry in self.entries if (address := entry.address(channel))))

    def is_(self, recipient: Recipient) -> bool:
        """Say whether a recipient is this person."""
        return is_among(recipient, self.entries)


def people(entries: Iterable[Recipient]) -> list[Person]:
    """Return the people that entries are of, in the order in which they are first named."""
    found: list[Person] = []
    for entry in dict.fromkeys(entries):
        same = [person for person in found if person.is_(entry)]
        # An entry with the phone of one and the mail of the other shows that two were the same all the time.
        joined = Person((*(one for person in same for one in person.entries), entry))
        place = found.index(same[0]) if same else len(found)
        found = [person for person in found if person not in same]
        found.insert(place, joined)
    return found


def meant(known: Iterable[Person], given: str) -> list[Person]:
    """Return those whose e-mail address, phone or fax is ``given``, or whose name is, or at least has it in it."""
    known = list(known)
    email, phone = usable_email(given), usable_phone(given)
    if email is not None:
        return [
            one for one in known if any((entry.email or "").casefold() == email.casefold() for entry in one.entries)
        ]
    if phone is not None:
        return [one for one in known if phone in (*one.addresses(Channel.SMS), *one.addresses(Channel.FAX))]
    name = given.strip().casefold()
    named = [one for one in known if any(entry.name.casefold() == name for entry in one.entries)]
    return named or [one for one in known if name and any(name in entry.name.casefold() for entry in one.entries)]


def stranger(given: str) -> Person:
    """Return whoever has that address or name, of whom nothing else is known."""
    email, phone = usable_email(given), usable_phone(given)
    return Person((Recipient(name="" if email or phone else given.strip(), email=email, phone=phone),))
