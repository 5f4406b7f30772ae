"""An approval as it stands: its steps, who was asked, what they said, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.approval.policy import Part
from herald.domain.approval.stand import Stand
from herald.domain.canonical import fingerprint, short_id
from herald.domain.notification import Recipient


class State(StrEnum):
    """Where an approval stands. All but ``OPEN`` are ends; only a change of what is approved opens it again."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    RECALLED = "recalled"
    PARKED = "parked"
    """Nobody decided in time, and the policy says that nobody decides for them: an administrator has to."""


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What somebody says."""

    APPROVE = "approve"
    REJECT = "reject"


class By(StrEnum):
    """Who brought the end about."""

    PEOPLE = "people"
    POLICY = "policy"
    """Nobody had to be asked, or nothing changed that anybody looks at."""
    DEADLINE = "deadline"
    ADMINISTRATOR = "administrator"
    REQUESTER = "requester"


class Result(StrEnum):
    """What became of something that was told about an approval."""

    DONE = "done"
    COUNTED = "counted"
    REPEATED = "repeated"
    """The same person said the same before."""
    DISSENT = "dissent"
    """Another valid decision came first; this one is recorded beside it."""
    CLOSED = "closed"
    """It was over already, with nothing to object to."""
    CHANGED = "changed"
    """What was to be approved is no longer what this person was asked about."""
    REASON_MISSING = "reason_missing"
    NOT_ALLOWED = "not_allowed"
    """A second hop, the requester, somebody who is asked already, once too often."""
    PAGE_ONLY = "page_only"
    """What it is worth is not decided by a reply."""
    UNCHANGED = "unchanged"
    GONE = "gone"
    """The order is no longer in Threekit."""
    UNKNOWN = "unknown"


class Closed(StrEnum):
    """Why a ticket can no longer be answered."""

    ANSWERED = "answered"
    SETTLED = "settled"
    """Others brought its step to an end."""
    CHANGED = "changed"
    DELEGATED = "delegated"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One person asked at one step. ``print`` is the fingerprint of what the step looks at when they were asked.

    ``reminders`` are the times of those still to come. ``kind`` is why they were asked, as the message says it.
    """

    number: int
    step: str
    person: Recipient
    print: str
    asked_at: datetime
    due: datetime
    kind: str
    reminders: tuple[datetime, ...] = ()
    reminded: int = 0
    closed: Closed | None = None
    delegated_from: int | None = None
    acknowledged_until: datetime | None = None
    acknowledgements: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said. Only answers that count decide; a void one counted until what it was about changed."""

    event_id: str
    ticket: int
    step: str
    person: Recipient
    verdict: Verdict
    reason: str = field(repr=False)
    channel: str
    at: datetime
    print: str
    counted: bool = True
    void: bool = False
    carried: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What an approver asked the requester."""

    id: str
    ticket: int
    text: str = field(repr=False)
    at: datetime
    answer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class StepRun:
    """A step of this approval: who is asked, who is asked after them, and how far up the ladder it has come.

    ``needed`` approvals bring it to its end; ``quorum`` says how rejections count. ``due`` is when the ladder goes on.
    """

    id: str
    title: str
    stage: int
    quorum: str | int
    needed: int
    print: str
    people: tuple[Recipient, ...]
    ladder: tuple[tuple[Recipient, ...], ...]
    reasons: tuple[tuple[str, str], ...] = ()
    state: StepState = StepState.WAITING
    climbed: int = 0
    last_resort_asked: bool = False
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Somebody who is to be told something. ``to`` is ``ticket``, ``requester`` or ``watchers``."""

    kind: str
    to: str
    ticket: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that was applied, and what followed; told again, it brings the same."""

    event_id: str
    kind: str
    at: datetime
    result: Result
    by: str = ""
    note: str = ""
    tellings: tuple[Telling, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """How an approval ended."""

    at: datetime
    by: By
    name: str = ""
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """One subject in one chain. ``round`` counts how often what is approved has changed, from 1.

    ``config_version`` is the policy it began with. ``matched`` are the rules that asked. ``before`` is what stood
    before the last change, ``last_approved`` how it differs from what was approved of the same products before.
    """

    id: str
    chain: str
    title: str
    subject: str
    config_version: str
    opened_at: datetime
    stand: Stand
    requester: Recipient | None = None
    watchers: tuple[Recipient, ...] = ()
    delegates: tuple[Recipient, ...] = ()
    last_resort: tuple[Recipient, ...] = ()
    matched: tuple[str, ...] = ()
    round: int = 1
    state: State = State.OPEN
    steps: tuple[StepRun, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    answers: tuple[Answer, ...] = ()
    questions: tuple[Question, ...] = ()
    end: End | None = None
    before: Stand | None = None
    last_approved: Mapping[str, Any] | None = None
    heard: tuple[Heard, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What is approved, and by which questions."""
        return fingerprint([self.stand.print(tuple(Part)), [run.print for run in self.steps]])

    @property
    def next_due(self) -> datetime | None:
        """When something is to be done if nobody answers before; ``None`` once it has ended."""
        if self.state is not State.OPEN:
            return None
        steps = [run.due for run in self.steps if run.state is StepState.OPEN and run.due is not None]
        reminders = [ticket.reminders[0] for ticket in self.open_tickets() if ticket.reminders]
        return min([*steps, *reminders], default=None)

    def step(self, identity: str) -> StepRun | None:
        """Return a step by its id."""
        return next((run for run in self.steps if run.id == identity), None)

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket by its number, counted from 1."""
        return self.tickets[number - 1] if 0 < number <= len(self.tickets) else None

    def open_tickets(self, step: str | None = None) -> tuple[Ticket, ...]:
        """Return who may answer now, at one step or at all."""
        if self.state is not State.OPEN:
            return ()
        return tuple(one for one in self.tickets if one.closed is None and step in (None, one.step))

    def valid_answers(self, run: StepRun) -> tuple[Answer, ...]:
        """Return the answers that count at a step as it is now, in the order in which they came."""
        return tuple(
            one
            for one in self.answers
            if one.step == run.id and one.counted and not one.void and one.print == run.print
        )

    def heard_of(self, event_id: str) -> Heard | None:
        """Return what followed from an event, if it was applied."""
        return next((one for one in self.heard if one.event_id == event_id), None)

    def with_step(self, run: StepRun) -> "Approval":
        """Return it with a step in its place."""
        return replace(self, steps=tuple(run if one.id == run.id else one for one in self.steps))

    def with_ticket(self, ticket: Ticket) -> "Approval":
        """Return it with a ticket in its place."""
        return replace(self, tickets=tuple(ticket if one.number == ticket.number else one for one in self.tickets))


def approval_id(chain: str, subject: str) -> str:
    """Return the id of the one approval of a subject in a chain."""
    return short_id("apr", chain, subject)
