"""What a condition needs to be true, in parts that can be compared; or why it never is.

Only truth counts: an error is as good as false, since a rule matches in neither case. Sound and not complete: what is
said never to hold never does, and of parts that are alike the one is true if the other is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from herald.adapters.cel_compiled import open_environment
from herald.adapters.cel_references import names
from herald.adapters.cel_tree import Node, NodeKind, Tree, constant
from herald.adapters.cel_values import for_rules
from herald.domain.configuration import Configuration
from herald_cli.condition_atoms import Atoms, Demand, Value, path_of
from herald_cli.findings import did_you_mean

EVENT_TYPE = "event.type"
_AND, _OR, _NOT = "_&&_", "_||_", "!_"


@dataclass(frozen=True, slots=True)
class Never:
    """Why a condition never holds; ``offset`` is where in its text, in characters."""

    message: str
    fix: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """An atom that has to be true, or must not be."""

    holds: bool
    atom: int


@dataclass(frozen=True, slots=True)
class Either:
    """Branches of which all parts of one have to hold."""

    branches: frozenset["Parts"]


Parts = frozenset[Part | Either]


class ConditionLogic:
    """Reads the conditions of one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.atoms = Atoms(configuration.lists)
        steps = frozenset(("text", step.name) for step in configuration.milestones)
        self._known: dict[str, frozenset[Value]] = {"incident.state": frozenset({("text", "open"), ("text", "closed")})}
        if steps:
            self._known["milestone.name"] = steps
        self._environment = open_environment()
        self._lists = for_rules("lists", configuration.lists)
        self._said: dict[tuple[int, str], bool | None] = {}

    def parts(self, tree: Tree, event_type: str) -> Parts | Never:
        """Return what has to hold for events of a type."""
        return _Reading(self, tree, event_type, {}).whole()

    def values_of(self, parts: Parts, path: str) -> set[str]:
        """Return the texts a path is compared with where the parts hold."""
        demands = (self.atoms.demand_of(part.atom) for part in parts if isinstance(part, Part) and part.holds)
        asked = (demand.values for demand in demands if demand is not None and demand.path == path)
        return {str(value) for values in asked for kind, value in values or () if kind == "text"}

    def possible(self, parts: Parts, path: str, value: str) -> bool:
        """Say whether nothing keeps a path from being a text where the parts hold."""
        return all(self._allows(part, path, value) for part in parts)

    def _allows(self, part: Part | Either, path: str, value: str) -> bool:
        if isinstance(part, Either):
            return any(self.possible(branch, path, value) for branch in part.branches)
        demand = self.atoms.demand_of(part.atom)
        if demand is None or demand.path != path or demand.values is None:
            return True
        return (("text", value) in demand.values) is part.holds

    def known(self, path: str, event_type: str) -> frozenset[Value] | None:
        """Return all values that a path can have, where they are known."""
        return frozenset({("text", event_type)}) if path == EVENT_TYPE else self._known.get(path)

    def said(self, node: Node, tree: Tree, event_type: str) -> bool | None:
        """Return what an atom says that asks for nothing but the type and the lists."""
        asked = names(node).keys()
        if not asked <= {"lists", "event"} or ("event" in asked and not _asks_type_only(node)):
            return None
        key = (self.atoms.number(node), event_type if "event" in asked else "")
        if key not in self._said:
            self._said[key] = self._evaluated(tree.serialised(node), event_type)
        return self._said[key]

    def _evaluated(self, serialised: bytes, event_type: str) -> bool | None:
        activation = self._environment.Activation({"lists": self._lists, "event": {"type": event_type}})
        try:
            value = self._environment.deserialize(serialised).eval(activation).value()
        except Exception:  # noqa: BLE001 - whatever the engine raises: nothing is known of this part then
            return None
        return value if value is True or value is False else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One condition, read for events of one type. ``nodes`` are its atoms by their number."""

    logic: ConditionLogic
    tree: Tree
    event_type: str
    nodes: dict[int, Node]

    def whole(self) -> Parts | Never:
        parts = self._parts(self.tree.root, holds=True)
        return parts if isinstance(parts, Never) else self._consistent(parts)

    def _parts(self, node: Node, *, holds: bool) -> Parts | Never:
        if node.kind is NodeKind.CALL and node.name == _NOT:
            return self._parts(node.children[0], holds=not holds)
        if node.kind is NodeKind.CALL and node.name in (_AND, _OR):
            below = [self._parts(child, holds=holds) for child in node.children]
            return _all_of(below) if (node.name == _AND) is holds else _one_of(below)
        truth = self._truth(node)
        if truth is not None:
            return frozenset() if truth is holds else self._never(node, *self._why(node))
        return self._atom(node, holds=holds)

    def _truth(self, node: Node) -> bool | None:
        """Return what a part is for every event of the type, as far as that can be told."""
        value = constant(node)
        if isinstance(value, bool):
            return value
        if node.kind is NodeKind.LOOP and self.logic.atoms.is_empty(node.children[0]):
            # `exists` and `all` begin with what they answer for nothing, and end with what they came to.
            begun, result = constant(node.children[1]), node.children[-1]
            return begun if isinstance(begun, bool) and result.name == node.accumulator else None
        return self.logic.said(node, self.tree, self.event_type)

    def _why(self, node: Node) -> tuple[str, str]:
        """Return why a part that needs no event to be told is not as the condition wants it, and advice."""
        demand = self.logic.atoms.demand(node)
        if demand is not None and demand.path == EVENT_TYPE:
            return f"`{EVENT_TYPE}` is {self.event_type}", ""
        return "a part that has to be true never is, whatever happens", ""

    def _atom(self, node: Node, *, holds: bool) -> Parts | Never:
        number, straight = self.logic.atoms.atom(node)
        holds = holds is straight
        self.nodes.setdefault(number, node)
        demand = self.logic.atoms.demand(node)
        if demand is not None and demand.values is not None:
            if not demand.values and holds:
                return self._never(node, f"nothing is in {_called(path_of(node.children[-1]), 'this list')}")
            known = self.logic.known(demand.path, self.event_type)
            if known is not None and not (known & demand.values if holds else known - demand.values):
                return self._never(node, *_never_so(demand, known))
        return frozenset({Part(holds, number)})

    def _consistent(self, parts: Parts) -> Parts | Never:
        """Return the parts without branches that the others rule out; or why the parts rule out each other."""
        fault = self._contradiction(parts)
        if fault is not None:
            return fault
        plain = frozenset(part for part in parts if isinstance(part, Part))
        for either in (part for part in parts if isinstance(part, Either)):
            faults = {branch: self._contradiction(plain | branch) for branch in either.branches}
            left = [branch for branch, fault in faults.items() if fault is None]
            if not left:
                return next(fault for fault in faults.values() if fault is not None)
            if len(left) < len(faults):
                return self._consistent((parts - {either}) | (left[0] if len(left) == 1 else {Either(frozenset(left))}))
        return parts

    def _contradiction(self, parts: Parts) -> Never | None:
        plain = sorted((part for part in parts if isinstance(part, Part)), key=lambda part: part.atom)
        demands: dict[int, list[tuple[bool, Demand]]] = {}
        for part, after in pairwise(plain):
            if after.atom == part.atom:
                return self._never(self.nodes[part.atom], "a part and its opposite have to be true at once")
        for part in plain:
            demand = self.logic.atoms.demand_of(part.atom)
            if demand is not None:
                demands.setdefault(demand.term, []).append((part.holds, demand))
        for part in plain:
            demand = self.logic.atoms.demand_of(part.atom)
            asked = demands[demand.term] if demand is not None else []
            if demand is not None and len(asked) > 1 and not _possible(asked):
                what = _called(demand.path, "what is compared here")
                return self._never(self.nodes[part.atom], f"{what} cannot be all that is asked of it at once")
        return None

    def _never(self, node: Node, message: str, fix: str = "") -> Never:
        return Never(message, fix, self.tree.positions.get(node.id, 0))


def _all_of(below: Iterable[Parts | Never]) -> Parts | Never:
    gathered: Parts = frozenset()
    for parts in below:
        if isinstance(parts, Never):
            return parts
        gathered |= parts
    return gathered


def _one_of(below: Iterable[Parts | Never]) -> Parts | Never:
    faults: list[Never] = []
    branches: set[Parts] = set()
    for parts in below:
        if isinstance(parts, Never):
            faults.append(parts)
        elif len(parts) == 1 and isinstance(only := next(iter(parts)), Either):
            branches |= only.branches
        else:
            branches.add(parts)
    if not branches:
        return faults[0]
    if frozenset() in branches:
        return frozenset()
    return next(iter(branches)) if len(branches) == 1 else frozenset({Either(frozenset(branches))})


def _possible(asked: Iterable[tuple[bool, Demand]]) -> bool:
    """Say whether one value can be all that is asked of it."""
    demands = list(asked)
    wanted = [demand.values for holds, demand in demands if holds and demand.values is not None]
    above = [demand.above for holds, demand in demands if holds and demand.above is not None]
    below = [demand.below for holds, demand in demands if holds and demand.below is not None]
    if any(
        low > high or (low == high and (above_itself or below_itself))
        for low, above_itself in above
        for high, below_itself in below
    ):
        return False
    if not wanted:
        return True
    refused = {value for holds, demand in demands if not holds for value in demand.values or ()}
    return any(_within(value, above, below) for value in frozenset.intersection(*wanted) - refused)


def _within(value: Value, above: Iterable[tuple[float, bool]], below: Iterable[tuple[float, bool]]) -> bool:
    kind, number = value
    limits = [*above, *below]
    if not limits:
        return True
    if kind != "number" or isinstance(number, str):
        return False
    return all(number > low or (number == low and not itself) for low, itself in above) and all(
        number < high or (number == high and not itself) for high, itself in below
    )


def _never_so(demand: Demand, known: Iterable[Value]) -> tuple[str, str]:
    """Return what to say of a term that never has what is asked of it, and what it may have."""
    asked = sorted(str(value) for _, value in demand.values or ())
    shown = " or ".join(f"`{value}`" for value in asked[:3])
    more = ", or anything else that is asked for" if len(asked) > 3 else ""
    return f"`{demand.path}` is never {shown}{more}", did_you_mean(asked[0], (str(value) for _, value in known))


def _called(path: str, otherwise: str) -> str:
    return f"`{path}`" if path else otherwise


def _asks_type_only(node: Node) -> bool:
    """Say whether all that an expression reads of the event is its type."""
    if node.kind is NodeKind.FIELD and node.children[0].kind is NodeKind.NAME and node.children[0].name == "event":
        return node.name == "type"
    if node.kind is NodeKind.NAME and node.name == "event":
        return False
    return all(_asks_type_only(child) for child in node.children)
