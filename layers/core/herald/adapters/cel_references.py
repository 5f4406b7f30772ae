"""Which fields a condition reads, and what they hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from herald.adapters.cel_tree import Node, NodeKind

EACH = "[]"
"""The step into every element of a list."""

_Step = str | Node
_Path = tuple[_Step, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A field a condition reads, as ``order.total`` or ``order.lines[].sku``.

    ``present`` is false if it, or it in any element of a list, is absent. ``value`` may hold personal data: it is for
    the person who asks, not for logs.
    """

    path: str
    present: bool
    value: Any = field(default=None, repr=False)


def names(root: Node) -> dict[str, Node]:
    """Return the variables a condition reads, each with its first mention; without those its loops make."""
    own = {name for node in root.walk() for name in (node.loop_variable, node.accumulator) if name}
    found: dict[str, Node] = {}
    for node in root.walk():
        if node.kind is NodeKind.NAME and node.name not in own and not node.name.startswith("@"):
            found.setdefault(node.name, node)
    return found


def references(root: Node, variables: Mapping[str, Any]) -> tuple[Reference, ...]:
    """Return the fields a condition reads below its variables, each once, with what the variables hold there."""
    found: dict[str, Reference] = {}
    for path in _paths(root, {}):
        if len(path) > 1:
            values, complete = _values(path, variables)
            many = EACH in path
            value = values if many else next(iter(values), None)
            found.setdefault(_spelt(path), Reference(_spelt(path), complete and (many or bool(values)), value))
    return tuple(found.values())


def tested(root: Node) -> frozenset[str]:
    """Return the paths a condition asks ``has()`` about."""
    return frozenset(_spelt(path) for path, node in _paths_with_nodes(root, {}) if node.only_tests)


def _paths(root: Node, loops: Mapping[str, _Path]) -> Iterator[_Path]:
    return (path for path, _ in _paths_with_nodes(root, loops))


def _paths_with_nodes(node: Node, loops: Mapping[str, _Path]) -> Iterator[tuple[_Path, Node]]:
    path = _path(node, loops)
    if path is not None:
        yield path, node
        for step in path:
            if isinstance(step, Node):
                yield from _paths_with_nodes(step, loops)
        return
    if node.kind is not NodeKind.LOOP:
        for child in node.children:
            yield from _paths_with_nodes(child, loops)
        return
    loop_range, *each = node.children
    yield from _paths_with_nodes(loop_range, loops)
    ranged = _path(loop_range, loops)
    inner = {**loops, node.loop_variable: (*ranged, EACH)} if ranged else {**loops, node.loop_variable: ()}
    for child in each:
        yield from _paths_with_nodes(child, inner)


def _path(node: Node, loops: Mapping[str, _Path]) -> _Path | None:
    """Return the steps from a variable to a field, or ``None`` if the node is something else."""
    if node.kind is NodeKind.NAME:
        path = loops.get(node.name, (node.name,))
        return path or None
    if node.kind is NodeKind.FIELD:
        below = _path(node.children[0], loops)
        return (*below, node.name) if below else None
    if node.kind is NodeKind.CALL and node.name == "_[_]":
        container, index = node.children
        below = _path(container, loops)
        step: _Step = index.name if index.is_text else index
        return (*below, step) if below else None
    return None


def _values(path: _Path, variables: Mapping[str, Any]) -> tuple[list[Any], bool]:
    values: list[Any] = [variables]
    complete = True
    for step in path:
        after: list[Any] = []
        for value in values:
            if step == EACH:
                complete = complete and isinstance(value, list | tuple)
                after.extend(value if isinstance(value, list | tuple) else ())
                continue
            key = step if isinstance(step, str) else _key(step, variables)
            if isinstance(value, Mapping) and key in value and value[key] is not None:
                after.append(value[key])
            else:
                complete = False
        values = after
    return values, complete


def _key(index: Node, variables: Mapping[str, Any]) -> str | None:
    path = _path(index, {})
    values = _values(path, variables)[0] if path else []
    return str(values[0]) if len(values) == 1 else None


def _spelt(path: _Path) -> str:
    spelt = ""
    for step in path:
        if isinstance(step, Node):
            inner = _path(step, {})
            spelt += f"[{_spelt(inner) if inner else '...'}]"
        elif step == EACH:
            spelt += EACH
        elif step.isidentifier():
            spelt += f".{step}" if spelt else step
        else:
            spelt += f'["{step}"]'
    return spelt
