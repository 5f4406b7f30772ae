"""What differs between two configurations, printed for a person or as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import unified_diff
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from herald.adapters.exact_json import dumps
from herald_cli.configuration_diff import NOTHING, Change, Field, Kind

MARKS = {Kind.ADDED: ("+", "green"), Kind.REMOVED: ("-", "red"), Kind.CHANGED: ("~", "yellow")}
IN_ONE_LINE = 90
"""Characters of both values of a field beyond which each gets a line of its own."""
AROUND = 1
"""Lines of a text that are shown before and after those that differ."""

Line = tuple[str, str]
"""A line and its colour."""


def print_changes(console: Console, changes: Sequence[Change]) -> None:
    """Print each change under the part of ``config/`` it is in, and how many there are."""
    for part, found in groupby(changes, key=lambda change: change.part):
        console.print(Text(part, style="bold"))
        for change in found:
            mark, colour = MARKS[change.kind]
            if change.name:
                console.print(Text(f"  {mark} {change.name}", style=colour))
            for field in change.fields:
                for line, style in _lines(field, change.kind):
                    console.print(Text(f"      {line}", style=style), soft_wrap=True)
    numbers = Counter(change.kind for change in changes)
    console.print(", ".join(f"{numbers[kind]} {kind}" for kind in Kind if numbers[kind]), highlight=False)


def changes_as_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the same for scripts. A value that is not there has no key."""
    return [
        {
            "part": change.part, "name": change.name, "kind": str(change.kind),
            "fields": [_field_as_json(field) for field in change.fields],
        }
        for change in changes
    ]  # fmt: skip


def _field_as_json(field: Field) -> dict[str, Any]:
    values = {"before": field.before, "after": field.after}
    there = {name: _exact(value) for name, value in values.items() if value is not NOTHING}
    return {"field": ".".join(field.path), **there}


def _exact(value: Any) -> Any:
    """Return a value as JSON has it; numbers with a fraction keep all their digits as text."""
    return json.loads(dumps(value), parse_float=str)


def _lines(field: Field, kind: Kind) -> Iterator[Line]:
    name = f"{'.'.join(field.path)}: " if field.path else ""
    if kind is not Kind.CHANGED:
        value = field.after if kind is Kind.ADDED else field.before
        if value not in (None, "", [], {}):
            yield f"{name}{_counted(value)}", ""
        return
    before, after = field.before, field.after
    if isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield from _texts(name, before, after)
    elif isinstance(before, list) and isinstance(after, list) and set(map(dumps, before)) != set(map(dumps, after)):
        yield from _items(name, before, after)
    elif len(_spelt(before)) + len(_spelt(after)) <= IN_ONE_LINE:
        yield f"{name}{_spelt(before)} → {_spelt(after)}", ""
    else:
        yield from _head(name)
        yield f"  - {_spelt(before)}", "red"
        yield f"  + {_spelt(after)}", "green"


def _head(name: str) -> Iterator[Line]:
    if name:
        yield name.rstrip(), ""


def _texts(name: str, before: str, after: str) -> Iterator[Line]:
    yield from _head(name)
    for line in list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND))[2:]:
        yield line, {"-": "red", "+": "green", "@": "cyan"}.get(line[:1], "dim")
    if before.splitlines() == after.splitlines():
        yield "only the ends of lines differ", ""


def _items(name: str, before: list[Any], after: list[Any]) -> Iterator[Line]:
    """Give what is new in a list, and what is no longer in it."""
    yield from _head(name)
    for mark, colour, items, others in (("-", "red", before, after), ("+", "green", after, before)):
        known = set(map(dumps, others))
        yield from ((f"  {mark} {_spelt(item)}", colour) for item in items if dumps(item) not in known)


def _counted(value: Any) -> str:
    """Spell a value; of a text of several lines only how many they are."""
    several = isinstance(value, str) and "\n" in value.strip()
    return f"{len(value.splitlines())} lines" if several else _spelt(value)


def _spelt(value: Any) -> str:
    if value is NOTHING or value is None:
        return "nothing"
    if isinstance(value, str):
        return value.strip() or json.dumps(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value) or "nothing"
    return json.dumps(_exact(value), ensure_ascii=False)
