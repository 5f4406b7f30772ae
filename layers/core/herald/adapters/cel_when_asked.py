"""The rule engine, made when the first rule is asked: most scans have no check of their own in CEL."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import RuleOutcome

if TYPE_CHECKING:
    from herald.ports import RuleEngine


class CelWhenAsked:
    """Implements ``ports.RuleEngine``; a cold start without rules does not pay for the engine."""

    def __init__(self) -> None:
        self._engine: RuleEngine | None = None

    def evaluate(
        self, configuration: Configuration, rules: Sequence[Rule], facts: Mapping[str, Any]
    ) -> list[RuleOutcome]:
        """Return one outcome per rule."""
        if self._engine is None:
            from herald.adapters.cel import CelRuleEngine  # noqa: PLC0415 - see above

            self._engine = CelRuleEngine()
        return self._engine.evaluate(configuration, rules, facts)
