"""Changing the switches of a simulator from a JSON document, for the ``/_simulator/switches`` routes."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.json_types import Record
from simulators.webhook_push import PushSwitches

Choices = Mapping[str, tuple[object, ...]]


def switches_reply(request: Request, switches: Any, choices: Choices, push: PushSwitches) -> Reply:
    """Set the switches a request names, those of ``push`` under that key, and answer all of them.

    All or none: raises a 422 refusal for an unknown name, a wrong type or a wrong choice.
    """
    body = request.json_object(422)
    pushing = body.pop("push", {})
    try:
        _check(push, pushing, {})
        _check(switches, body, choices)
    except ValueError as error:
        raise refused(422, str(error)) from error
    for target, document in ((push, pushing), (switches, body)):
        for name, value in document.items():
            setattr(target, name, tuple(value) if isinstance(value, list) else value)
    return json_reply({**asdict(switches), "push": asdict(push)})


def _check(switches: Any, document: object, choices: Choices) -> None:
    if not isinstance(document, dict):
        raise ValueError("switches are an object")
    checked: Record = document
    known = {spec.name for spec in fields(switches)}
    for name, value in checked.items():
        if name not in known:
            raise ValueError(f"there is no switch {name}; there are {', '.join(sorted(known))}")
        allowed = choices.get(name)
        if allowed is not None and value not in allowed:
            raise ValueError(f"switch {name} is one of {allowed}")
        if not _same_kind(getattr(switches, name), value):
            raise ValueError(f"switch {name} is a {type(getattr(switches, name)).__name__}")


def _same_kind(present: object, value: object) -> bool:
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    if isinstance(present, float):
        return isinstance(value, int | float)
    if isinstance(present, tuple):
        return isinstance(value, list | tuple)
    return isinstance(value, type(present))
