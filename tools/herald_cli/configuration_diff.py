"""What differs between two configurations: entries that were added, removed or changed, field by field. Asks nobody."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from herald.adapters.exact_json import dumps
from herald.domain.configuration import Configuration

PARTS = {
    "rules": "rules", "approvals": "approvals", "audiences": "audiences", "calendars": "calendars",
    "default_calendar": "calendars, default", "lists": "lists", "mapping": "mapping", "milestones": "milestones",
    "status": "channels, status", "replies": "channels, replies", "whatsapp": "channels, whatsapp",
    "fax": "channels, fax",
    "silent_after": "sources, silent after", "catalog": "catalog", "courtesy": "courtesy", "budgets": "budgets",
    "templates": "templates", "words": "templates, words", "order_link": "messages, order link",
    "local_times": "messages, local times", "people": "audiences, people",
    "default_locale": "audiences, default locale",
}  # fmt: skip
"""Fields of a configuration, as they are called in ``config/``, in the order in which they are told."""
NAMES = ("id", "name")
"""What the entries of a list may be known by."""
NAMED = ("approvals", "audiences", "calendars")
"""Parts whose entries bear their names a second time."""
ORDER = "order"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Kind(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Nothing:
    """Stands where there is no value, which is not the same as an empty one."""

    def __bool__(self) -> bool:
        return False


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Field:
    """A value before and after, or ``NOTHING``. ``path`` leads to it within its entry; empty where it is the entry."""

    path: tuple[str, ...]
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of one part that is not as it was. ``name`` is empty where the part has no entries."""

    part: str
    name: str
    kind: Kind
    fields: tuple[Field, ...]


def differences(before: Configuration, after: Configuration) -> list[Change]:
    """Return what differs, versions apart; empty if the two say the same, in the same order."""
    first, second = _as_written(before), _as_written(after)
    parts = [*PARTS, *(name for name in first if name not in PARTS and name != "version")]
    return [change for name in parts for change in _changes(PARTS.get(name, name), first[name], second[name])]


def _changes(part: str, before: Any, after: Any) -> Iterator[Change]:
    entries = _entries(before, after)
    if entries is None:
        if not _alike(before, after):
            yield Change(part, "", Kind.CHANGED, (Field((), before, after),))
        return
    first, second = entries
    for name in _union(first, second):
        fields = tuple(_fields((), first.get(name, NOTHING), second.get(name, NOTHING)))
        kind = Kind.ADDED if name not in first else Kind.REMOVED if name not in second else Kind.CHANGED
        if fields:
            yield Change(part, name, kind, fields)
    if moved := tuple(_moved((), before, first, second)):
        yield Change(part, "", Kind.CHANGED, moved)


def _fields(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Field]:
    """Give the values that differ, as deep down as they can be told apart."""
    if _alike(before, after):
        return
    entries = _entries(before, after)
    if entries is None:
        yield Field(path, before, after)
        return
    first, second = entries
    for name in _union(first, second):
        yield from _fields((*path, name), first.get(name, NOTHING), second.get(name, NOTHING))
    yield from _moved(path, before, first, second)


def _moved(
    path: tuple[str, ...], before: Any, first: Mapping[str, Any], second: Mapping[str, Any]
) -> Iterator[Field]:  # fmt: skip
    """Give the order of a list's entries, if those that stayed stand in another."""
    stayed, now = [name for name in first if name in second], [name for name in second if name in first]
    if isinstance(before, list) and stayed != now:
        yield Field((*path, ORDER), stayed, now)


def _entries(before: Any, after: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Return the entries of two values by their names, or ``None`` if they have none, or not of the same kind."""
    before, after = _or_empty(before, after), _or_empty(after, before)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return before, after
    if isinstance(before, list) and isinstance(after, list):
        for key in NAMES:
            first, second = _named(before, key), _named(after, key)
            if first is not None and second is not None:
                return first, second
    return None


def _or_empty(value: Any, other: Any) -> Any:
    """Return what compares entry by entry where there is nothing beside something with entries."""
    return type(other)() if value in (None, NOTHING) and isinstance(other, dict | list) and other else value


def _named(value: list[Any], key: str) -> Mapping[str, Any] | None:
    if not all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in value):
        return None
    named = {item[key]: _without(item, key) for item in value}
    return named if len(named) == len(value) else None


def _without(item: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in keys}


def _union(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*first, *second)))


def _alike(one: Any, other: Any) -> bool:
    """Say whether two values are spelt alike: 5.1 and 5.10 are not, since a version's name tells them apart."""
    if isinstance(one, Nothing) or isinstance(other, Nothing):
        return one is other
    return dumps(one) == dumps(other)


def _as_written(configuration: Configuration) -> dict[str, Any]:
    """Return a configuration as plain objects, much as ``config/`` spells it."""
    document: dict[str, Any] = _plain(asdict(configuration))
    # What a configuration works out for itself is not written anywhere.
    document = {name: value for name, value in document.items() if not name.startswith("_")}
    for part in NAMED:
        document[part] = {name: _without(entry, *NAMES) for name, entry in document[part].items()}
    document["people"] = dict(_people(configuration, document["people"]))
    for rule in document["rules"]:
        rule["then"] = {"notify": rule["then"], "approval": rule.pop("approval")}
    return document


def _people(configuration: Configuration, people: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what stands of people beside the audiences they are members of."""
    audiences = configuration.audiences.values()
    members = {member.key for audience in audiences for those in audience.members.values() for member in those}
    for key, person in people.items():
        own = {} if key in members else person["recipient"]
        told = {name: value for name, value in {**person, **own}.items() if value and name != "recipient"}
        if told:
            yield key, told


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        # Sorted as in a stored version, so that a folder whose keys stand in another order says the same.
        # Of all there is only a calendar knows its entries by numbers: they are days of the week.
        return {DAYS[key] if isinstance(key, int) else key: _plain(value[key]) for key in sorted(value)}
    if isinstance(value, tuple) and any(isinstance(item, time) for item in value):
        return "-".join(f"{item:%H:%M}" for item in value)
    if isinstance(value, frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 3600:.10g} h"
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
