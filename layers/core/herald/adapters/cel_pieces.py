"""The pieces of a condition's text: what ``&&`` or ``||`` joins at its top.

Rules share most of their pieces, so pieces are compiled and asked once for all rules of an event. Their texts are found
without a syntax tree, whose reading takes longer than compiling. Joined by three-valued logic (an error is neither true
nor false) the pieces say what the whole says.
"""

import re
from collections.abc import Iterator

from herald.adapters.cel_limits import DEEPEST_LOOP

AND, OR = "&&", "||"
LOOPS = frozenset({"all", "exists", "exists_one"})
"""Loops that say true or false. ``map`` and ``filter`` gather, so what they make may grow."""
HARMLESS = frozenset(
    {
        "contains", "double", "duration", "endsWith", "has", "int", "matches", "size", "startsWith", "string",
        "timestamp", "uint",
    }
)  # fmt: skip

_HIDDEN = re.compile(
    r"""
    //[^\n]*
    | [bB]?[rR][bB]? (?: \"{3}.*?\"{3} | '{3}.*?'{3} | "[^"\n]*" | '[^'\n]*' )
    | [bB]? (?: \"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3} | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    """,
    re.VERBOSE | re.DOTALL,
)
_MARK = re.compile(r"&&|\|\||[()\[\]{}?]")
_CALL = re.compile(r"(\w+)\s*\(")
_LITERAL_PATTERN = re.compile(r'matches\s*\(\s*"+\s*\)')
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def pieces_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the operator at the top of a condition and the texts it joins, without blanks and comments around them.

    Parentheses around the whole and around what the same operator joins are taken off. Without an operator at the top
    (or with ``? :`` there, or where brackets do not match) the operator is empty and the one text is the whole.
    """
    bare = _bared(text)
    start, end = _unwrapped(bare, 0, len(bare))
    operator = _operator(bare, start, end)
    spans = tuple(_joined(bare, start, end, operator)) if operator else ((start, end),)
    return operator, tuple(text[begin:stop] for begin, stop in spans)


def surely_bounded(text: str) -> bool:
    """Say whether a condition surely breaks no limit of ``cel_limits``, by its text alone.

    It calls nothing that could, its few loops gather and add nothing, and its patterns are literals.
    """
    bare = _bared(text)
    names = _CALL.findall(bare)
    number = sum(name in LOOPS for name in names)
    return (
        all(name in LOOPS or name in HARMLESS for name in names)
        and number <= DEEPEST_LOOP
        and not (number and "+" in bare)
        and names.count("matches") == len(_LITERAL_PATTERN.findall(bare))
    )


def loops_in(text: str) -> int:
    """Return how many loops a condition has that is surely bounded."""
    return sum(name in LOOPS for name in _CALL.findall(_bared(text)))


def _bared(text: str) -> str:
    """Return the text with comments as blanks and literals as quotation marks, in the same length."""
    return _HIDDEN.sub(lambda found: (" " if found[0].startswith("//") else '"') * len(found[0]), text)


def _joined(bare: str, start: int, end: int, operator: str) -> Iterator[tuple[int, int]]:
    for begin, stop in _cut(bare, start, end, operator):
        inner = _unwrapped(bare, begin, stop)
        if inner != (begin, stop) and _operator(bare, *inner) == operator:
            yield from _joined(bare, *inner, operator)
        else:
            yield begin, stop


def _cut(bare: str, start: int, end: int, operator: str) -> Iterator[tuple[int, int]]:
    begin = start
    for mark, at in _at_top(bare, start, end):
        if mark == operator:
            yield _trimmed(bare, begin, at)
            begin = at + len(mark)
    yield _trimmed(bare, begin, end)


def _operator(bare: str, start: int, end: int) -> str:
    """Return what binds loosest at the top; nothing where that is ``? :``, or where brackets do not match."""
    marks = {mark for mark, _ in _at_top(bare, start, end)}
    if marks & {"?", ""}:
        return ""
    return next((operator for operator in (OR, AND) if operator in marks), "")


def _at_top(bare: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield the marks outside all brackets with their places; an empty one if brackets do not match."""
    depth = 0
    for found in _MARK.finditer(bare, start, end):
        depth += _DEPTH.get(found[0], 0)
        if depth < 0:
            break
        if depth == 0 and found[0] not in _DEPTH:
            yield found[0], found.start()
    if depth != 0:
        yield "", end


def _unwrapped(bare: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch without blanks and without parentheses around all of it."""
    start, end = _trimmed(bare, start, end)
    while bare[start : start + 1] == "(" and bare[end - 1] == ")" and _closes_last(bare, start, end):
        start, end = _trimmed(bare, start + 1, end - 1)
    return start, end


def _closes_last(bare: str, start: int, end: int) -> bool:
    """Say whether the bracket that opens first is closed by the last character."""
    depth = 0
    for found in _MARK.finditer(bare, start, end):
        depth += _DEPTH.get(found[0], 0)
        if depth == 0:
            return found.end() == end
    return False


def _trimmed(bare: str, start: int, end: int) -> tuple[int, int]:
    kept = bare[start:end]
    return start + len(kept) - len(kept.lstrip()), end - len(kept) + len(kept.rstrip())
