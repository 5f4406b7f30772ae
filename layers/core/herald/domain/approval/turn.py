"""One event applied to an approval: what stands then, and who is to be told because of it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.approval import (
    Approval,
    By,
    Closed,
    End,
    Heard,
    Result,
    State,
    StepRun,
    Telling,
    Ticket,
)
from herald.domain.approval.policy import Chain, Step
from herald.domain.delivery import Channel
from herald.domain.directory import Directory, told_for
from herald.domain.notification import Recipient
from herald.domain.working_time import ALWAYS, Calendar, after_working

MOST_HEARD = 200
TELLINGS_KEPT = 20
"""An event told again after that many others finds its decision stored; its tellings are not needed any more."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The chain an approval runs by, the working hours of people, who stands in for whom, and what rules are for.

    ``described`` gives the description of a rule in a language, or nothing.
    """

    chain: Chain
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    default_calendar: str = ""
    people: Directory = field(default_factory=dict)
    described: Callable[[str, str | None], str] = lambda _rule, _locale: ""

    def calendar(self, person: Recipient) -> Calendar:
        """Return the person's working hours: their own, else the chain's, else the default, else always."""
        known = {ALWAYS.name: ALWAYS, **self.calendars}
        names = (person.calendar, self.chain.calendar, self.default_calendar)
        return next((known[name] for name in names if name in known), ALWAYS)

    def zone(self, person: Recipient) -> str:
        """Return the time zone somebody reads times in: their own, else that of their working hours."""
        return person.zone or self.calendar(person).zone

    def after(self, start: datetime, amount: timedelta, person: Recipient) -> datetime:
        """Return when that much of the person's working time is over."""
        return after_working(start, amount, self.calendar(person))

    def step(self, run: StepRun) -> Step:
        """Return what the chain says of a step."""
        step = self.chain.step(run.id)
        if step is None:
            raise LookupError(f"chain {self.chain.id} has no step {run.id}")
        return step


@dataclass
class Turn:
    """A working copy of an approval while one event is applied to it."""

    approval: Approval
    policy: Policy
    now: datetime
    tellings: list[Telling] = field(default_factory=list)

    def tell(self, kind: str, to: str, ticket: Ticket | None = None, **details: Any) -> None:
        """Note that somebody is to be told."""
        self.tellings.append(Telling(kind, to, ticket.number if ticket else None, details))

    def present(self, people: Iterable[Recipient], channels: Collection[Channel]) -> tuple[Recipient, ...]:
        """Return who is asked for those people now: while they are absent, whoever stands in for them."""
        return told_for(people, self.policy.people, self.now, channels, self.approval.requester)

    def close_ticket(self, ticket: Ticket, why: Closed) -> None:
        """Let a ticket be answered no more."""
        self.approval = self.approval.with_ticket(replace(ticket, closed=why, reminders=()))

    def finish(self, state: State, by: By, name: str = "", reason: str = "", *, spare: Ticket | None = None) -> None:
        """End the approval and tell everybody who waits for it; ``spare`` knows already, having said the last word."""
        waiting = self.approval.open_tickets() or self._left_without_decision()
        for ticket in waiting:
            self.close_ticket(ticket, Closed.ENDED)
        self.approval = replace(self.approval, state=state, end=End(self.now, by, name, reason))
        if self.approval.requester is not None:
            self.tell("outcome", "requester")
        if self.approval.watchers:
            self.tell("outcome", "watchers")
        for ticket in waiting:
            if spare is None or ticket.number != spare.number:
                self.tell("outcome", "ticket", ticket)

    def _left_without_decision(self) -> tuple[Ticket, ...]:
        """Return who waited when it was parked: the last ticket of each, if that was never answered."""
        if self.approval.state is not State.PARKED:
            return ()
        last = {(one.step, one.print, one.person.key): one for one in self.approval.tickets}
        asked = {(run.id, run.print) for run in self.approval.steps}
        return tuple(one for one in last.values() if one.closed is Closed.ENDED and (one.step, one.print) in asked)


def hear(
    approval: Approval, policy: Policy, event_id: str, kind: str, now: datetime, apply: Callable[[Turn], Result],
    *, by: str = "", note: str = "",
) -> tuple[Approval, Heard]:  # fmt: skip
    """Apply an event once; return the approval and what followed, which is the same when it is told again."""
    known = approval.heard_of(event_id)
    if known is not None:
        return approval, known
    turn = Turn(approval, policy, now)
    result = apply(turn)
    entry = Heard(event_id, kind, now, result, by, note, tuple(turn.tellings))
    older = [
        replace(one, tellings=()) if place < len(approval.heard) - TELLINGS_KEPT else one
        for place, one in enumerate(approval.heard)
    ]
    return replace(turn.approval, heard=tuple([*older, entry][-MOST_HEARD:])), entry
