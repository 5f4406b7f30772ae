"""The syntax tree of a compiled CEL condition, read from the bytes the compiler serialises it to.

The engine hands its tree out only as a serialised ``cel.expr.CheckedExpr`` (field numbers as in ``checked.proto`` and
``syntax.proto`` of the CEL specification). Reading those few messages takes the lines below; a protobuf runtime would
add more to every cold start than all of the engine.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

DEEPEST = 150
"""Levels of the deepest tree that is read. Conditions people write have ten or twenty."""


class TreeError(ValueError):
    """A tree that cannot be read: too deep, or not of the published form."""


class NodeKind(StrEnum):
    """What a node is."""

    CONSTANT = "constant"
    NAME = "name"
    FIELD = "field"
    CALL = "call"
    LIST = "list"
    MAP = "map"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``name`` is the identifier, field or function; of a text constant it is the text.

    ``children`` of a call begin with the value it is called on, if there is one. Those of a loop are the range, then
    the rest; ``loop_variable`` and ``accumulator`` are its names. ``raw`` is the node's own message.
    """

    id: int
    kind: NodeKind
    raw: bytes
    name: str = ""
    children: tuple["Node", ...] = ()
    is_text: bool = False
    only_tests: bool = False
    loop_variable: str = ""
    accumulator: str = ""

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition's tree: its root, where each node stands in the text (offset in characters), and how to cut it."""

    root: Node
    positions: Mapping[int, int]
    _checked: tuple[tuple[int, int, bytes | int], ...]
    _type_url: bytes

    def serialised(self, node: Node) -> bytes:
        """Return a part of the condition as a condition of its own, for ``Env.deserialize``."""
        fields = [(number, wire, node.raw if number == 4 else value) for number, wire, value in self._checked]
        return _message([(1, 2, self._type_url), (2, 2, _message(fields))])


def constant(node: Node) -> bool | int | float | str | None:
    """Return what a constant is; ``None`` for bytes, null, and a node that is no constant."""
    if node.kind is not NodeKind.CONSTANT:
        return None
    if node.is_text:
        return node.name
    body = next((value for number, _, value in _fields(node.raw) if number == _CONSTANT), b"")
    for number, wire, value in _fields(body) if isinstance(body, bytes) else ():
        if isinstance(value, int):
            return {2: bool(value), 3: value - (value >> 63 << 64), 4: value}.get(number)
        if number == 5 and wire == 1:
            return float(struct.unpack("<d", value)[0])
    return None


def read_tree(serialised: bytes) -> Tree:
    """Return the tree of ``Expression.serialize()``. Raises ``TreeError``."""
    try:
        envelope = {number: value for number, _, value in _fields(serialised)}
        type_url, content = envelope[1], envelope[2]
        if not isinstance(type_url, bytes) or not isinstance(content, bytes):
            raise TreeError("the compiled condition has no published form")
        checked = tuple(_fields(content))
        positions: dict[int, int] = {}
        root: Node | None = None
        for number, _, value in checked:
            if number == 4 and isinstance(value, bytes):
                root = _node(value, 0)
            elif number == 5 and isinstance(value, bytes):
                positions = dict(_positions(value))
    except (IndexError, KeyError, UnicodeDecodeError) as error:
        raise TreeError(f"the compiled condition has no published form ({type(error).__name__})") from None
    if root is None:
        raise TreeError("the compiled condition has no expression")
    return Tree(root, positions, checked, type_url)


def _node(raw: bytes, depth: int) -> Node:
    if depth > DEEPEST:
        raise TreeError(f"the condition is nested more than {DEEPEST} levels deep")
    identity, kind, body = 0, 0, b""
    for number, _, value in _fields(raw):
        if number == 2 and isinstance(value, int):
            identity = value
        elif isinstance(value, bytes):
            kind, body = number, value
    parts = list(_fields(body))
    if kind == _CONSTANT:
        number, _, value = parts[0] if parts else (0, 0, b"")
        is_text = number == 6 and isinstance(value, bytes)
        return Node(identity, NodeKind.CONSTANT, raw, name=_text(value) if is_text else "", is_text=is_text)
    if kind == _MAP:
        entries = [list(_fields(value)) for number, _, value in parts if number == 2 and isinstance(value, bytes)]
        children = tuple(child for entry in entries for child in _children(entry, (3, 4), depth))
        return Node(identity, NodeKind.MAP, raw, children=children)
    if kind not in _SHAPES:
        raise TreeError("the compiled condition has a node of no published kind")
    what, name, below = _SHAPES[kind]
    return Node(
        id=identity,
        kind=what,
        raw=raw,
        name=_name(parts, name),
        children=_children(parts, below, depth),
        only_tests=what is NodeKind.FIELD and any(number == 3 and value for number, _, value in parts),
        loop_variable=_name(parts, 1) if what is NodeKind.LOOP else "",
        accumulator=_name(parts, 3) if what is NodeKind.LOOP else "",
    )


_CONSTANT, _MAP = 3, 8
_WIDTHS = {1: 8, 5: 4}
"""Bytes of a number of fixed width, by its wire type."""
_SHAPES = {
    4: (NodeKind.NAME, 1, ()),
    5: (NodeKind.FIELD, 2, (1,)),
    6: (NodeKind.CALL, 2, (1, 3)),
    7: (NodeKind.LIST, 0, (1,)),
    9: (NodeKind.LOOP, 1, (2, 4, 5, 6, 7)),
}
"""By field number of ``Expr``: the kind, the field with its name, and the fields with what is below it."""


def _children(parts: list[tuple[int, int, bytes | int]], numbers: tuple[int, ...], depth: int) -> tuple[Node, ...]:
    return tuple(
        _node(value, depth + 1)
        for wanted in numbers
        for number, _, value in parts
        if number == wanted and isinstance(value, bytes)
    )


def _name(parts: list[tuple[int, int, bytes | int]], wanted: int) -> str:
    return next((_text(value) for number, _, value in parts if number == wanted), "")


def _text(value: bytes | int) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else ""


def _positions(source_info: bytes) -> Iterator[tuple[int, int]]:
    for number, _, value in _fields(source_info):
        if number == 4 and isinstance(value, bytes):
            entry = {key: item for key, _, item in _fields(value)}
            node, offset = entry.get(1, 0), entry.get(2, 0)
            if isinstance(node, int) and isinstance(offset, int):
                yield node, offset


def _fields(raw: bytes) -> Iterator[tuple[int, int, bytes | int]]:
    """Yield a message's fields as number, wire type and value, as the protobuf encoding has them."""
    place, end = 0, len(raw)
    while place < end:
        # Nearly every number has one byte: asking for that here halves the time of reading a tree.
        key, place = (raw[place], place + 1) if raw[place] < 0x80 else _varint(raw, place)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, place = _varint(raw, place)
            yield number, wire, value
            continue
        if wire == 2:
            length, place = (raw[place], place + 1) if raw[place] < 0x80 else _varint(raw, place)
        elif wire in _WIDTHS:
            length = _WIDTHS[wire]
        else:
            raise TreeError("the compiled condition has no published form")
        if place + length > end:
            raise TreeError("the compiled condition is cut short")
        yield number, wire, raw[place : place + length]
        place += length


def _varint(raw: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
        shift += 7


def _message(fields: list[tuple[int, int, bytes | int]]) -> bytes:
    spelt = bytearray()
    for number, wire, value in fields:
        spelt += _spelt_varint(number << 3 | wire)
        if isinstance(value, int):
            spelt += _spelt_varint(value)
        else:
            spelt += (_spelt_varint(len(value)) if wire == 2 else b"") + value
    return bytes(spelt)


def _spelt_varint(value: int) -> bytes:
    spelt = bytearray()
    while value >= 0x80:
        spelt.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*spelt, value])
