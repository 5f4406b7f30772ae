"""Changing a dataclass of switches from a JSON document, for the ``/_simulator/switches`` routes."""

from dataclasses import fields
from typing import Any

from simulators.json_types import Record


def change_switches(switches: Any, document: Record, choices: dict[str, tuple[Any, ...]] | None = None) -> None:
    """Set the named switches. All or none: raises ValueError for an unknown name, a wrong type or a wrong choice."""
    known = {spec.name for spec in fields(switches)}
    for name, value in document.items():
        if name not in known:
            raise ValueError(f"there is no switch {name}; there are {', '.join(sorted(known))}")
        allowed = (choices or {}).get(name)
        if allowed is not None and value not in allowed:
            raise ValueError(f"switch {name} is one of {allowed}")
        present = getattr(switches, name)
        if not _same_kind(present, value):
            raise ValueError(f"switch {name} is a {type(present).__name__}")
    for name, value in document.items():
        setattr(switches, name, tuple(value) if isinstance(value, list) else value)


def _same_kind(present: object, value: object) -> bool:
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    if isinstance(present, float):
        return isinstance(value, int | float)
    if isinstance(present, tuple):
        return isinstance(value, list | tuple)
    return isinstance(value, type(present))
