"""Brings what happens to approvals into them, once, whoever is first to do it: the page, or the queue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.answering import acknowledge, answer, ask_back, delegate, reply, reply_decides
from herald.domain.approval.approval import Approval, Heard, Result, State, Verdict, approval_id
from herald.domain.approval.changing import Plan, submit, unopened
from herald.domain.approval.elapsing import elapse, remind
from herald.domain.approval.ending import override, recall
from herald.domain.approval.policy import Part
from herald.domain.approval.stand import Stand, stand_of
from herald.domain.approval.turn import Policy, Turn, hear
from herald.domain.configuration import Configuration
from herald.domain.errors import PoisonError, Reason
from herald.domain.event import Event
from herald.domain.facts import MappingError, SourceObjects, build_facts
from herald.ports import Clock, ConfigurationStore, Inbox, StateStore, Threekit
from herald.usecases.approvals import approval_events as kinds
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import changed_order
from herald.usecases.approvals.planning import Planner, policy_of
from herald.usecases.order_reading import configuration_ids

SUBMITTED = "submitted"
FactsBy = Callable[[Configuration], Mapping[str, Any]]
"""The facts of one event as the mapping of a configuration reads them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """An approval after an event, what followed from the event, and the policy it runs by."""

    approval: Approval
    heard: Heard
    policy: Policy


@dataclass(frozen=True)
class Desk:
    """Applies events to approvals. ``source`` is the URI reference under which Threekit's orders are told of."""

    state: StateStore
    configurations: ConfigurationStore
    threekit: Threekit
    inbox: Inbox
    clock: Clock
    source: str

    def load(self, identity: str) -> Approval | None:
        """Return an approval, read consistently. Raises ``StorageError``."""
        return approval_shelves.approvals(self.state).get(identity)

    def policy(self, approval: Approval) -> Policy:
        """Return the policy an approval runs by: that of the configuration it began with."""
        configuration = self.configurations.version(approval.config_version)
        return policy_of(configuration.approvals[approval.chain], configuration)

    def submitted(
        self, event: Event, subject: str, configuration: Configuration, facts: FactsBy,
        asked: Mapping[str, Sequence[str]],
    ) -> list[Applied]:  # fmt: skip
        """Begin the approvals that rules ask for, and bring those there are to what the facts say now.

        ``asked`` holds the rules that matched, by chain. Raises ``MappingError`` and ``StorageError``.
        """
        begun = approval_shelves.chains_of(self.state)
        key = approval_shelves.subject_key(subject)
        # First the list, then the approval: one that is not on the list would never hear of a change.
        chains = begun.change(key, lambda known: _joined(known or (), asked))
        return [
            self._submitted(event, subject, configuration, chain, facts, asked.get(chain, ()))
            for chain in chains
            if asked.get(chain) or self.load(approval_id(chain, subject)) is not None
        ]

    def apply(self, event: Event, *, checked: bool = False) -> Applied:
        """Apply an event about an approval, once.

        Before a decision is taken, the order is read again, unless whoever calls has ``checked`` it: nobody approves
        what has changed meanwhile. Raises ``PoisonError`` for an unknown approval, ``CallFailed``, ``StorageError``.
        """
        identity = str(event.data.get("approval"))
        standing = self.load(identity)
        if standing is None:
            raise PoisonError(Reason.NOT_FOUND, f"there is no approval {identity}")
        decides = not checked and _decides(event) and standing.heard_of(event.id) is None
        moved = decides and self.moved(standing, ended=standing.state is State.PARKED)
        return self._change(identity, event, _doing(event, moved=moved))

    def moved(self, approval: Approval, *, ended: bool = False) -> bool:
        """Say whether Threekit has another order than the one that is asked about; if so, let it be told of.

        One that has ended is looked at only if ``ended``. Raises ``CallFailed`` and ``StorageError``.
        """
        kind, _, order_id = approval.subject.partition("/")
        if kind != "order" or (approval.state is not State.OPEN and not ended):
            return False
        order = self.threekit.order(order_id)
        if self.same(approval, order):
            return False
        hint = changed_order(self.source, order, self.clock())
        if hint is not None:
            self.inbox.record(hint)
        return True

    def same(self, approval: Approval, order: Mapping[str, Any]) -> bool:
        """Say whether an order as Threekit has it is what an approval is about. Raises ``CallFailed``."""
        try:
            return _print(self._stand(approval, order)) == _print(approval.stand)
        except MappingError:
            # What cannot be read is nothing that anybody was asked about.
            return False

    def _stand(self, approval: Approval, order: Mapping[str, Any]) -> Stand:
        configuration = self.configurations.version(approval.config_version)
        saved = self.threekit.configurations(configuration_ids(order))
        hint = changed_order(self.source, order, self.clock())
        if hint is None:
            raise PoisonError(Reason.MALFORMED_MESSAGE, "the order bears no version")
        facts = build_facts(hint, SourceObjects(order, saved), configuration.mapping, self.clock())
        return stand_of({"order": facts.get("order", {})}, configuration.approvals[approval.chain].show)

    def _submitted(
        self, event: Event, subject: str, configuration: Configuration, chain: str, facts: FactsBy,
        asked: Sequence[str],
    ) -> Applied:  # fmt: skip
        planned = Planner(self.state)

        def plan_for(known: Approval | None) -> Plan:
            if known is None:
                return planned(configuration.approvals[chain], configuration, facts(configuration), asked, subject)
            # Read by the configuration it began with: a new mapping is no change of what was approved.
            begun = self.configurations.version(known.config_version)
            rules = asked or known.matched
            plan = planned(begun.approvals[chain], begun, facts(begun), rules, subject)
            under_way = known.state is State.OPEN or chain not in configuration.approvals
            if under_way or _print(plan.stand) == _print(known.stand):
                return plan
            return planned(configuration.approvals[chain], configuration, facts(configuration), rules, subject)

        def change(known: Approval | None) -> tuple[Approval | None, Applied]:
            plan = plan_for(known)
            if known is not None and _overtaken(known, event):
                entry = Heard(event.id, SUBMITTED, self.clock(), Result.UNCHANGED)
                return None, Applied(known, known.heard_of(event.id) or entry, plan.policy)
            begun = known or unopened(plan, self.clock())
            after, heard = hear(
                begun, plan.policy, event.id, SUBMITTED, self.clock(),
                lambda turn: submit(turn, plan, first=known is None), note=event.time.isoformat(),
            )  # fmt: skip
            # What changed nothing is not written down: orders are told of often.
            unchanged = known is not None and heard.result is Result.UNCHANGED
            return (None if unchanged else after), Applied(after, heard, plan.policy)

        identity = approval_id(chain, subject)
        return approval_shelves.approvals(self.state).change(identity, change)

    def _change(self, identity: str, event: Event, doing: Callable[[Turn], Result]) -> Applied:
        def change(known: Approval | None) -> tuple[Approval | None, Applied]:
            if known is None:
                raise PoisonError(Reason.NOT_FOUND, f"there is no approval {identity}")
            policy = self.policy(known)
            after, heard = hear(
                known, policy, event.id, event.type.removeprefix(kinds.PREFIX), self.clock(), doing,
                by=str(event.data.get("name", "")), note=str(event.data.get("note", "")),
            )  # fmt: skip
            return after, Applied(after, heard, policy)

        return approval_shelves.approvals(self.state).change(identity, change)


def _joined(known: tuple[str, ...], asked: Iterable[str]) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    chains = tuple(dict.fromkeys((*known, *asked)))
    return (chains if chains else None), chains


def _print(stand: Stand) -> str:
    return stand.print(tuple(Part))


def _overtaken(known: Approval, event: Event) -> bool:
    """Say whether something newer was submitted before; what is read again at its source is always the newest."""
    if event.type.startswith("threekit."):
        return False
    told = [heard.note for heard in known.heard if heard.kind == SUBMITTED and heard.event_id != event.id]
    return any(event.time.isoformat() < note for note in told)


def _doing(event: Event, *, moved: bool) -> Callable[[Turn], Result]:
    data = event.data
    ticket, text = int(data.get("ticket") or 0), str(data.get("text", ""))
    name, reason = str(data.get("name", "")), str(data.get("reason", ""))
    doings: dict[str, Callable[[Turn], Result]] = {
        kinds.ANSWERED: lambda turn: _answered(turn, event, moved=moved),
        kinds.ACKNOWLEDGED: lambda turn: acknowledge(turn, ticket),
        kinds.QUESTIONED: lambda turn: ask_back(turn, ticket, text, event_id=event.id),
        kinds.REPLIED: lambda turn: reply(turn, str(data.get("question")), text),
        kinds.DELEGATED: lambda turn: _delegated(turn, ticket, str(data.get("to")), str(data.get("note", ""))),
        kinds.DUE: elapse,
        kinds.RECALLED: lambda turn: recall(turn, name, reason),
        kinds.OVERRIDDEN: lambda turn: _overridden(turn, event, moved=moved),
        kinds.REMINDED: lambda turn: remind(turn, ticket or None),
    }
    if event.type not in doings:
        raise PoisonError(Reason.MALFORMED_MESSAGE, f"nothing is done about {event.type}")
    return doings[event.type]


def _decides(event: Event) -> bool:
    """Say whether an event is about the order as it stands; an administrator may reject whatever it is."""
    approves = event.data.get("verdict") == Verdict.APPROVE
    return event.type == kinds.ANSWERED or (event.type == kinds.OVERRIDDEN and approves)


def _overridden(turn: Turn, event: Event, *, moved: bool) -> Result:
    if moved:
        return Result.CHANGED
    data = event.data
    name, reason = str(data.get("name", "")), str(data.get("reason", ""))
    return override(turn, Verdict(data["verdict"]), name, reason, about=data.get("about"))


def _answered(turn: Turn, event: Event, *, moved: bool) -> Result:
    data = event.data
    number, channel = int(data["ticket"]), str(data["channel"])
    ticket = turn.approval.ticket(number)
    by_reply = channel != "page"
    if ticket is None:
        return Result.UNKNOWN
    if moved:
        result = Result.CHANGED
    elif by_reply and not reply_decides(turn, ticket):
        result = Result.PAGE_ONLY
    else:
        result = answer(
            turn, number, Verdict(data["verdict"]), str(data.get("reason", "")), event_id=event.id, channel=channel,
            at=event.time,
        )  # fmt: skip
    if by_reply:
        # A dissent is told already; it is sent back the way the reply came.
        turn.tellings = [one for one in turn.tellings if one.kind != "dissent"]
        kind = "dissent" if result is Result.DISSENT else "recorded"
        turn.tell(kind, "ticket", ticket, result=str(result), channel=channel, verdict=str(data["verdict"]))
    return result


def _delegated(turn: Turn, number: int, to: str, note: str) -> Result:
    person = next((one for one in turn.approval.delegates if approval_shelves.person_key(one) == to), None)
    return delegate(turn, number, person, note) if person is not None else Result.NOT_ALLOWED
