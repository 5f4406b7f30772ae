"""One side of a backtest: what a configuration says to the facts of an event. It sends and remembers nothing."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from herald.domain.canonical import short_id
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import ASKS, Verdict
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, notification_id
from herald.domain.reach import reach
from herald.domain.recipient_zone import local_zone, zone_of
from herald.ports import RuleEngine
from herald.usecases.approvals.planning import Planner
from herald.usecases.approvals.tellings import addressees, ways
from herald_cli.approval_preview import begun, no_deadline
from herald_cli.backtest_facts import CannotReplayError, Seen
from herald_cli.backtest_said import Message, Said

NIGHT_BEGINS, NIGHT_ENDS = 22, 7
"""Hours of the recipient's clock between which a message wakes people."""
NAMED_BY_EVENTS = "whom events name"

Cost = Callable[[Configuration, Rule | None, Recipient, Channel, Mapping[str, Any]], Decimal]
"""What a message costs; the rule is ``None`` for those of approvals."""


def free(*_: object) -> Decimal:
    """Return the cost of a message where no price table is given."""
    return Decimal(0)


@dataclass(frozen=True)
class Side:
    """Asks one configuration. ``engine`` may be shared; ``names`` are those whom either side names itself, by key.

    Everybody else is counted under the audience by which events name them, so that a thousand customers are one line.
    """

    configuration: Configuration
    engine: RuleEngine
    names: Mapping[str, str]
    cost: Cost = free
    planner: Planner = field(default_factory=Planner)

    def __call__(self, seen: Seen, at: datetime) -> Said:
        """Return what is said to an event of that time. Raises ``CannotReplayError``."""
        if seen.problem:
            return Said(problem=seen.problem)
        told = seen.facts["event"]
        listening = self.configuration.rules_for(str(told["type"]))
        outcomes = self.engine.evaluate(self.configuration, listening, seen.facts)
        verdicts = {outcome.rule_id: outcome.verdict for outcome in outcomes}
        messages = [
            message
            for rule in listening
            if verdicts.get(rule.id) is Verdict.MATCHED
            for message in self._told(rule, seen, at)
        ]
        asked: dict[str, list[str]] = {}
        for rule in listening:
            if rule.approval is not None and verdicts.get(rule.id) in ASKS and "order" in seen.facts:
                asked.setdefault(rule.approval, []).append(rule.id)
        for chain, rules in asked.items():
            messages += self._asked(chain, rules, seen, at)
        said = {rule: str(verdict) for rule, verdict in verdicts.items()}
        return Said(said, tuple(messages), frozenset(asked))

    def _told(self, rule: Rule, seen: Seen, at: datetime) -> Iterator[Message]:
        if rule.then is None:
            return
        subject = subject_of(seen.facts)
        for one in reach(rule.then, self.configuration, seen.facts, at):
            recipient = one.recipient
            identity = notification_id(rule.id, subject, seen.version, recipient)
            channel = next(iter(one.channels), None)
            if channel is not None:
                cost = self.cost(self.configuration, rule, recipient, channel, seen.facts)
                yield self._message(identity, subject, recipient, channel, at, rule.then.audience, cost)

    def _asked(self, chain: str, rules: Sequence[str], seen: Seen, at: datetime) -> Iterator[Message]:
        """Yield what is told when an approval begins; what follows depends on what people answer."""
        subject = subject_of(seen.facts)
        plan = self.planner(self.configuration.approvals[chain], self.configuration, seen.facts, rules, subject)
        try:
            approval, tellings = begun(plan, at)
        except ValueError as error:
            why = no_deadline(error, self.configuration)
            raise CannotReplayError(f"a deadline of the approval {chain} cannot be told: {why}") from None
        for telling in tellings:
            ticket = approval.ticket(telling.ticket) if telling.ticket else None
            for recipient in addressees(approval, plan.policy, telling, ticket, at):
                channel = next(iter(ways(plan.policy, telling, ticket, recipient)), None)
                if channel is not None:
                    # An approval of one thing begins once, whichever of its versions is the first to be seen.
                    identity = short_id("ask", chain, subject, telling.kind, recipient.key)
                    cost = self.cost(self.configuration, None, recipient, channel, seen.facts)
                    yield self._message(identity, subject, recipient, channel, at, f"approval {chain}", cost)

    def _message(
        self, identity: str, subject: str, recipient: Recipient, channel: Channel, at: datetime, role: str,
        cost: Decimal,
    ) -> Message:  # fmt: skip
        who = self.names.get(recipient.key, f"{role}: {NAMED_BY_EVENTS}")
        alike = short_id("like", subject, recipient.key, channel)
        zone = local_zone(zone_of(recipient, self.configuration))
        return Message(identity, alike, who, channel, is_night(at, zone), cost)


def both_sides(
    before: Configuration, after: Configuration, engine: RuleEngine, costs: tuple[Cost, Cost] = (free, free)
) -> tuple[Side, Side]:  # fmt: skip
    """Return the side before and the side after, which call people the same; ``costs`` are of each."""
    names = names_of(before, after)
    return Side(before, engine, names, costs[0]), Side(after, engine, names, costs[1])


def names_of(*configurations: Configuration) -> dict[str, str]:
    """Return what those are called whom configurations name themselves, by key; with the key where two share a name."""
    names: dict[str, str] = {}
    for configuration in configurations:
        for audience in configuration.audiences.values():
            names |= {one.key: one.name or one.key for members in audience.members.values() for one in members}
    often = Counter(names.values())
    return {key: name if often[name] == 1 else f"{name} <{key}>" for key, name in names.items()}


def subject_of(facts: Mapping[str, Any]) -> str:
    """Return what effects are about: an order's milestone is about the order by its one id."""
    if "milestone" in facts:
        return f"order/{facts['milestone']['order']}"
    return str(facts["event"]["subject"])


def is_night(at: datetime, zone: tzinfo) -> bool:
    """Say whether it is night on the clocks of a zone."""
    hour = at.astimezone(zone).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS
