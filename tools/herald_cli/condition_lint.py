"""Conditions checked before they ship: fields, types, limits, patterns."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from herald.adapters.cel_compiled import open_environment
from herald.adapters.cel_limits import Breach, breaches_of_text, breaches_of_tree, patterns
from herald.adapters.cel_references import names
from herald.adapters.cel_tree import Tree, TreeError, read_tree
from herald.domain.event_types import variables_of
from herald.domain.facts_schema import RECORDS, ListOf, Record
from herald_cli.findings import Finding, did_you_mean
from herald_cli.rule_types import ITEM, ITEM_FIELDS, PACKAGE, typed_environment
from herald_cli.yaml_reader import Document, Keys

_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNKNOWN_FIELD = re.compile(r"undefined field '(\w+)' not found in struct '(?:\w+\.)?(\w+)'")
_OVERLOAD = re.compile(r"found no matching overload for '(\S+)' applied to '\(?(.*?)\)?'")
_UNDECLARED = re.compile(r"undeclared reference to '([\w.]+)'")
_UNREADABLE = re.compile(r"Syntax error: token recognition error at: '(.)")
_WORD = re.compile(r"Syntax error: (?:mismatched|extraneous|missing).*? '(\w+)'")
_WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}
_FUNCTIONS = ("has", "size", "startsWith", "endsWith", "contains", "matches")
OF_RULES = ("event", "order", "job", "data", "lists", "now")
OF_CHECKS = ("item", "lists")


def breaches(
    condition: str, event_types: tuple[str, ...], mapping: Mapping[str, Any], lists: tuple[str, ...]
) -> list[Breach]:
    """Return what is wrong with a condition that listens to these types; every breach with its offset in the text."""
    offered = {event_type: variables_of(event_type, mapping) for event_type in event_types}
    return _breaches(condition, offered, lists, OF_RULES)


def breaches_of_check(condition: str, lists: tuple[str, ...]) -> list[Breach]:
    """Return what is wrong with the condition of a check of one's own; every breach with its offset in the text."""
    return _breaches(condition, {"a check": frozenset(OF_CHECKS)}, lists, OF_CHECKS)


def at_condition(document: Document, keys: Keys, condition: str, breach: Breach) -> Finding:
    """Return a breach of a condition at its place in the file."""
    place = document.place(keys)
    before = condition[: breach.offset]
    line, column = before.count("\n"), len(before) - before.rfind("\n")
    if place.indent:
        spot = (place.line + line, place.indent + column - 1)
    else:
        # Folded and quoted texts lose their line breaks: their beginning is as near as it gets.
        spot = (place.line, place.column + column - 1) if "\n" not in condition else (place.line, place.column)
    return Finding(document.file, *spot, breach.code, breach.message, breach.fix)


def _breaches(
    condition: str, offered: Mapping[str, frozenset[str]], lists: tuple[str, ...], words: tuple[str, ...]
) -> list[Breach]:
    found = breaches_of_text(condition)
    if found:
        return found
    try:
        tree = condition_tree(condition)
    except (RuntimeError, TreeError, TypeError) as error:
        return [_advised(str(error), condition, lists, words)]
    found = [*_unavailable(tree, offered), *breaches_of_tree(tree), *_bad_patterns(tree)]
    if found:
        return found
    for variables in sorted({tuple(sorted(known)) for known in offered.values()}):
        try:
            kind = _typed(variables, lists).compile(condition).return_type().name()
        except RuntimeError as error:
            return [_advised(str(error), condition, lists, words)]
        if kind != "BOOL":
            return [
                Breach(
                    "not-a-condition",
                    f"the condition is {_article(kind)}, not true or false",
                    "compare it with ==, < or >",
                )
            ]
    return []


@lru_cache(maxsize=4)
def condition_tree(condition: str) -> Tree:
    """Return the tree of a condition; the last ones are kept for whoever looks at a rule next.

    Raises ``RuntimeError``, ``TypeError`` or ``TreeError`` for one that does not compile.
    """
    return read_tree(_open().compile(condition).serialize())


@lru_cache(maxsize=1)
def _open() -> Any:
    return open_environment()


@lru_cache(maxsize=32)
def _typed(variables: tuple[str, ...], lists: tuple[str, ...]) -> Any:
    return typed_environment(variables, lists)


def _unavailable(tree: Tree, offered: Mapping[str, frozenset[str]]) -> Iterator[Breach]:
    for name, node in names(tree.root).items():
        lacking = [listener for listener, variables in offered.items() if name not in variables]
        if lacking:
            yield Breach(
                "not-available",
                f"`{name}` is not available for {', '.join(lacking)}",
                f"{lacking[0]} offers {', '.join(sorted(offered[lacking[0]]))}",
                tree.positions.get(node.id, 0),
            )


def _bad_patterns(tree: Tree) -> Iterator[Breach]:
    for pattern, offset in patterns(tree):
        problem = _problem_of(pattern)
        if problem:
            yield Breach("bad-pattern", f"the pattern is no regular expression: {problem}", "see RE2's syntax", offset)


@lru_cache(maxsize=1024)
def _problem_of(pattern: str) -> str:
    """Return what is wrong with a regular expression, if anything is."""
    result = _trial().eval(data={"pattern": pattern})
    told = str(result.value()) if result.type().name() == "ERROR" else ""
    return told.partition("invalid regular expression: ")[2].partition(" [")[0]


@lru_cache(maxsize=1)
def _trial() -> Any:
    return cel.NewEnv(variables={"pattern": cel.Type.STRING}).compile('"".matches(pattern)')


def _advised(text: str, condition: str, lists: tuple[str, ...], words: Iterable[str]) -> Breach:
    """Return the compiler's first error in words for its author."""
    match = _ERROR.search(text)
    if match is None:
        if "recursion limit" in text or "levels deep" in text:
            return Breach("too-deep", "the condition is nested too deeply", "split it into several rules")
        return Breach("syntax", "the condition holds characters that cannot be read", "write it as plain text")
    line, column, message = int(match[1]), int(match[2]), match[3].removesuffix(" [INVALID_ARGUMENT]")
    offset = _offset(condition, line, column)
    if "recursion depth" in message:
        return Breach("too-deep", "the condition is nested too deeply", "split it into several rules")
    for reading, known in ((_of_field, lists), (_of_types, ()), (_of_name, words), (_of_characters, ())):
        advised = reading(message, tuple(known))
        if advised is not None:
            code, told, fix = advised
            return Breach(code, told, fix, offset)
    return Breach("syntax", message.removeprefix("Syntax error: "), "", offset)


Advice = tuple[str, str, str] | None


def _of_field(message: str, lists: tuple[str, ...]) -> Advice:
    match = _UNKNOWN_FIELD.search(message)
    if match is None:
        return None
    field, owner = match[1], match[2]
    if owner == "Lists":
        return "unknown-list", f"lists.yaml has no list `{field}`", did_you_mean(field, lists)
    return "unknown-field", f"`{field}` is no field of {owner.lower()}", did_you_mean(field, _fields(owner))


def _of_types(message: str, _known: tuple[str, ...]) -> Advice:
    match = _OVERLOAD.search(message)
    if match is None:
        return None
    operator, kinds = match[1].strip("_"), [_kind(kind) for kind in match[2].split(", ")]
    told = f"`{operator}` cannot be used with {' and '.join(_article(kind) for kind in kinds)}"
    if kinds == ["double", "int"]:
        fix = "an amount is compared with a number with a decimal point: write 5000.0, not 5000"
    elif kinds == ["int", "double"]:
        fix = "a count is compared with a whole number: write 3, not 3.0"
    elif "timestamp" in kinds:
        fix = "times of the event are text: write timestamp(order.createdAt)"
    elif "null_type" in kinds:
        fix = "nothing is ever null here: ask has(order.region)"
    elif kinds in (["string", "int"], ["string", "double"]):
        fix = 'texts are written in quotes, as in "5"'
    else:
        fix = ""
    return "type-mismatch", told, fix


def _of_name(message: str, variables: tuple[str, ...]) -> Advice:
    match = _UNDECLARED.search(message)
    if match is None:
        return None
    name = match[1].partition(".")[0]
    if name in _WORDS:
        return "syntax", f"`{name}` is no operator", f"write {_WORDS[name]}"
    fix = did_you_mean(name, (*variables, *_FUNCTIONS))
    return "unknown-name", f"`{name}` is neither a variable nor a function", fix


def _of_characters(message: str, _known: tuple[str, ...]) -> Advice:
    match = _UNREADABLE.search(message)
    if match and match[1] == "=":
        return "syntax", "`=` is no operator", "write == to compare"
    if match and match[1] in "\u201c\u201d\u2018\u2019\u00ab\u00bb\u201e":
        return "syntax", f"{match[1]} is no quotation mark here", 'write plain quotes: "'
    if match and match[1] in "&|":
        return "syntax", f"a single `{match[1]}` is no operator", f"write {match[1] * 2}"
    match = _WORD.search(message)
    if match and match[1] in _WORDS:
        return "syntax", f"`{match[1]}` is no operator", f"write {_WORDS[match[1]]}"
    return None


def _kind(name: str) -> str:
    return name.removeprefix("google.protobuf.").removeprefix(f"{PACKAGE}.").lower()


def _article(kind: str) -> str:
    names = {
        "double": "a number with a decimal point", "int": "a whole number", "string": "text", "bool": "true or false",
        "timestamp": "a time", "null_type": "null", "dyn": "an open value",
    }  # fmt: skip
    return names.get(_kind(kind), f"a {_kind(kind)}")


def _fields(owner: str) -> list[str]:
    if owner == ITEM.name:
        return list(ITEM_FIELDS)
    found: dict[str, Record] = {}
    waiting = list(RECORDS.values())
    while waiting:
        record = waiting.pop()
        found[record.name] = record
        below = (kind.record if isinstance(kind, ListOf) else kind for kind in record.fields.values())
        waiting += [kind for kind in below if isinstance(kind, Record)]
    return list(found[owner].fields) if owner in found else []


def _offset(condition: str, line: int, column: int) -> int:
    lines = condition.splitlines(keepends=True)
    return sum(len(text) for text in lines[: max(line, 1) - 1]) + max(column, 1) - 1
