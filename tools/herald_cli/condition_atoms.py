"""The parts of conditions that are true or false by themselves, each with one number however it is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from herald.adapters.cel_references import references
from herald.adapters.cel_tree import Node, NodeKind, constant

Value = tuple[str, bool | int | float | str]
"""A constant with its kind, since 1 is not true."""

_FLIPPED = {"_>_": "_<_", "_>=_": "_<=_"}


@dataclass(frozen=True, slots=True)
class Demand:
    """What an atom asks of one term if it holds: to be one of ``values``, or a number within limits.

    ``term`` is its number, ``path`` how it is written. A limit is a number, and whether it is excluded itself.
    """

    term: int
    path: str
    values: frozenset[Value] | None = None
    above: tuple[float, bool] | None = None
    below: tuple[float, bool] | None = None


class Atoms:
    """Numbers expressions: equal ones are equal in number. ``lists`` are those of the configuration."""

    def __init__(self, lists: Mapping[str, object]) -> None:
        self._lists = lists
        self._numbers: dict[tuple[object, ...], int] = {}
        self._demands: dict[int, Demand | None] = {}
        self._held: dict[int, frozenset[Value] | None] = {}

    def number(self, node: Node) -> int:
        """Return the number of an expression; which side of a comparison stands where does not matter."""
        return self._number(node, node.name)

    def atom(self, node: Node) -> tuple[int, bool]:
        """Return the number of an atom, and whether the condition says it or its opposite (``!=``)."""
        return (self._number(node, "_==_"), False) if node.name == "_!=_" else (self.number(node), True)

    def _number(self, node: Node, name: str) -> int:
        children = [self.number(child) for child in node.children]
        if node.kind is NodeKind.CONSTANT:
            value = constant(node)
            key: tuple[object, ...] = ("constant", _value(value)) if value is not None else ("constant", node.raw)
        else:
            if name in _FLIPPED:
                name, children = _FLIPPED[name], children[::-1]
            elif name == "_==_":
                children.sort()
            key = (node.kind, name, node.only_tests, node.loop_variable, node.accumulator, *children)
        return self._numbers.setdefault(key, len(self._numbers))

    def demand(self, node: Node) -> Demand | None:
        """Return what an atom asks of one term, if that is all it does; ``a != b`` is read as ``a == b``."""
        number, _ = self.atom(node)
        if number not in self._demands:
            self._demands[number] = self._demanded(node)
        return self._demands[number]

    def demand_of(self, number: int) -> Demand | None:
        """Return the demand of an atom that was asked for it before."""
        return self._demands.get(number)

    def is_empty(self, node: Node) -> bool:
        """Say whether an expression is surely a list or map without entries."""
        return self._members(node) == frozenset()

    def _demanded(self, node: Node) -> Demand | None:
        if node.kind is not NodeKind.CALL or len(node.children) != 2:
            return None
        left, right = node.children
        if node.name in ("_==_", "_!=_"):
            value, term = (constant(left), right) if constant(left) is not None else (constant(right), left)
            return self._about(term, values=frozenset({_value(value)})) if value is not None else None
        if node.name == "@in":
            members = self._members(right)
            return self._about(left, values=members) if members is not None else None
        return self._limited(node.name, left, right)

    def _limited(self, name: str, left: Node, right: Node) -> Demand | None:
        if name not in ("_<_", "_<=_", "_>_", "_>=_"):
            return None
        strict = name in ("_<_", "_>_")
        for term, other, upwards in ((left, right, name in ("_>_", "_>=_")), (right, left, name in ("_<_", "_<=_"))):
            limit = constant(other)
            if isinstance(limit, int | float) and not isinstance(limit, bool) and constant(term) is None:
                bound = (float(limit), strict)
                return self._about(term, above=bound) if upwards else self._about(term, below=bound)
        return None

    def _about(
        self, term: Node, *, values: frozenset[Value] | None = None, above: tuple[float, bool] | None = None,
        below: tuple[float, bool] | None = None,
    ) -> Demand:  # fmt: skip
        return Demand(self.number(term), path_of(term), values, above, below)

    def _members(self, node: Node) -> frozenset[Value] | None:
        """Return what is in a list of constants, or a list or map of the configuration, by its keys."""
        number = self.number(node)
        if number not in self._held:
            self._held[number] = self._found(node)
        return self._held[number]

    def _found(self, node: Node) -> frozenset[Value] | None:
        if node.kind is NodeKind.LIST:
            return _values(constant(child) for child in node.children)
        if node.kind is NodeKind.MAP:
            return _values(constant(child) for child in node.children[::2])
        found = self._configured(node)
        return _values(found) if isinstance(found, Mapping | list) else None

    def _configured(self, node: Node) -> object:
        """Return what the configuration has at a path of fields and texts below ``lists``; else ``None``."""
        if node.kind is NodeKind.NAME:
            return self._lists if node.name == "lists" else None
        if node.kind is NodeKind.FIELD and not node.only_tests:
            holder, key = node.children[0], node.name
        elif node.kind is NodeKind.CALL and node.name == "_[_]" and node.children[1].is_text:
            holder, key = node.children[0], node.children[1].name
        else:
            return None
        found = self._configured(holder)
        return found.get(key) if isinstance(found, Mapping) else None


def path_of(node: Node) -> str:
    """Return how a field is written, as ``order.region``; empty for anything else."""
    if node.kind not in (NodeKind.FIELD, NodeKind.NAME) and node.name != "_[_]":
        return ""
    return next((reference.path for reference in references(node, {})), "")


def _values(found: Iterable[object]) -> frozenset[Value] | None:
    values = list(found)
    if not all(isinstance(value, bool | int | float | str) for value in values):
        return None
    return frozenset(_value(value) for value in values)


def _value(value: object) -> Value:
    if isinstance(value, bool):
        return ("truth", value)
    return ("text", value) if isinstance(value, str) else ("number", value)  # type: ignore[return-value]
