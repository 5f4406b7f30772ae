"""``audiences.yaml`` checked before it ships: somebody is told, can be reached, and who stands in for whom is known."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from herald.domain.audience import ANY, usable_email, usable_locale
from herald.domain.configuration import Audience, Configuration
from herald.domain.notification import Recipient
from herald_cli.calendar_lint import no_working_time
from herald_cli.configuration_folder import AUDIENCES, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path
from herald_cli.time_zones import time_zones
from herald_cli.yaml_reader import Document, Keys

PERSONS = ("order.customer", "order.requester", "order.owner")
ADD_ZONE = "add a zone to it, or name another; when to send stands under hours"


def audience_findings(loaded: LoadedFolder, configuration: Configuration, today: date) -> Iterator[Finding]:
    """Yield what is wrong with audiences and people; who is nobody for some events, or was absent, is a warning."""
    document = loaded.documents[AUDIENCES]
    yield from _locale(document, ("default_locale",), configuration.default_locale)
    for name, audience in configuration.audiences.items():
        at: Keys = ("audiences", name)
        yield from _form(document, at, audience)
        yield from _nobody(document, at, audience)
        for key in ("by", "person", "manager_of", "consent"):
            path = getattr(audience, key)
            if path is not None:
                yield from bad_path(document, (*at, key), path)
    for place, person in placed_people(document.value):
        yield from _person(document, place, person, configuration)
        yield from _stand_ins(document, place, person, configuration, today)


def placed_people(file: Mapping[str, Any]) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Yield everybody of the file as it is written, with the keys that lead there."""
    for number, person in enumerate(file.get("people") or ()):
        yield ("people", number), person
    for name, audience in file["audiences"].items():
        for value, members in (audience.get("members") or {}).items():
            for number, member in enumerate(members):
                yield ("audiences", name, "members", value, number), member


def _form(document: Document, at: Keys, audience: Audience) -> Iterator[Finding]:
    name, found_by = audience.name, {"person": audience.person, "manager_of": audience.manager_of}
    for key, path in found_by.items():
        if path is not None and path not in PERSONS and not path.startswith("data."):
            message = f"`{path}` is no person of the facts"
            yield document.finding((*at, key), "unknown-person", message, did_you_mean(path, PERSONS))
    ways = [key for key, path in found_by.items() if path is not None]
    if ways and (audience.by is not None or audience.members or len(ways) > 1):
        more = "members" if audience.by is not None or audience.members else ways[1]
        yield document.finding(at, "audience-form", f"`{name}` has a {ways[0]} and {more}", "make it two audiences")
    elif not ways and not any(audience.members.values()):
        yield document.finding(at, "audience-form", f"`{name}` is nobody", "give it members or a person")
    elif not ways and audience.by is None and set(audience.members) != {ANY}:
        message = f"`{name}` has members by value, but not by which"
        yield document.finding(at, "audience-form", message, 'add by: order.region, or list all members under "*"')


def _nobody(document: Document, at: Keys, audience: Audience) -> Iterator[Finding]:
    """Yield values for which an audience is nobody, while it is somebody for others."""
    for value, members in audience.members.items():
        if not members and any(audience.members.values()):
            message, fix = f"`{audience.name}` is nobody for `{value}`", "name somebody, or take the value out"
            yield replace(document.finding((*at, "members", value), "nobody-for-some", message, fix), warning=True)


def _person(document: Document, at: Keys, person: Mapping[str, Any], configuration: Configuration) -> Iterator[Finding]:
    name, email, zone = (person.get(key) for key in ("name", "email", "zone"))
    numbers = {key: person[key] for key in ("phone", "fax") if person.get(key) is not None}
    yield from _locale(document, (*at, "locale"), person.get("locale"))
    # Anybody may be asked for an approval, if only in somebody's place.
    yield from no_working_time(document, (*at, "calendar"), person.get("calendar"), configuration, ADD_ZONE)
    if zone is not None and zone not in time_zones():
        fix = did_you_mean(zone, time_zones()) or "write Europe/Berlin, or UTC"
        yield document.finding((*at, "zone"), "bad-time-zone", f"`{zone}` is no time zone of IANA", fix)
    if email is None and not numbers:
        yield document.finding(at, "no-address", f"{name} has neither email nor phone nor fax")
    if email is not None and usable_email(email) != email:
        yield document.finding((*at, "email"), "bad-email", f"the e-mail address of {name} has no usable form")
    for key, number in numbers.items():
        if not _is_e164(number):
            message = f"the {key} number of {name} is no valid number in E.164"
            fix = 'write + and the country code, without blanks, as in "+493023125101"'
            yield document.finding((*at, key), f"bad-{key}", message, fix)


def _stand_ins(
    document: Document, at: Keys, person: Mapping[str, Any], configuration: Configuration, today: date
) -> Iterator[Finding]:
    own = _key(person.get("email") or person.get("phone") or person.get("fax"))
    roles = [((*at, "manager"), "manager", person.get("manager"))]
    for number, absence in enumerate(person.get("absent") or ()):
        place: Keys = (*at, "absent", number)
        roles.append(((*place, "delegate"), "delegate", absence.get("delegate")))
        if date.fromisoformat(absence["until"]) < today:
            message = f"the absence of {person['name']} is over"
            yield replace(document.finding(place, "absence-over", message, "take it out"), warning=True)
    for place, role, address in roles:
        if address is not None and _key(address) not in configuration.people:
            message = f"nobody in this file has the address of the {role} of {person['name']}"
            yield document.finding(place, f"unknown-{role}", message, "write the e-mail address of one of them")
        elif address is not None and _key(address) == own:
            yield document.finding(place, f"own-{role}", f"{person['name']} is their own {role}", "name somebody else")
    manager = configuration.people[own].manager if own in configuration.people else None
    if person.get("manager") is not None and manager is not None and _key(person["manager"]) != manager:
        message = f"{person['name']} has another manager further up in this file"
        yield document.finding((*at, "manager"), "two-managers", message, "name one of them")


def _key(address: str | None) -> str:
    return Recipient("", email=address).key


def _locale(document: Document, at: Keys, locale: str | None) -> Iterator[Finding]:
    if locale is not None and usable_locale(locale) != locale:
        yield document.finding(at, "bad-locale", f"`{locale}` is no locale in the form of BCP 47", "write en, or de-AT")


def _is_e164(number: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - its tables are slow to import, and many configurations have no phone number

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(parsed) and written == number
