"""Rules in CEL, through ``cel_expr_python`` (docs/adr/0003-rules-in-cel.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from cel_expr_python import cel

from herald.adapters.cel_limits import breaches_of_text, breaches_of_tree
from herald.adapters.cel_references import Reference, references, tested
from herald.adapters.cel_tree import Node, NodeKind, Tree, read_tree
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import RuleOutcome, Verdict
from herald.domain.facts_schema import RECORDS, FieldType, Kind, ListOf, Record

VARIABLES = ("event", "order", "job", "milestone", "incident", "data", "item", "lists", "now")
VERSIONS_KEPT = 4
LONGEST_DETAIL = 300

_AND, _OR = "_&&_", "_||_"
_TOLD_PROBLEMS = (
    "No matching overloads",
    "Index error",
    "divide by zero",
    "modulus by zero",
    "Iteration budget exceeded",
    "invalid regular expression",
)
"""Messages of the engine that name types and numbers of the rule, never a value of the event."""


@dataclass(frozen=True, slots=True)
class Part:
    """A condition or a part of it.

    ``value`` is true, false, or ``None`` if it cannot be evaluated: ``problem`` says why then.
    ``operator`` is ``&&`` or ``||`` if it has ``parts``, else empty.
    """

    text: str
    value: bool | None
    problem: str
    references: tuple[Reference, ...]
    operator: str = ""
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule said about facts, and of what parts; ``None`` instead of parts if the condition does not compile."""

    outcome: RuleOutcome
    condition: Part | None


class BadConditionError(ValueError):
    """A condition that is not evaluated: it does not compile or breaks a limit."""


class CelRuleEngine:
    """Implements ``ports.RuleEngine``. Compiles a rule when it is first asked, and keeps it for its version.

    Rules see ``event``, ``order``, ``job``, ``milestone`` and ``incident`` as ``facts_schema`` has them, ``data`` and
    ``lists`` as open maps, and
    ``now``. Amounts are doubles, counts are ints, every number in ``data``, ``lists`` and attributes is a double, times
    are RFC 3339 text (the engine takes no time inside a map) except ``now``, which is a timestamp. A null is absent.
    """

    def __init__(self) -> None:
        self._environment: Any = None
        self._versions: dict[str, dict[str, _Condition | BadConditionError]] = {}

    def evaluate(
        self, configuration: Configuration, rules: Sequence[Rule], facts: Mapping[str, Any]
    ) -> list[RuleOutcome]:
        """Return one outcome per rule, in their order; a rule that cannot be evaluated is an ``ERROR`` outcome."""
        told = _told(configuration, facts)
        activation = self._activation(told)
        return [self._outcome(configuration, rule, activation, told) for rule in rules]

    def explain(self, configuration: Configuration, rule: Rule, facts: Mapping[str, Any]) -> Explanation:
        """Return the outcome of one rule with the value of each part of its condition and of each field it reads."""
        told = _told(configuration, facts)
        activation = self._activation(told)
        outcome = self._outcome(configuration, rule, activation, told)
        condition = self._condition(configuration.version, rule)
        if isinstance(condition, BadConditionError):
            return Explanation(outcome, None)
        whole = _Span(0, len(condition.text))
        return Explanation(outcome, self._part(condition, condition.tree.root, whole, activation, told))

    def _activation(self, told: Mapping[str, Any]) -> Any:
        return self._env().Activation({name: for_rules(name, value) for name, value in told.items()})

    def _env(self) -> Any:
        if self._environment is None:
            self._environment = open_environment()
        return self._environment

    def _condition(self, version: str, rule: Rule) -> "_Condition | BadConditionError":
        conditions = self._versions.get(version)
        if conditions is None:
            while len(self._versions) >= VERSIONS_KEPT:
                self._versions.pop(next(iter(self._versions)), None)
            conditions = self._versions[version] = {}
        # Two rules may not share an id in a linted configuration; nothing here relies on it.
        key = f"{rule.id}\n{rule.when}"
        if key not in conditions:
            try:
                conditions[key] = _compiled(self._env(), rule.when)
            except BadConditionError as error:
                conditions[key] = error
        return conditions[key]

    def _outcome(
        self, configuration: Configuration, rule: Rule, activation: Any, told: Mapping[str, Any]
    ) -> RuleOutcome:
        condition = self._condition(configuration.version, rule)
        if isinstance(condition, BadConditionError):
            return RuleOutcome(rule.id, Verdict.ERROR, _shortened(str(condition)))
        value, problem = _evaluated(condition.expression, activation)
        if value is None:
            problem = _with_absent(problem, condition.tree.root, told)
            return RuleOutcome(rule.id, Verdict.ERROR, _shortened(problem))
        decided = self._deciding_part(condition, activation, value=value)
        return RuleOutcome(rule.id, Verdict.MATCHED if value else Verdict.NOT_MATCHED, _shortened(decided))

    def _deciding_part(self, condition: "_Condition", activation: Any, *, value: bool) -> str:
        """Return the first part that decided by itself: a false one of ``&&``, a true one of ``||``; else the whole."""
        root = condition.tree.root
        if root.name == (_OR if value else _AND):
            for node, span in condition.parts(root, _Span(0, len(condition.text))):
                if _evaluated(self._expression(condition, node), activation)[0] is value:
                    return condition.text[span.start : span.end]
        return condition.text

    def _part(
        self, condition: "_Condition", node: Node, span: "_Span", activation: Any, told: Mapping[str, Any]
    ) -> Part:
        value, problem = _evaluated(self._expression(condition, node), activation)
        if value is None:
            problem = _with_absent(problem, node, told)
        parts = tuple(
            self._part(condition, part, place, activation, told) for part, place in condition.parts(node, span)
        )
        operator = {_AND: "&&", _OR: "||"}[node.name] if parts else ""
        text = _one_line(condition.text[span.start : span.end])
        return Part(text, value, problem, references(node, told), operator, parts)

    def _expression(self, condition: "_Condition", node: Node) -> Any:
        if node is condition.tree.root:
            return condition.expression
        known = condition.expressions.get(node.id)
        if known is None:
            known = condition.expressions[node.id] = self._env().deserialize(condition.tree.serialised(node))
        return known


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of a condition's text, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Condition:
    """A compiled condition with its tree, its text, and those of its parts that were asked for."""

    text: str
    expression: Any
    tree: Tree
    expressions: dict[int, Any]

    def parts(self, node: Node, span: _Span) -> list[tuple[Node, _Span]]:
        """Return what ``&&`` or ``||`` joins at the top of a node, with the place of each; nothing for another node."""
        if node.kind is not NodeKind.CALL or node.name not in (_AND, _OR):
            return []
        joined, cuts = _joined(node, node.name, self.tree.positions)
        starts = [span.start, *(cut + len("&&") for cut in sorted(cuts))]
        ends = [*sorted(cuts), span.end]
        spans = [_trimmed(self.text, start, end) for start, end in zip(starts, ends, strict=True)]
        return list(zip(joined, spans, strict=True))


def open_environment() -> Any:
    """Return the engine's environment with every variable and without field types."""
    any_map = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return cel.NewEnv(variables={name: cel.Type.TIMESTAMP if name == "now" else any_map for name in VARIABLES})


def _compiled(environment: Any, condition: str) -> _Condition:
    for breach in breaches_of_text(condition):
        raise BadConditionError(breach.message)
    try:
        expression = environment.compile(condition)
        tree = read_tree(expression.serialize())
    except Exception as error:  # noqa: BLE001 - whatever the native compiler raises, it is this rule alone that is bad
        raise BadConditionError(f"the condition does not compile: {_first_line(error)}") from None
    for breach in breaches_of_tree(tree):
        raise BadConditionError(f"the condition is not evaluated: {breach.message}")
    return _Condition(condition, expression, tree, {})


def _evaluated(expression: Any, activation: Any) -> tuple[bool | None, str]:
    """Return true or false, else ``None`` and why."""
    try:
        result = expression.eval(activation)
        value = result.value()
        kind = result.type().name()
    except Exception as error:  # noqa: BLE001 - an exhausted budget raises; one bad rule must not stop the others
        return None, _problem(str(error))
    if kind == "ERROR":
        return None, _problem(str(value))
    if value is True or value is False:
        return value, ""
    return None, f"the condition is neither true nor false but {kind.lower()}"


def _problem(message: str) -> str:
    """Return the engine's message if it can hold no value of the event, else a general one."""
    text = message.partition(": ")[2] or message
    if text.startswith(_TOLD_PROBLEMS):
        return text.removesuffix(" [INTERNAL]")
    if text.startswith(("Key not found", "No value with name")):
        return "a field it reads is absent"
    return "it cannot be evaluated"


def _with_absent(problem: str, node: Node, told: Mapping[str, Any]) -> str:
    guarded = tested(node)
    absent = [reference.path for reference in references(node, told) if not reference.present]
    absent = [path for path in absent if path not in guarded]
    return f"{problem} (absent: {', '.join(absent)})" if absent else problem


def _told(configuration: Configuration, facts: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: facts[name] for name in VARIABLES if name in facts}
    return {**told, "lists": configuration.lists}


def for_rules(name: str, value: Any) -> Any:
    """Return a variable as conditions see it: amounts and open numbers as doubles, nulls left out."""
    record = RECORDS.get(name)
    if record is not None:
        return _of_record(record, value)
    return value if isinstance(value, datetime) else _open(value)


def _of_record(record: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _of_type(record.fields[name], item)
        for name, item in value.items()
        if item is not None and name in record.fields
    }


def _of_type(kind: FieldType, value: Any) -> Any:
    if isinstance(kind, Record):
        return _of_record(kind, value)
    if isinstance(kind, ListOf):
        return [_of_record(kind.record, entry) for entry in value]
    if kind is Kind.MONEY:
        return float(value)
    if kind is Kind.COUNT:
        return int(value)
    return _open(value)


def _open(value: Any) -> Any:
    if isinstance(value, str):
        return _utf8(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        # Through Decimal, because a whole number too large for a float would raise instead of becoming infinite.
        return float(Decimal(value))
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {_utf8(str(key)): _open(item) for key, item in value.items() if item is not None}
    return [_open(item) for item in value]


def _utf8(text: str) -> str:
    # Half of a surrogate pair is legal in JSON, but the engine would refuse the whole variable that holds it.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _joined(node: Node, operator: str, positions: Mapping[int, int]) -> tuple[list[Node], list[int]]:
    if node.kind is not NodeKind.CALL or node.name != operator:
        return [node], []
    joined: list[Node] = []
    cuts = [positions.get(node.id, 0)]
    for child in node.children:
        below, inner = _joined(child, operator, positions)
        joined += below
        cuts += inner
    return joined, cuts


_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//[^\n]*')


def _trimmed(text: str, start: int, end: int) -> _Span:
    """Return a stretch without blanks, comments at its ends, and parentheses whose partner is in another part."""
    bare = _LITERAL.sub(lambda found: (" " if found.group()[0] == "/" else "_") * len(found.group()), text)
    depth = lowest = 0
    for character in bare[start:end]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        lowest = min(lowest, depth)
    for _ in range(depth - lowest):
        start = bare.index("(", start) + 1
    for _ in range(-lowest):
        end = bare.rindex(")", start, end)
    kept = bare[start:end]
    return _Span(start + len(kept) - len(kept.lstrip()), end - len(kept) + len(kept.rstrip()))


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if "ERROR" in line] or [type(error).__name__]
    return lines[0].partition("<input>:")[2] or lines[0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str) -> str:
    line = _one_line(text)
    return line if len(line) <= LONGEST_DETAIL else f"{line[: LONGEST_DETAIL - 3]}..."
