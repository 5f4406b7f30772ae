"""Conditions compiled piece by piece, each piece once for all rules of a version it stands in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cel_expr_python import cel

from herald.adapters.cel_limits import MOST_LOOPS, breaches_of_text, breaches_of_tree, loops, too_many_loops
from herald.adapters.cel_pieces import loops_in, pieces_of, surely_bounded
from herald.adapters.cel_tree import Tree, read_tree
from herald.adapters.cel_values import for_rules

VARIABLES = ("event", "order", "job", "milestone", "incident", "data", "item", "lists", "now")
LONGEST_DETAIL = 300


class BadConditionError(ValueError):
    """A condition that is not evaluated: it does not compile or breaks a limit."""


@dataclass(eq=False, slots=True)
class Piece:
    """A condition or a part of it. What ``operator`` joins stands in ``pieces``; anything else has an ``expression``.

    ``told`` is its text in one line, as a detail tells it.
    """

    text: str
    told: str
    operator: str = ""
    pieces: tuple["Piece", ...] = ()
    expression: Any = None
    loops: int = 0
    _tree: Tree | None = field(default=None, repr=False)

    @property
    def tree(self) -> Tree:
        """The syntax tree of a piece that has an expression; read when it is first asked for."""
        if self._tree is None:
            self._tree = read_tree(self.expression.serialize())
        return self._tree

    def leaves(self) -> Iterator["Piece"]:
        """Yield the pieces that are evaluated, in the order of the text."""
        if not self.operator:
            yield self
        for piece in self.pieces:
            yield from piece.leaves()


class CompiledConditions:
    """The conditions of one version, each compiled when it is first asked for."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._lists: tuple[Mapping[str, Any], Any] = ({}, {})
        self._conditions: dict[str, Piece | BadConditionError] = {}
        self._pieces: dict[str, Piece] = {}

    def lists(self, lists: Mapping[str, Any]) -> Any:
        """Return the lists as conditions see them, made anew only if they are others than before."""
        known, seen = self._lists
        if known is not lists:
            seen = for_rules("lists", lists)
            self._lists = (lists, seen)
        return seen

    def condition(self, text: str) -> Piece | BadConditionError:
        """Return a condition, or why it is not evaluated."""
        known = self._conditions.get(text)
        if known is None:
            try:
                known = self._checked(text)
            except BadConditionError as error:
                known = error
            self._conditions[text] = known
        return known

    def _checked(self, text: str) -> Piece:
        for breach in breaches_of_text(text):
            raise BadConditionError(breach.message)
        try:
            piece = self._piece(text)
        except BadConditionError:
            # Compiled whole, it says where in all of its text it is wrong.
            piece = self._leaf(text)
        number = sum(leaf.loops for leaf in piece.leaves())
        if number > MOST_LOOPS:
            raise BadConditionError(_not_evaluated(too_many_loops(number)))
        return piece

    def _piece(self, text: str) -> Piece:
        piece = self._pieces.get(text)
        if piece is None:
            operator, texts = pieces_of(text)
            below = tuple(self._piece(one) for one in texts) if operator else ()
            piece = Piece(text, one_line(text), operator, below) if operator else self._leaf(text)
            self._pieces[text] = piece
        return piece

    def _leaf(self, text: str) -> Piece:
        try:
            piece = Piece(text, one_line(text), expression=self._environment.compile(text))
            if surely_bounded(text):
                piece.loops = loops_in(text)
                return piece
            tree = read_tree(piece.expression.serialize())
        except Exception as error:  # noqa: BLE001 - whatever the native compiler raises, it is this rule alone that is bad
            raise BadConditionError(f"the condition does not compile: {_first_line(error)}") from None
        for breach in breaches_of_tree(tree):
            raise BadConditionError(_not_evaluated(breach.message))
        piece.loops = len(loops(tree))
        return piece


def open_environment() -> Any:
    """Return the engine's environment with every variable and without field types."""
    any_map = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    return cel.NewEnv(variables={name: cel.Type.TIMESTAMP if name == "now" else any_map for name in VARIABLES})


def one_line(text: str) -> str:
    """Return a text in one line, as long as a detail may be."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_DETAIL else f"{line[: LONGEST_DETAIL - 3]}..."


def _not_evaluated(message: str) -> str:
    return f"the condition is not evaluated: {message}"


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if "ERROR" in line] or [type(error).__name__]
    return lines[0].partition("<input>:")[2] or lines[0]
