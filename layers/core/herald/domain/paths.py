"""Paths into data of a shape nobody promised: JMESPath that never raises."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def found(path: str, data: Mapping[str, Any]) -> Any:
    """Return what a JMESPath finds; ``None`` if it finds nothing or cannot be used on such data."""
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415 - most events are read without

    try:
        return compiled(path).search(data)
    except (JMESPathError, TypeError, ValueError):
        # Comparing a number with a text is a TypeError of Python's to it.
        return None


@lru_cache(maxsize=2048)
def compiled(path: str) -> Any:
    """Return a compiled path. Raises ``JMESPathError`` if it is none."""
    import jmespath  # noqa: PLC0415 - as above

    return jmespath.compile(path)
