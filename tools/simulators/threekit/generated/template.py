"""JSON texts with gaps: a document is written once, and filled in as often as there are records of its shape."""

import json
import re
from collections.abc import Mapping
from typing import Any

_TEXT = re.compile(r"\\u0001(\w+)\\u0001")
_NUMBER = re.compile(r'"\\u0002(\w+)\\u0002"')


def text_gap(name: str) -> str:
    """Return what stands for a text, or a part of one, that is filled in; it must need no escaping in JSON."""
    return f"\x01{name}\x01"


def number_gap(name: str) -> Any:
    """Return what stands for a number that is filled in."""
    return f"\x02{name}\x02"


class Template:
    """A document with gaps, ready to be filled in."""

    def __init__(self, document: object) -> None:
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("%", "%%")
        self._text = _NUMBER.sub(r"%(\1)s", _TEXT.sub(r"%(\1)s", text))

    def filled(self, values: Mapping[str, object]) -> str:
        """Return the JSON text with every gap filled in. Raises KeyError for a gap without a value."""
        return self._text % values
