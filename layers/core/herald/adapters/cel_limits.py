"""What a condition may not do, however well it compiles: the holes an engine's own budgets leave open.

The engine bounds nesting, loop iterations and regular expressions by itself. Doubling a value inside a loop is not
bounded (250 characters reach gigabytes), so no value may grow inside a loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from herald.adapters.cel_tree import Node, NodeKind, Tree

MOST_CHARACTERS: Final = 2000
MOST_LOOPS: Final = 3
DEEPEST_LOOP: Final = 2


@dataclass(frozen=True, slots=True)
class Breach:
    """One limit that a condition breaks. ``offset`` is where in its text, in characters."""

    code: str
    message: str
    fix: str
    offset: int = 0


def breaches_of_text(condition: str) -> list[Breach]:
    """Return what is wrong before compiling is worth trying."""
    if len(condition) <= MOST_CHARACTERS:
        return []
    return [
        Breach(
            "too-long", f"the condition has {len(condition)} characters, {MOST_CHARACTERS} are allowed",
            "split it into several rules, or move values into lists.yaml", MOST_CHARACTERS,
        )
    ]  # fmt: skip


def breaches_of_tree(tree: Tree) -> list[Breach]:
    """Return the limits that a compiled condition breaks, in the order of its text."""
    return sorted(_breaches(tree), key=lambda breach: breach.offset)


def loops(tree: Tree) -> list[Node]:
    """Return the loops of a compiled condition."""
    return [node for node in tree.root.walk() if node.kind is NodeKind.LOOP]


def too_many_loops(number: int) -> str:
    """Return what is told of a condition with more loops than are allowed."""
    return f"the condition has {number} loops, {MOST_LOOPS} are allowed"


def patterns(tree: Tree) -> list[tuple[str, int]]:
    """Return the regular expressions that are literals, with the offset of each."""
    literals = (_pattern(node) for node in tree.root.walk() if _is_match(node))
    return [(node.name, tree.positions.get(node.id, 0)) for node in literals if node.is_text]


def _breaches(tree: Tree) -> Iterator[Breach]:
    found = loops(tree)
    if len(found) > MOST_LOOPS:
        offset = tree.positions.get(found[MOST_LOOPS].id, 0)
        yield Breach("too-many-loops", too_many_loops(len(found)), "split it into several rules", offset)
    for node, depth in _loops_by_depth(tree.root, 1):
        if depth > DEEPEST_LOOP:
            yield Breach(
                "loops-too-deep", "a loop stands inside a loop inside a loop",
                "use a map of lists.yaml and `in` instead of the inner loop", tree.positions.get(node.id, 0),
            )  # fmt: skip
    for node in _additions(tree.root, frozenset(), in_loop=False):
        yield Breach(
            "sum-in-loop", "`+` stands inside a loop, where values could grow without bound",
            "compare fields as they are; totals are computed before the rules", tree.positions.get(node.id, 0),
        )  # fmt: skip
    for node in tree.root.walk():
        if _is_match(node) and not _pattern(node).is_text:
            yield Breach(
                "pattern-not-literal", "the pattern of `matches` is no literal text",
                'write the pattern in quotes, as in matches("^DE-")', tree.positions.get(node.id, 0),
            )  # fmt: skip


def _loops_by_depth(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    if node.kind is not NodeKind.LOOP:
        for child in node.children:
            yield from _loops_by_depth(child, depth)
        return
    yield node, depth
    # A loop over the result of a loop follows it; only what is done for each element is inside.
    loop_range, *each = node.children
    yield from _loops_by_depth(loop_range, depth)
    for child in each:
        yield from _loops_by_depth(child, depth + 1)


def _additions(node: Node, accumulators: frozenset[str], *, in_loop: bool) -> Iterator[Node]:
    if node.kind is NodeKind.LOOP:
        loop_range, *each = node.children
        yield from _additions(loop_range, accumulators, in_loop=in_loop)
        for child in each:
            yield from _additions(child, accumulators | {node.accumulator}, in_loop=True)
        return
    if in_loop and node.kind is NodeKind.CALL and node.name == "_+_" and not _gathers(node, accumulators):
        yield node
    for child in node.children:
        yield from _additions(child, accumulators, in_loop=in_loop)


def _gathers(node: Node, accumulators: frozenset[str]) -> bool:
    """Say whether it is the addition by which ``map``, ``filter`` and ``exists_one`` gather their own result."""
    return bool(node.children) and node.children[0].kind is NodeKind.NAME and node.children[0].name in accumulators


def _is_match(node: Node) -> bool:
    return node.kind is NodeKind.CALL and node.name == "matches" and bool(node.children)


def _pattern(node: Node) -> Node:
    return node.children[-1]
