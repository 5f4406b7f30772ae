"""Why somebody was told of an event, or was not: everything between the two that is recorded, found for one person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from herald.domain.approval.approval import Approval
from herald.domain.configuration import Configuration, Notify
from herald.domain.decision import Decision, Skip, Verdict
from herald.domain.delivery import Channel
from herald.domain.errors import ConfigurationError
from herald.domain.membership import Membership, membership, person_of_event
from herald.domain.notification import Recipient
from herald.domain.person_search import Person, meant, people, stranger
from herald.domain.reach import told_now
from herald.ports import ConfigurationStore, StateStore
from herald.usecases import shelves
from herald.usecases.trace import Trace, Tracer
from herald.usecases.why_approvals import Asked, approvals_about, asked, everybody
from herald.usecases.why_messages import FindMessages, Message


class SeveralPeopleError(Exception):
    """The words given fit more than one person."""

    def __init__(self, fitting: Sequence[Person]) -> None:
        super().__init__(", ".join(person.name for person in fitting))
        self.people = tuple(sorted(fitting, key=lambda person: person.name))


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """What a rule said, and where the person stands to its audience; ``then`` is ``None`` where it tells nobody.

    ``reachable`` are the channels of the rule on which the person has an address, if they are in the audience;
    ``stands_in`` is who was told in their place, since they were absent.
    """

    rule_id: str
    description: str
    verdict: Verdict
    detail: str
    then: Notify | None
    approval: str | None
    membership: Membership | None
    reachable: tuple[Channel, ...]
    skips: tuple[Skip, ...]
    stands_in: Recipient | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person said stop on a channel, which counts until they say start."""

    channel: Channel
    at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class Why:
    """All that was found. ``configuration`` is that of the decision, or ``None`` and ``missing`` says why.

    ``known`` is false for somebody who is named nowhere. ``skips`` are those that belong to no rule. ``elsewhere`` are
    the audiences that the person is in and that no rule tells which listens to such events.
    """

    trace: Trace
    person: Person
    known: bool
    configuration: Configuration | None
    missing: str
    rules: tuple[RuleSaid, ...]
    skips: tuple[Skip, ...]
    messages: tuple[Message, ...]
    approvals: tuple[Asked, ...]
    stopped: tuple[Stopped, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class AskWhy:
    """Finds the chain between an event and a person. It reads, and changes nothing."""

    tracer: Tracer
    configurations: ConfigurationStore
    state: StateStore

    def __call__(self, identifier: str, given: str) -> Why | None:
        """Return the chain for the person of that address or name; ``None`` if no event bears the id.

        Raises ``SeveralPeopleError`` and ``StorageError``.
        """
        trace = self.tracer(identifier)
        if trace is None:
            return None
        decision = trace.decision
        configuration, missing = self._configuration(decision)
        approvals = approvals_about(trace.event, decision, self.state)
        fitting = meant(people(_everybody(decision, configuration, approvals)), given)
        if len(fitting) > 1:
            raise SeveralPeopleError(fitting)
        person = fitting[0] if fitting else stranger(given)
        rules = tuple(_rules(decision, configuration, person))
        of_rules = {rule.rule_id for rule in rules}
        return Why(
            trace=trace, person=person, known=bool(fitting), configuration=configuration, missing=missing, rules=rules,
            skips=tuple(skip for skip in decision.skips if skip.what not in of_rules) if decision else (),
            messages=tuple(FindMessages(self.tracer.ledger, self.tracer.audit)(decision, person)),
            approvals=tuple(one for approval in approvals if (one := asked(approval, person)) is not None),
            stopped=tuple(self._stopped(person)), elsewhere=_elsewhere(configuration, rules, person),
        )  # fmt: skip

    def _configuration(self, decision: Decision | None) -> tuple[Configuration | None, str]:
        if decision is None or not decision.config_version:
            return None, ""
        try:
            return self.configurations.version(decision.config_version), ""
        except ConfigurationError as error:
            return None, str(error)

    def _stopped(self, person: Person) -> Iterator[Stopped]:
        shelf = shelves.opt_outs(self.state)
        for channel in (Channel.SMS, Channel.WHATSAPP, Channel.FAX):
            for number in person.addresses(channel):
                said = shelf.get(shelves.address_key(channel, number))
                if said is not None and said["out"]:
                    yield Stopped(channel, said["at"], str(said["event"]))


def _everybody(
    decision: Decision | None, configuration: Configuration | None, approvals: Iterable[Approval]
) -> Iterator[Recipient]:
    """Yield everybody whom the configuration, the event or an approval names."""
    for audience in configuration.audiences.values() if configuration else ():
        for members in audience.members.values():
            yield from members
        yield from person_of_event(audience, decision.facts) if decision else ()
    yield from (notification.recipient for notification in decision.notifications) if decision else ()
    for approval in approvals:
        yield from everybody(approval)


def _rules(decision: Decision | None, configuration: Configuration | None, person: Person) -> Iterator[RuleSaid]:
    known = {rule.id: rule for rule in configuration.rules} if configuration else {}
    for said in decision.outcomes if decision else ():
        rule = known.get(said.rule_id)
        then = rule.then if rule else None
        audience = configuration.audiences.get(then.audience) if configuration and then else None
        stands = (
            membership(audience, decision.facts, person, configuration.people)
            if configuration and audience and decision
            else None
        )
        entry = stands.entry if stands else None
        yield RuleSaid(
            said.rule_id, rule.description if rule else "", said.verdict, said.detail, then,
            rule.approval if rule else None, stands,
            entry.over(then.channels) if then and entry else (),
            tuple(skip for skip in decision.skips if skip.what == said.rule_id) if decision else (),
            _stands_in(entry, then, configuration, decision) if entry and then and configuration and decision else None,
        )  # fmt: skip


def _stands_in(
    entry: Recipient, then: Notify, configuration: Configuration, decision: Decision
) -> Recipient | None:  # fmt: skip
    told = told_now((entry,), then, configuration, decision.facts, decision.decided_at)
    return next((one for one in told if one.key != entry.key), None)


def _elsewhere(configuration: Configuration | None, rules: Sequence[RuleSaid], person: Person) -> tuple[str, ...]:
    asked_for = {rule.then.audience for rule in rules if rule.then}
    return tuple(
        name
        for name, audience in (configuration.audiences if configuration else {}).items()
        if name not in asked_for and any(person.is_(one) for members in audience.members.values() for one in members)
    )
