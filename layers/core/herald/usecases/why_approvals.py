"""What one person has to do with the approvals of what an event is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from herald.domain.approval.approval import Answer, Approval, StepRun, Ticket, approval_id
from herald.domain.decision import Decision
from herald.domain.event import Event
from herald.domain.notification import Recipient
from herald.domain.person_search import Person
from herald.ports import StateStore
from herald.usecases.approvals import approval_shelves


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody is in an approval beside being asked; ``rung`` is that of the step's ladder, or 0."""

    role: str
    step: StepRun | None = None
    rung: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval, what was asked of a person, and what they said; ``parts`` is what else they are in it."""

    approval: Approval
    parts: tuple[Part, ...]
    tickets: tuple[Ticket, ...]
    answers: tuple[Answer, ...]


def approvals_about(event: Event, decision: Decision | None, state: StateStore) -> list[Approval]:
    """Return the approvals an event began or changed, and all others of what it is about. Raises ``StorageError``."""
    named = [str(identity) for identity in decision.facts.get("approvals", ())] if decision else []
    if event.subject.startswith("approval/"):
        named.append(event.object_id)
    # A milestone may name its order by the short id; everything of Herald's goes by the one id.
    order = decision.facts.get("milestone", {}).get("order") if decision else None
    for subject in dict.fromkeys((event.subject, *([f"order/{order}"] if order else []))):
        chains = approval_shelves.chains_of(state).get(approval_shelves.subject_key(subject)) or ()
        named += [approval_id(chain, subject) for chain in chains]
    shelf = approval_shelves.approvals(state)
    return [approval for one in dict.fromkeys(named) if (approval := shelf.get(one)) is not None]


def everybody(approval: Approval) -> Iterator[Recipient]:
    """Yield everybody an approval names."""
    yield from (*approval.watchers, *approval.delegates, *approval.last_resort)
    yield from (approval.requester,) if approval.requester else ()
    yield from (ticket.person for ticket in approval.tickets)
    for run in approval.steps:
        yield from (*run.people, *(one for rung in run.ladder for one in rung))


def asked(approval: Approval, person: Person) -> Asked | None:
    """Return what a person has to do with an approval; ``None`` if nothing."""
    tickets = tuple(ticket for ticket in approval.tickets if person.is_(ticket.person))
    answers = tuple(answer for answer in approval.answers if person.is_(answer.person))
    parts = tuple(_parts(approval, person, {ticket.step for ticket in tickets}))
    return Asked(approval, parts, tickets, answers) if parts or tickets else None


def _parts(approval: Approval, person: Person, asked_at: set[str]) -> Iterator[Part]:
    if approval.requester is not None and person.is_(approval.requester):
        yield Part("requester")
    for run in approval.steps:
        if run.id not in asked_at and _among(person, run.people):
            yield Part("approver", run)
        for place, rung in enumerate(run.ladder, start=1):
            if run.id not in asked_at and run.climbed < place and _among(person, rung):
                yield Part("approver", run, place)
    for role, named in (
        ("watcher", approval.watchers), ("delegate", approval.delegates), ("last resort", approval.last_resort),
    ):  # fmt: skip
        if _among(person, named):
            yield Part(role)


def _among(person: Person, people: Sequence[Recipient]) -> bool:
    return any(person.is_(one) for one in people)
