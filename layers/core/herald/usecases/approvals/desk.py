"""Brings what happens to approvals into them, once, whoever is first to do it: the page, or the queue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.approval import Approval, Heard, Result, State, approval_id
from herald.domain.approval.changing import Plan, submit, unopened
from herald.domain.approval.policy import Part
from herald.domain.approval.stand import Stand, stand_of
from herald.domain.approval.turn import Policy, Turn, hear
from herald.domain.configuration import Configuration
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.event import Event
from herald.domain.event_types import APPROVAL_PREFIX
from herald.domain.facts import MappingError, SourceObjects, build_facts
from herald.ports import Clock, ConfigurationVersions, Inbox, StateStore, Threekit
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import changed_order
from herald.usecases.approvals.doings import decides, doing
from herald.usecases.approvals.planning import Planner, policy_of
from herald.usecases.order_reading import configuration_ids, reads_order

SUBMITTED = "submitted"
FactsBy = Callable[[Configuration], Mapping[str, Any]]
"""The facts of one event as the mapping of a configuration reads them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """An approval after an event, what followed from the event, and the policy it runs by."""

    approval: Approval
    heard: Heard
    policy: Policy


@dataclass(frozen=True, slots=True)
class Submission:
    """What an event tells of something that may have to be approved."""

    event: Event
    subject: str
    configuration: Configuration
    facts: FactsBy


@dataclass(frozen=True)
class Desk:
    """Applies events to approvals. ``source`` is the URI reference under which Threekit's orders are told of."""

    state: StateStore
    configurations: ConfigurationVersions
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

    def chains(self, subject: str, asked: Iterable[str]) -> tuple[str, ...]:
        """Return the chains in which something is asked for now or ever was, and keep that. Raises ``StorageError``.

        They are kept before any approval is: one that is not on the list would never hear of a change.
        """

        def joined(known: tuple[str, ...] | None) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
            chains = tuple(dict.fromkeys((*(known or ()), *asked)))
            return chains or None, chains

        return approval_shelves.chains_of(self.state).change(approval_shelves.subject_key(subject), joined)

    def apply(self, event: Event, *, checked: bool = False) -> Applied:
        """Apply an event about an approval, once.

        Before a decision is taken, the order is read again, unless whoever calls has ``checked`` it: nobody approves
        what has changed meanwhile. Raises ``PoisonError`` for an unknown approval, ``CallFailed``, ``StorageError``.
        """
        identity = str(event.data.get("approval"))
        standing = self.load(identity)
        if standing is None:
            raise PoisonError(Reason.NOT_FOUND, f"there is no approval {identity}")
        takes_on = not checked and decides(event) and standing.heard_of(event.id) is None
        found = self.look(standing, ended=standing.state is State.PARKED) if takes_on else None
        return self._change(identity, event, doing(event, found))

    def look(self, approval: Approval, *, ended: bool = False) -> Result | None:
        """Look at the order in Threekit: return ``None`` if it is what is asked about, else ``CHANGED`` or ``GONE``.

        What has changed is told of, so that those concerned are asked anew. An approval that has ended is looked at if
        ``ended``, else not. Raises ``CallFailed`` and ``StorageError``.
        """
        kind, _, order_id = approval.subject.partition("/")
        if kind != "order" or (approval.state is not State.OPEN and not ended):
            return None
        try:
            order = self.threekit.order(order_id)
        except CallFailed as failure:
            if failure.fate is Fate.PERMANENT and failure.reason is Reason.NOT_FOUND:
                return Result.GONE
            raise
        if self.same(approval, order):
            return None
        self.inbox.record(changed_order(self.source, order, f"{approval.id}:{approval.round}", self.clock()))
        return Result.CHANGED

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
        hint = changed_order(self.source, order, approval.id, self.clock())
        facts = build_facts(hint, SourceObjects(order, saved), configuration.mapping, self.clock())
        return stand_of({"order": facts.get("order", {})}, configuration.approvals[approval.chain].show)

    def submitted(self, told: Submission, chain: str, asked: Sequence[str]) -> Applied:
        """Begin the approval of a chain, or bring the one there is to what is told now; ``asked`` are rules that ask.

        Raises ``MappingError`` and ``StorageError``.
        """
        event = told.event

        def change(known: Approval | None) -> tuple[Approval | None, Applied]:
            plan = self._plan(told, chain, asked, known)
            version = _version(event, plan)
            if known is not None and _overtaken(known, event, version):
                entry = Heard(event.id, SUBMITTED, self.clock(), Result.UNCHANGED)
                return None, Applied(known, known.heard_of(event.id) or entry, plan.policy)
            begun = known or unopened(plan, self.clock())
            after, heard = hear(
                begun, plan.policy, event.id, SUBMITTED, self.clock(),
                lambda turn: submit(turn, plan, first=known is None), note=version,
            )  # fmt: skip
            # What changed nothing is not written down, for orders are told of often; what comes once and signed is.
            unchanged = known is not None and heard.result is Result.UNCHANGED and reads_order(event.type)
            return (None if unchanged else after), Applied(after, heard, plan.policy)

        return approval_shelves.approvals(self.state).change(approval_id(chain, told.subject), change)

    def _plan(self, told: Submission, chain: str, asked: Sequence[str], known: Approval | None) -> Plan:
        present, planned = told.configuration, Planner(self.state)
        if known is None:
            return planned(present.approvals[chain], present, told.facts(present), asked, told.subject)
        rules = _still_asking(told, asked, known)
        # Read by the configuration it began with: a new mapping is no change of what was approved.
        begun = self.configurations.version(known.config_version)
        try:
            plan = planned(begun.approvals[chain], begun, told.facts(begun), rules, told.subject)
        except MappingError:
            # The mapping of then cannot read what there is now. What cannot be read any more has changed.
            if chain not in present.approvals:
                raise
            return planned(present.approvals[chain], present, told.facts(present), rules, told.subject)
        under_way = known.state is State.OPEN or chain not in present.approvals
        if under_way or _print(plan.stand) == _print(known.stand):
            return plan
        return planned(present.approvals[chain], present, told.facts(present), rules, told.subject)

    def _change(self, identity: str, event: Event, doing: Callable[[Turn], Result]) -> Applied:
        def change(known: Approval | None) -> tuple[Approval | None, Applied]:
            if known is None:
                raise PoisonError(Reason.NOT_FOUND, f"there is no approval {identity}")
            policy = self.policy(known)
            after, heard = hear(
                known, policy, event.id, event.type.removeprefix(APPROVAL_PREFIX), self.clock(), doing,
                by=str(event.data.get("name", "")), note=str(event.data.get("note", "")),
            )  # fmt: skip
            return after, Applied(after, heard, policy)

        return approval_shelves.approvals(self.state).change(identity, change)


def _print(stand: Stand) -> str:
    return stand.print(tuple(Part))


def _still_asking(told: Submission, asked: Sequence[str], known: Approval) -> tuple[str, ...]:
    """Return the rules that ask now, and those that asked before and have not been asked about this event.

    Where none asks any more, as for an order that is no longer new, those of before go on asking.
    """
    listening = {rule.id for rule in told.configuration.rules_for(told.event.type)}
    silent = (rule for rule in known.matched if rule not in listening)
    return tuple(dict.fromkeys((*asked, *silent))) if asked else known.matched


def _version(event: Event, plan: Plan) -> str:
    """Return when what is told of was so: an order bears the time of its last change, anything else that of its event.

    Empty where that is not known.
    """
    if not reads_order(event.type):
        return event.time.isoformat()
    return plan.read_at.isoformat() if plan.read_at is not None else ""


def _overtaken(known: Approval, event: Event, version: str) -> bool:
    """Say whether something newer was submitted before: messages come in any order, and some read more slowly."""
    told = [heard.note for heard in known.heard if heard.kind == SUBMITTED and heard.event_id != event.id]
    return bool(version) and any(version < note for note in told)
