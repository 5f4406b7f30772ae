"""JSON that is read while it comes, one part of it at a time."""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from herald.adapters.http_client import MAX_ANSWER_BYTES, json_decoder
from herald.domain.errors import CallFailed
from herald.domain.fates import SUCCESS, Break, Call, ruling_for_break

_BLANK: Final = r"[ \t\n\r]*"
_Read = Callable[[str, int], tuple[Any, int]]


@dataclass(frozen=True, slots=True)
class _Form:
    """What stands before the first and each further part of a whole, after the last, and in a whole without any."""

    what: str
    first: re.Pattern[str]
    further: re.Pattern[str]
    end: re.Pattern[str]
    empty: re.Pattern[str]


def _form(what: str, opening: str, closing: str, ahead: str) -> _Form:
    opened, closed, blank = re.escape(opening), re.escape(closing), _BLANK
    return _Form(
        what,
        re.compile(f"{blank}{opened}{blank}(?={ahead})"),
        re.compile(f"{blank},{blank}(?={ahead})"),
        re.compile(f"{blank}{closed}{blank}"),
        re.compile(f"{blank}{opened}{blank}{closed}{blank}"),
    )


_LIST: Final = _form("list of objects", "[", "]", "{")
_OBJECT: Final = _form("object", "{", "}", '"')
_COLON: Final = re.compile(f"{_BLANK}:{_BLANK}")


def objects(chunks: Iterable[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of a JSON list of objects, each as its text and its value, as soon as it is whole.

    Raises ``CallFailed``.
    """
    return _parts(chunks, _LIST, json_decoder().raw_decode)


def members(chunks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield the members of a JSON object, name and value, each as soon as it is whole. Raises ``CallFailed``."""
    read = json_decoder().raw_decode

    def member(text: str, start: int) -> tuple[tuple[str, Any], int]:
        name, at = read(text, start)
        colon = _COLON.match(text, at)
        if colon is None:
            raise ValueError("no colon yet")
        value, at = read(text, colon.end())
        # A number may go on where the text ends, and its digits where it goes on.
        if at == len(text) or text[at] in ".eE":
            raise ValueError("the value is not whole yet")
        return (name, value), at

    return (pair for _, pair in _parts(chunks, _OBJECT, member))


def _parts(chunks: Iterable[bytes], form: _Form, read: _Read) -> Iterator[tuple[str, Any]]:
    """Yield the parts, each as its text and its value; no more than one of them is held at a time.

    Whether a part that cannot be read is broken or unfinished only its end tells, and each try begins at its start: so
    the text must have doubled before the next.
    """
    decode = getincrementaldecoder("utf-8")().decode
    text, enough, begins = "", 0, form.first
    try:
        for chunk in chain(filter(None, chunks), (b"",)):
            text += decode(chunk, final=not chunk)
            if chunk and len(text) < enough:
                continue
            at = 0
            while (start := begins.match(text, at)) is not None:
                try:
                    part, end = read(text, start.end())
                except (ValueError, ArithmeticError, RecursionError):
                    break
                yield text[start.end() : end], part
                begins, at = form.further, end
            text = text[at:]
            enough = min(2 * len(text), MAX_ANSWER_BYTES)
            if len(text) > MAX_ANSWER_BYTES:
                raise unreadable(f"the answer is no {form.what}, or holds too large a part")
    except UnicodeDecodeError:
        raise unreadable("the answer is not UTF-8") from None
    if (form.empty if begins is form.first else form.end).fullmatch(text) is None:
        raise unreadable(f"the answer is no {form.what}")


def unreadable(detail: str) -> CallFailed:
    """Return the failure of an answer that is not what was asked for."""
    ruling = ruling_for_break(Call.READ, Break.ANSWER_UNREADABLE)
    return CallFailed(ruling.fate, ruling.reason, detail, status=SUCCESS)
