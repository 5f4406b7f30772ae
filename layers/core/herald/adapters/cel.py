"""Rules in CEL, through ``cel_expr_python`` (docs/adr/0003-rules-in-cel.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from herald.adapters.cel_compiled import (
    VARIABLES,
    BadConditionError,
    CompiledConditions,
    Piece,
    one_line,
    open_environment,
)
from herald.adapters.cel_pieces import AND
from herald.adapters.cel_references import Reference, references, tested
from herald.adapters.cel_values import for_rules
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import RuleOutcome, Verdict

VERSIONS_KEPT = 4

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


class CelRuleEngine:
    """Implements ``ports.RuleEngine``. Compiles a rule when it is first asked, and keeps it for its version.

    Rules see ``event``, ``order``, ``job``, ``milestone`` and ``incident`` as ``facts_schema`` has them, ``data`` and
    ``lists`` as open maps, and ``now``. Amounts are doubles, counts are ints, every number in ``data``, ``lists`` and
    attributes is a double, times are RFC 3339 text (the engine takes no time inside a map) except ``now``, which is a
    timestamp. A null is absent.
    """

    def __init__(self) -> None:
        self._environment: Any = None
        self._versions: dict[str, CompiledConditions] = {}

    def evaluate(
        self, configuration: Configuration, rules: Sequence[Rule], facts: Mapping[str, Any]
    ) -> list[RuleOutcome]:
        """Return one outcome per rule, in their order; a rule that cannot be evaluated is an ``ERROR`` outcome."""
        conditions = self._conditions(configuration)
        seen = self._seen(configuration, conditions, facts)
        return [seen.outcome(rule, conditions.condition(rule.when)) for rule in rules]

    def explain(self, configuration: Configuration, rule: Rule, facts: Mapping[str, Any]) -> Explanation:
        """Return the outcome of one rule with the value of each part of its condition and of each field it reads."""
        conditions = self._conditions(configuration)
        seen = self._seen(configuration, conditions, facts)
        condition = conditions.condition(rule.when)
        outcome = seen.outcome(rule, condition)
        return Explanation(outcome, None if isinstance(condition, BadConditionError) else seen.part(condition))

    def _seen(self, configuration: Configuration, conditions: CompiledConditions, facts: Mapping[str, Any]) -> "_Seen":
        told = {name: facts[name] for name in VARIABLES if name in facts}
        values = {name: for_rules(name, value) for name, value in told.items()}
        activation = self._env().Activation({**values, "lists": conditions.lists(configuration.lists)})
        return _Seen(activation, {**told, "lists": configuration.lists})

    def _env(self) -> Any:
        if self._environment is None:
            self._environment = open_environment()
        return self._environment

    def _conditions(self, configuration: Configuration) -> CompiledConditions:
        conditions = self._versions.get(configuration.version)
        if conditions is None:
            while len(self._versions) >= VERSIONS_KEPT:
                self._versions.pop(next(iter(self._versions)), None)
            conditions = self._versions[configuration.version] = CompiledConditions(self._env())
        return conditions


_Truth = tuple[bool | None, str, Piece]
"""True, false, or that it cannot be evaluated and why; and the piece at the top that decided, or the whole."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One event as conditions see it, with what is known of their pieces. ``told`` are the facts as they are."""

    activation: Any
    told: Mapping[str, Any]
    known: dict[Piece, _Truth] = field(default_factory=dict)
    absent: dict[Piece, tuple[dict[str, None], frozenset[str]]] = field(default_factory=dict)

    def outcome(self, rule: Rule, condition: Piece | BadConditionError) -> RuleOutcome:
        """Return what a rule says, and why."""
        if isinstance(condition, BadConditionError):
            return RuleOutcome(rule.id, Verdict.ERROR, one_line(str(condition)))
        value, problem, decided = self.truth(condition)
        if value is None:
            return RuleOutcome(rule.id, Verdict.ERROR, one_line(self.problem(condition, problem)))
        return RuleOutcome(rule.id, Verdict.MATCHED if value else Verdict.NOT_MATCHED, decided.told)

    def truth(self, piece: Piece) -> _Truth:
        """Return what a piece says. An error counts only where no other piece decides."""
        known = self.known.get(piece)
        if known is None:
            known = self.known[piece] = self._joined(piece) if piece.operator else self._evaluated(piece)
        return known

    def _joined(self, piece: Piece) -> _Truth:
        decides, problem, known = piece.operator != AND, "", self.known
        for one in piece.pieces:
            value, why, _ = known.get(one) or self.truth(one)
            if value is decides:
                return value, "", one
            problem = problem or why
        return (None, problem, piece) if problem else (not decides, "", piece)

    def _evaluated(self, piece: Piece) -> _Truth:
        try:
            result = piece.expression.eval(self.activation)
            value = result.value()
            if value is True or value is False:
                return value, "", piece
            kind = result.type().name()
        except Exception as error:  # noqa: BLE001 - an exhausted budget raises; one bad rule must not stop the others
            return None, _problem(str(error)), piece
        if kind == "ERROR":
            return None, _problem(str(value)), piece
        return None, f"the condition is neither true nor false but {kind.lower()}", piece

    def part(self, piece: Piece) -> Part:
        """Return a piece with all that is in it, and the values of the fields it reads."""
        value, problem, _ = self.truth(piece)
        found = {one.path: one for leaf in piece.leaves() for one in references(leaf.tree.root, self.told)}
        problem = self.problem(piece, problem) if value is None else ""
        parts = tuple(self.part(one) for one in piece.pieces)
        return Part(one_line(piece.text), value, problem, tuple(found.values()), piece.operator, parts)

    def problem(self, piece: Piece, problem: str) -> str:
        """Return a problem with the fields that are absent, but for those that are asked for with ``has``."""
        absent: dict[str, None] = {}
        guarded: set[str] = set()
        for leaf in piece.leaves():
            lacking, asked = self.absent.get(leaf) or self._absent(leaf)
            absent |= lacking
            guarded |= asked
        told = ", ".join(path for path in absent if path not in guarded)
        return f"{problem} (absent: {told})" if told else problem

    def _absent(self, leaf: Piece) -> tuple[dict[str, None], frozenset[str]]:
        """Return the fields a piece reads that are absent, and those it asks for with ``has``."""
        lacking = (one.path for one in references(leaf.tree.root, self.told) if not one.present)
        found = self.absent[leaf] = dict.fromkeys(lacking), tested(leaf.tree.root)
        return found


def _problem(message: str) -> str:
    """Return the engine's message if it can hold no value of the event, else a general one."""
    text = message.partition(": ")[2] or message
    if text.startswith(_TOLD_PROBLEMS):
        return text.removesuffix(" [INTERNAL]")
    if text.startswith(("Key not found", "No value with name")):
        return "a field it reads is absent"
    return "it cannot be evaluated"
