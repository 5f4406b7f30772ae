"""Orders that were decided about, and configurations that decide otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.unit.rules.orders import CONFIGURATION, NOW, an_event_of, an_order

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import Decision, Skip
from herald.domain.errors import Reason
from herald.domain.event import Event, Identity
from herald.domain.facts import SourceObjects, build_facts, facts_fingerprint
from herald_cli.backtest_facts import Seen

ORDER = an_order()


def told(event_type: str, data: Mapping[str, Any], number: int = 1) -> Event:
    """An event of a type about something; another number is another event."""
    subject = f"order/{data.get('id', number)}"
    return replace(
        an_event_of(event_type, data, subject), identity=Identity.of_sender_id("/threekit/main", f"m{number}")
    )


def decided(event: Event, facts: Mapping[str, Any] | None = None, *skips: Skip, **changes: Any) -> Decision:
    """What was stored about an event: its facts as they were read, by the shipped mapping."""
    if facts is None:
        facts = build_facts(event, SourceObjects(order=event.data), CONFIGURATION.mapping, NOW)
    decision = Decision(
        event_id=event.id, config_version=CONFIGURATION.version, decided_at=NOW, facts=facts,
        facts_fingerprint=facts_fingerprint(facts) if facts else "", outcomes=(), skips=skips, notifications=(),
    )  # fmt: skip
    return replace(decision, **changes)


def nothing_read(event: Event, reason: Reason) -> Decision:
    """What was stored about an event that nothing was read for."""
    return decided(event, {}, Skip("event", reason, "because"))


def changed(**changes: Any) -> Configuration:
    """The shipped configuration with changes, under its own version."""
    return versioned(replace(CONFIGURATION, **changes))


def with_rule(identity: str, **changes: Any) -> Configuration:
    """The shipped configuration with one rule changed."""
    rules: Sequence[Rule] = [replace(one, **changes) if one.id == identity else one for one in CONFIGURATION.rules]
    return changed(rules=tuple(rules))


def without_rule(identity: str) -> Configuration:
    """The shipped configuration without a rule."""
    return changed(rules=tuple(rule for rule in CONFIGURATION.rules if rule.id != identity))


def seen(total: str = "100000.00", number: int = 1, **order: Any) -> Seen:
    """A new order of one sofa as the shipped mapping reads it; large unless another price is given."""
    line = {"count": 1, "metadata": {"price": Decimal(total), "sku": "AF-SOF-001"}}
    data = {**an_order(line, **order), "id": f"order-{number}"}
    facts = build_facts(
        told("threekit.order.created", data, number), SourceObjects(order=data), CONFIGURATION.mapping, NOW
    )
    return Seen(facts, facts_fingerprint(facts))
