"""JMESPath expressions checked before they ship: whether they can be used, and on which facts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from herald.domain.event_types import known_types, variables_of
from herald.domain.facts_schema import RECORDS
from herald_cli.findings import Finding
from herald_cli.yaml_reader import Document, Keys

_FIRST = re.compile(r"[A-Za-z_]\w*(?=\.|$)")


def bad_path(document: Document, at: Keys, path: str) -> Iterator[Finding]:
    """Yield a finding if the text is no JMESPath expression."""
    try:
        jmespath.compile(path)
    except JMESPathError as error:
        problem = " ".join(str(error).split())
        yield document.finding(at, "bad-path", f"`{path}` is no JMESPath expression: {problem}"[:300])


def types_without(path: str, event_types: Iterable[str], mapping: Mapping[str, Any]) -> list[str]:
    """Return those of the known types whose facts lack the variable a path begins with.

    A path that begins with anything but a variable of some facts is found nowhere or everywhere: nothing is said of it.
    """
    first = _FIRST.match(path)
    if first is None or first[0] not in {*RECORDS, "data"}:
        return []
    known = known_types(mapping)
    return [name for name in event_types if name in known and first[0] not in variables_of(name, mapping)]
