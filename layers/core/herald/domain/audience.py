"""Who is told: an audience resolved to recipients by the facts of one event."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from herald.domain.configuration import Audience
from herald.domain.directory import Directory, manager_of
from herald.domain.notification import Recipient
from herald.domain.paths import found

ANY = "*"
"""The key of the members that serve every value not named, and events in which there is no value."""

# The form browsers accept in <input type="email">, with a dot in the domain.
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*")
_PHONE_PUNCTUATION = str.maketrans("", "", " ().-/\u00a0")
LONGEST_EMAIL = 254
LONGEST_NAME_OF_A_ZONE = 64
LONGEST_PHONE = 40

NOBODY: Directory = {}


def resolve(audience: Audience, facts: Mapping[str, Any], people: Directory = NOBODY) -> tuple[Recipient, ...]:
    """Return who the audience is for these facts, each once, in the order of the configuration.

    A person of the event without a usable address is nobody, so the answer is empty then. So it is for one without a
    manager among the people, and for a value that no member serves. Never raises for facts of any shape.
    """
    if audience.person is not None or audience.manager_of is not None:
        person = found(audience.person or audience.manager_of or "", facts)
        recipient = recipient_of(person) if isinstance(person, Mapping) else None
        if recipient is not None and audience.manager_of is not None:
            recipient = manager_of(recipient, people)
        return (recipient,) if recipient else ()
    served = (
        audience.members.get(value, audience.members.get(ANY, ())) for value in values_of(audience, facts) or [ANY]
    )
    return _each_once(recipient for members in served for recipient in members)


def values_of(audience: Audience, facts: Mapping[str, Any]) -> list[str]:
    """Return the values that ``by`` finds; none for an audience without it. Never raises."""
    return _values(found(audience.by, facts)) if audience.by is not None else []


def recipient_of(person: Mapping[str, Any]) -> Recipient | None:
    """Return a person of the facts as a recipient, with those addresses that can be used; ``None`` if there is none."""
    email = usable_email(person.get("email"))
    phone = usable_phone(person.get("phone"), person.get("country"))
    fax = usable_phone(person.get("fax"), person.get("country"))
    if email is None and phone is None and fax is None:
        return None
    name = person.get("name")
    return Recipient(
        name=name if isinstance(name, str) else "", email=email, phone=phone,
        locale=usable_locale(person.get("locale")), zone=usable_zone(person.get("zone")), fax=fax,
    )  # fmt: skip


def usable_email(value: object) -> str | None:
    """Return an e-mail address of ordinary form, else ``None``."""
    address = value.strip() if isinstance(value, str) else ""
    return address if len(address) <= LONGEST_EMAIL and _EMAIL.fullmatch(address) else None


def usable_phone(value: object, country: object = None) -> str | None:
    """Return a phone number in E.164 (``+`` and 7 to 15 digits; punctuation is taken out), else ``None``.

    One without its ``+`` is read as it is dialled in the country (ISO 3166-1, two letters), if that is known.
    """
    number = value.translate(_PHONE_PUNCTUATION) if isinstance(value, str) else ""
    if _PHONE.fullmatch(number):
        return number
    if not isinstance(country, str) or not number.isascii() or not number.isdigit() or len(number) > LONGEST_PHONE:
        return None
    return _dialled(number, country.strip().upper())


def _dialled(number: str, country: str) -> str | None:
    import phonenumbers  # noqa: PLC0415 - its tables are slow to import, and storefronts mostly tell numbers in E.164

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def usable_locale(value: object) -> str | None:
    """Return a locale in the form of BCP 47 (``de_DE`` is read as ``de-DE``), else ``None``."""
    locale = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return locale if _LOCALE.fullmatch(locale) else None


def usable_zone(value: object) -> str | None:
    """Return a time zone in the form of IANA's names, else ``None``. Whether there is one of that name is not asked."""
    zone = value.strip() if isinstance(value, str) else ""
    return zone if len(zone) <= LONGEST_NAME_OF_A_ZONE and _ZONE.fullmatch(zone) else None


def _each_once(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    unique: dict[str, Recipient] = {}
    for recipient in recipients:
        unique.setdefault(recipient.key, recipient)
    return tuple(unique.values())


def _values(value: object) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    scalars = (entry for entry in entries if isinstance(entry, str | int) and not isinstance(entry, bool))
    return [str(entry) for entry in scalars if entry != ""]
