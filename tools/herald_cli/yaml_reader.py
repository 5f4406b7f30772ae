"""YAML without its traps: no key twice, no word read as true or false, no text read as a number, and places kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from herald_cli.findings import Finding

Keys = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value begins (from 1). ``indent`` is the first column of a literal block's text, 0 for anything else."""

    line: int
    column: int
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content with the place of every value, by the keys and list numbers that lead to it.

    Numbers with a fraction are ``Decimal``.
    """

    file: str
    value: Any
    places: Mapping[Keys, Place]

    def place(self, path: Keys) -> Place:
        """Return the place of a value, or of the nearest one that holds it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return Place(1, 1)

    def finding(self, path: Keys, code: str, message: str, fix: str = "") -> Finding:
        """Return a finding at a value."""
        place = self.place(path)
        return Finding(self.file, place.line, place.column, code, message, fix)


def read_yaml(file: str, text: str) -> tuple[Document | None, list[Finding]]:
    """Return a file's document and what is wrong in it; no document if it is no YAML at all."""
    try:
        alias, node = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [_at(file, mark, "yaml-syntax", f"no YAML: {error.problem or error.context}")]
    except yaml.YAMLError:
        return None, [Finding(file, 1, 1, "yaml-syntax", "no YAML: it holds characters that are not allowed")]
    if alias is not None:
        message = f"the alias `*{alias.anchor}` hides what stands here"
        return None, [_at(file, alias.start_mark, "yaml-alias", message, "write the value out")]
    reading = _Reading(file, text.splitlines())
    value = reading.value(node, ()) if node is not None else None
    return Document(file, value, reading.places), reading.findings


def _composed(text: str) -> tuple[yaml.AliasEvent | None, yaml.Node | None]:
    """Return the first alias, or the nodes of a text without any. Raises ``yaml.YAMLError``."""
    try:
        return _loaded(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        # The loader in C is ten times as fast; the other one says better what is wrong.
        return _loaded(text, yaml.SafeLoader)


def _loaded(text: str, loader: Any) -> tuple[yaml.AliasEvent | None, yaml.Node | None]:
    for event in yaml.parse(text, Loader=loader) if "*" in text else ():
        if isinstance(event, yaml.AliasEvent):
            return event, None
    return None, yaml.compose(text, Loader=loader)


class _Reading:
    def __init__(self, file: str, lines: list[str]) -> None:
        self.places: dict[Keys, Place] = {}
        self.findings: list[Finding] = []
        self._file = file
        self._lines = lines

    def value(self, node: yaml.Node, path: Keys) -> Any:
        self.places.setdefault(path, self._place(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Keys) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in lines:
                message = f"the key `{key}` stands here a second time, first in line {lines[key]}"
                self._find(key_node, "duplicate-key", message, "keep one of them")
                continue
            lines[key] = key_node.start_mark.line + 1
            mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._find(node, "key-not-text", "a key is no text")
            return None
        if node.tag == f"{_TAG}str":
            return str(node.value)
        if node.tag == f"{_TAG}bool" and node.value.lower() == "on":
            self._find(node, "yaml-true-false", "YAML reads the key `on` as true", "the key is called `events`")
            return None
        self._find(
            node,
            "key-not-text",
            f"YAML reads the key `{node.value}` as {_kind(node)}",
            f'write "{node.value}" in quotes',
        )
        return None

    def _scalar(self, node: yaml.Node) -> Any:
        tag, text = node.tag.removeprefix(_TAG), str(node.value)
        if tag == "str":
            return text
        if tag == "null":
            return None
        if tag == "bool" and text in ("true", "false"):
            return text == "true"
        if tag == "int" and _WHOLE.fullmatch(text):
            return int(text)
        if tag == "float" and _DECIMAL.fullmatch(text):
            return Decimal(text)
        code = "yaml-true-false" if tag == "bool" else "yaml-surprise"
        fix = (
            f'write "{text}" in quotes, or as a plain number'
            if tag in ("int", "float")
            else f'write "{text}" in quotes'
        )
        self._find(node, code, f"YAML reads `{text}` as {_kind(node)}", fix)
        return text

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        if not (isinstance(node, yaml.ScalarNode) and node.style == "|"):
            quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
            return Place(mark.line + 1, mark.column + 1 + int(quoted))
        first = mark.line + 1
        while first < node.end_mark.line and not self._lines[first].strip():
            first += 1
        line = self._lines[first] if first < len(self._lines) else ""
        return Place(mark.line + 2, 1, indent=len(line) - len(line.lstrip(" ")) + 1)

    def _find(self, node: yaml.Node, code: str, message: str, fix: str = "") -> None:
        self.findings.append(_at(self._file, node.start_mark, code, message, fix))


def _kind(node: yaml.Node) -> str:
    names = {"bool": "true or false", "int": "a number", "float": "a number", "timestamp": "a date", "null": "nothing"}
    return names.get(node.tag.removeprefix(_TAG), f"a {node.tag}")


def _at(file: str, mark: Any, code: str, message: str, fix: str = "") -> Finding:
    return Finding(file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, code, message, fix)
