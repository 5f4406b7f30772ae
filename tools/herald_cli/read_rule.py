"""A rule whose condition has been read: what it needs to match, and which lists it looks into."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from herald.adapters.cel_limits import Breach
from herald.adapters.cel_tree import Node, NodeKind
from herald_cli.condition_lint import at_condition, condition_tree
from herald_cli.condition_logic import ConditionLogic, Never, Parts
from herald_cli.configuration_folder import PlacedRule
from herald_cli.findings import Finding


@dataclass(frozen=True, slots=True)
class ReadRule:
    """What a rule needs by event type, and the names of the lists it reads."""

    placed: PlacedRule
    parts: Mapping[str, Parts | Never]
    lists: frozenset[str]

    @property
    def where(self) -> str:
        """The rule's id with the file and line it stands in."""
        document, at = self.placed.document, ("rules", self.placed.number, "id")
        return f"`{self.placed.rule.id}` ({document.file}:{document.place(at).line})"

    def matching(self) -> Iterator[tuple[str, Parts]]:
        """Yield the types for which it can match, with what it needs."""
        for event_type, parts in self.parts.items():
            if not isinstance(parts, Never):
                yield event_type, parts


def read_rule(placed: PlacedRule, logic: ConditionLogic) -> ReadRule:
    """Read a rule that the lint has no fault to find with."""
    tree = condition_tree(placed.rule.when)
    parts = {event_type: logic.parts(tree, event_type) for event_type in placed.rule.events}
    return ReadRule(placed, parts, lists_of(tree.root))


def lists_of(root: Node) -> frozenset[str]:
    """Return the names of the lists that a condition reads; lint takes no other way into them than by name."""
    fields = (node for node in root.walk() if node.kind is NodeKind.FIELD)
    return frozenset(
        node.name for node in fields if node.children[0].kind is NodeKind.NAME and node.children[0].name == "lists"
    )


def never_findings(read: ReadRule) -> Iterator[Finding]:
    """Warn of a rule that never matches, or never for some of the types it listens to."""
    rule, placed = read.placed.rule, read.placed
    nevers = {event_type: never for event_type, never in read.parts.items() if isinstance(never, Never)}
    if len(nevers) == len(read.parts):
        never = next(iter(nevers.values()))
        breach = Breach("never-matches", f"the rule never matches: {never.message}", never.fix, never.offset)
        yield replace(at_condition(placed.document, ("rules", placed.number, "when"), rule.when, breach), warning=True)
        return
    for event_type, never in nevers.items():
        message = f"the rule never matches for {event_type}: {never.message}"
        at = ("events", rule.events.index(event_type))
        fix = never.fix or "listen to it no more, or mend the condition"
        yield replace(placed.finding("event-in-vain", message, fix, at=at), warning=True)
