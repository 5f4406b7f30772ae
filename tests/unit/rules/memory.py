"""What the shipped rules say to events one after the other, with Herald's memory between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.unit.rules.orders import CONFIGURATION, NOW
from tests.unit.rules.seed import JOBS, ORDERS, SAVED

from herald.adapters.cel import CelRuleEngine
from herald.adapters.memory_state import MemoryStateStore
from herald.domain.decision import Verdict
from herald.domain.event import Event
from herald.domain.facts import SourceObjects, build_facts
from herald.usecases.matters import Matters
from herald.usecases.order_reading import read_objects


class SeededThreekit:
    """Implements ``ports.Threekit`` for reading: the seed, with orders by short id too."""

    def order(self, order_id: str) -> dict[str, Any]:
        return ORDERS.get(order_id) or next(one for one in ORDERS.values() if one["shortId"] == order_id)

    def configurations(self, ids: list[str]) -> dict[str, dict[str, Any]]:
        return {one: SAVED[one] for one in ids if one in SAVED}

    def job(self, job_id: str) -> dict[str, Any]:
        return JOBS[job_id]


@dataclass(frozen=True)
class Said:
    """What became of an event: rules that matched, or why none was asked."""

    matched: frozenset[str]
    skip: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Memory:
    """Asks the shipped rules. None of them may be in error."""

    matters: Matters = field(default_factory=lambda: Matters(MemoryStateStore(lambda: NOW)))

    def hear(self, event: Event, objects: SourceObjects | None = None) -> Said:
        """Return what the rules say, about ``objects`` or what the seed has."""
        known = objects or read_objects(event, SeededThreekit())  # type: ignore[arg-type]
        facts = build_facts(event, known, CONFIGURATION.mapping, NOW)
        matter = self.matters(event, known, facts, CONFIGURATION)
        told = {**facts, **matter.facts}
        if matter.skip is not None:
            return Said(frozenset(), str(matter.skip.reason), told)
        outcomes = CelRuleEngine().evaluate(CONFIGURATION, CONFIGURATION.rules_for(event.type), told)
        assert [outcome for outcome in outcomes if outcome.verdict is Verdict.ERROR] == []
        matched = frozenset(outcome.rule_id for outcome in outcomes if outcome.verdict is Verdict.MATCHED)
        return Said(matched, "" if matched else "no_rule_matched", told)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the day of these tests."""
    return NOW.replace(hour=hour, minute=minute)
