"""What can be done to a translated template, so that a rule about it has something to notice."""

from collections.abc import Callable
from typing import Any

from tests.infra.template import Template

Mutation = Callable[[Template], object]


def give(name: str, *path: str | int, to: Any) -> Mutation:
    """Put a value in the place of another."""

    def change(template: Template) -> None:
        place: Any = template.resources[name]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


def drop(name: str, *path: str | int) -> Mutation:
    """Take a value away."""

    def change(template: Template) -> None:
        place: Any = template.resources[name]
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def remove(name: str) -> Mutation:
    """Take a resource away."""
    return lambda template: template.resources.pop(name)


def add(name: str, kind: str, **properties: Any) -> Mutation:
    """Add a resource."""
    return lambda template: template.resources.update({name: {"Type": kind, "Properties": properties}})


def allow(role: str, action: str, resource: str) -> Mutation:
    """Give a role a right."""
    added = {"Sid": "Added", "Effect": "Allow", "Action": action, "Resource": resource}
    return lambda template: _document(template, role)["Statement"].append(added)


def forbid(role: str, sid: str) -> Mutation:
    """Take a statement out of a role's policy."""

    def change(template: Template) -> None:
        document = _document(template, role)
        document["Statement"] = [one for one in document["Statement"] if one.get("Sid") != sid]

    return change


def amend(role: str, sid: str, key: str, *, to: Any) -> Mutation:
    """Put a value in the place of another in a statement of a role's policy."""

    def change(template: Template) -> None:
        [found] = [one for one in _document(template, role)["Statement"] if one.get("Sid") == sid]
        found[key] = to

    return change


def wait(name: str, other: str) -> Mutation:
    """Let a resource refer to another."""
    return lambda template: template.waits_for[name].add(other)


def _document(template: Template, role: str) -> dict[str, Any]:
    found: dict[str, Any] = template.properties(role)["Policies"][0]["PolicyDocument"]
    return found


def in_source(name: str, *path: str, to: Any) -> Mutation:
    """Put a value in the place of another, in the template as it is written."""

    def change(template: Template) -> None:
        place: Any = template.source[name]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change
