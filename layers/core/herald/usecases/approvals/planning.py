"""Whom a chain asks about something: steps that apply, people who may answer, what was approved before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.changing import Plan, PlannedStep
from herald.domain.approval.last_approved import compared, product_key
from herald.domain.approval.policy import Approvers, Chain, Step
from herald.domain.approval.stand import Stand, stand_of
from herald.domain.approval.threshold import holds
from herald.domain.approval.turn import Policy
from herald.domain.audience import recipient_of, resolve
from herald.domain.configuration import Configuration
from herald.domain.notification import Recipient, same_person
from herald.domain.paths import found
from herald.ports import StateStore
from herald.usecases.approvals import approval_shelves

MOST_PRODUCTS = 20
"""What was approved before is looked up for so many products of an order."""


@dataclass(frozen=True)
class Planner:
    """Makes plans. Without a state (as in a preview) it knows nothing that was approved before."""

    state: StateStore | None = None

    def __call__(
        self, chain: Chain, configuration: Configuration, facts: Mapping[str, Any], matched: Sequence[str],
        subject: str,
    ) -> Plan:  # fmt: skip
        """Return the plan for the facts of an order. ``matched`` are the rules that asked for the chain."""
        stand = stand_of({"order": facts.get("order", {})}, chain.show)
        person = found(chain.requester, facts)
        requester = recipient_of(person) if isinstance(person, Mapping) else None
        people = _People(configuration, facts, requester)
        return Plan(
            subject=subject, policy=policy_of(chain, configuration), config_version=configuration.version, stand=stand,
            steps=tuple(
                _planned(step, configuration, people, matched)
                for step in chain.steps
                if applies(step, matched, facts.get("order", {}))
            ),
            matched=tuple(matched), requester=requester,
            watchers=people.audience(chain.watchers, everybody=True), delegates=people.audience(chain.delegates),
            last_resort=people.audience(chain.last_resort), last_approved=self._last_approved(stand),
            read_at=facts.get("order", {}).get("updatedAt"),
        )  # fmt: skip

    def _last_approved(self, stand: Stand) -> Mapping[str, Any] | None:
        if self.state is None:
            return None
        shelf = approval_shelves.last_approved(self.state)
        keys = dict.fromkeys(product_key(line) for line in stand.order.get("lines", ()))
        known = {key: shelf.get(approval_shelves.product(key)) for key in list(keys)[:MOST_PRODUCTS] if key}
        return compared(stand, {key: document for key, document in known.items() if document is not None})


def policy_of(chain: Chain, configuration: Configuration) -> Policy:
    """Return a chain with what its configuration says of hours, people and rules."""
    calendars, people = configuration.calendars, configuration.people
    return Policy(chain, calendars, configuration.default_calendar, people, configuration.described)


def applies(step: Step, matched: Sequence[str], order: Mapping[str, Any]) -> bool:
    """Say whether a step is asked: one of its rules matched, and all its thresholds are passed."""
    asked = not step.rules or any(rule in matched for rule in step.rules)
    return asked and all(holds(threshold, order) for threshold in step.when)


@dataclass(frozen=True, slots=True)
class _People:
    """Finds people for one set of facts. The requester is never among those who may answer."""

    configuration: Configuration
    facts: Mapping[str, Any]
    requester: Recipient | None

    def who(self, approvers: Approvers, step: Step) -> tuple[Recipient, ...]:
        """Return those of a step's approvers who can be asked on one of its channels."""
        people = self.audience(approvers.audience) if approvers.audience else self._found(approvers.found)
        return tuple(one for one in people if one.over(step.channels))

    def audience(self, name: str | None, *, everybody: bool = False) -> tuple[Recipient, ...]:
        if name is None:
            return ()
        members = resolve(self.configuration.audiences[name], self.facts, self.configuration.people)
        return members if everybody else self._others(members)

    def _found(self, expression: str | None) -> tuple[Recipient, ...]:
        value = found(expression, self.facts) if expression else None
        entries = value if isinstance(value, list) else [value]
        people = (recipient_of(entry) for entry in entries if isinstance(entry, Mapping))
        return self._others(person for person in people if person is not None)

    def _others(self, people: Iterable[Recipient]) -> tuple[Recipient, ...]:
        unique = {person.key: person for person in people}
        return tuple(one for one in unique.values() if self.requester is None or not same_person(one, self.requester))


def _planned(step: Step, configuration: Configuration, people: _People, matched: Sequence[str]) -> PlannedStep:
    descriptions = {rule.id: rule.description for rule in configuration.rules}
    rules = [rule for rule in matched if not step.rules or rule in step.rules]
    return PlannedStep(
        step=step, people=people.who(step.approvers, step),
        ladder=tuple(people.who(level.approvers, step) for level in step.ladder),
        reasons=tuple((rule, descriptions.get(rule, "")) for rule in rules),
    )  # fmt: skip
