"""What those who are asked may do: decide, look into it, ask back, hand it on."""

from dataclasses import replace
from datetime import datetime

from herald.domain.approval.approval import (
    Answer,
    Approval,
    Closed,
    Question,
    Result,
    State,
    StepRun,
    StepState,
    Ticket,
    Verdict,
)
from herald.domain.approval.asking import advance
from herald.domain.approval.people import is_among, may_be_asked
from herald.domain.approval.turn import Policy, Turn
from herald.domain.notification import Recipient, same_person

MOST_ACKNOWLEDGEMENTS = 2
MOST_QUESTIONS = 10
MOST_LATE_WORDS = 5
"""Each by one person at one step: none of them may hold an approval up for ever, or make it grow for ever."""

CONFLICTS = {
    Verdict.APPROVE: (StepState.REJECTED, State.REJECTED),
    Verdict.REJECT: (StepState.APPROVED, State.APPROVED),
}


def answer(
    turn: Turn, number: int, verdict: Verdict, reason: str, *, event_id: str, channel: str, at: datetime | None = None
) -> Result:  # fmt: skip
    """Take somebody's decision: the first valid one counts, a later one is recorded beside it.

    ``at`` is when it was said, if that was not now.
    """
    ticket = turn.approval.ticket(number)
    run = turn.approval.step(ticket.step) if ticket else None
    if ticket is None:
        return Result.UNKNOWN
    if verdict is Verdict.REJECT and not reason.strip():
        return Result.REASON_MISSING
    if run is None or ticket.print != run.print or ticket.closed is Closed.CHANGED:
        return Result.CHANGED
    said = Answer(event_id, number, run.id, ticket.person, verdict, reason.strip(), channel, at or turn.now, run.print)
    own = next((one for one in turn.approval.valid_answers(run) if same_person(one.person, ticket.person)), None)
    if own is not None and own.verdict is verdict and ticket.closed is not Closed.DELEGATED:
        return Result.REPEATED
    if own is not None or not is_open(turn.approval, ticket, run):
        return _late(turn, ticket, run, said, own)
    turn.approval = replace(turn.approval, answers=(*turn.approval.answers, said))
    turn.close_ticket(ticket, Closed.ANSWERED)
    advance(turn, spare=ticket)
    return Result.COUNTED


def acknowledge(turn: Turn, number: int) -> Result:
    """Let somebody say that they look into it: until that word expires, the ladder waits for them."""
    ticket, run = _askable(turn, number)
    if ticket is None or run is None:
        return Result.CLOSED
    if ticket.acknowledgements >= MOST_ACKNOWLEDGEMENTS:
        return Result.NOT_ALLOWED
    until = turn.policy.after(turn.now, turn.policy.step(run).acknowledge, ticket.person)
    turn.approval = turn.approval.with_ticket(
        replace(ticket, acknowledged_until=until, acknowledgements=ticket.acknowledgements + 1)
    )
    return Result.DONE


def ask_back(turn: Turn, number: int, text: str, *, event_id: str) -> Result:
    """Put a question to the requester; whoever asks looks into it."""
    ticket, _ = _askable(turn, number)
    if ticket is None:
        return Result.CLOSED
    asked = sum(question.ticket == number for question in turn.approval.questions)
    if turn.approval.requester is None or asked >= MOST_QUESTIONS:
        return Result.NOT_ALLOWED
    if not text.strip():
        return Result.REASON_MISSING
    question = Question(event_id, number, text.strip(), turn.now)
    turn.approval = replace(turn.approval, questions=(*turn.approval.questions, question))
    acknowledge(turn, number)
    turn.tell("question", "requester", ticket, text=question.text, **{"from": ticket.person.name})
    return Result.DONE


def reply(turn: Turn, question_id: str, text: str) -> Result:
    """Let the requester answer a question, once."""
    question = next((one for one in turn.approval.questions if one.id == question_id), None)
    if question is None:
        return Result.UNKNOWN
    if question.answer is not None:
        return Result.REPEATED
    if not text.strip():
        return Result.REASON_MISSING
    answered = replace(question, answer=text.strip())
    others = (answered if one.id == question_id else one for one in turn.approval.questions)
    turn.approval = replace(turn.approval, questions=tuple(others))
    ticket = turn.approval.ticket(question.ticket)
    if ticket is not None and ticket.closed is None:
        name = turn.approval.requester.name if turn.approval.requester else ""
        turn.tell("reply", "ticket", ticket, text=answered.answer, **{"from": name})
    return Result.DONE


def delegate(turn: Turn, number: int, person: Recipient, note: str = "") -> Result:
    """Hand a question to somebody else: one hop, never to the requester, never to somebody asked already."""
    ticket, run = _askable(turn, number)
    if ticket is None or run is None:
        return Result.CLOSED
    asked = [one.person for one in turn.approval.tickets if one.step == run.id and one.print == run.print]
    if ticket.delegated_from is not None or is_among(person, asked):
        return Result.NOT_ALLOWED
    if not may_be_asked(turn.approval, person, turn.policy.step(run).channels):
        return Result.NOT_ALLOWED
    turn.close_ticket(ticket, Closed.DELEGATED)
    handed = replace(
        ticket, number=len(turn.approval.tickets) + 1, person=person, asked_at=turn.now, kind="delegated",
        delegated_from=number, acknowledged_until=None, acknowledgements=0,
    )  # fmt: skip
    turn.approval = replace(turn.approval, tickets=(*turn.approval.tickets, handed))
    turn.tell("delegated", "ticket", handed, text=note.strip(), **{"from": ticket.person.name})
    return Result.DONE


def reply_decides(approval: Approval, policy: Policy, ticket: Ticket) -> bool:
    """Say whether a reply by SMS or WhatsApp counts: up to the value that the step names for the currency."""
    step = policy.chain.step(ticket.step)
    order = approval.stand.order
    most = step.reply_up_to.get(str(order.get("currency"))) if step else None
    return most is not None and order.get("total") is not None and order["total"] <= most


def is_open(approval: Approval, ticket: Ticket, run: StepRun) -> bool:
    """Say whether a ticket can be answered now."""
    return approval.state is State.OPEN and run.state is StepState.OPEN and ticket.closed is None


def _late(turn: Turn, ticket: Ticket, run: StepRun, said: Answer, own: Answer | None) -> Result:
    words = sum(one.ticket == ticket.number and not one.counted for one in turn.approval.answers)
    if ticket.closed is Closed.DELEGATED or words >= MOST_LATE_WORDS:
        return Result.NOT_ALLOWED
    turn.approval = replace(turn.approval, answers=(*turn.approval.answers, replace(said, counted=False)))
    if own is None and not {run.state, turn.approval.state} & set(CONFLICTS[said.verdict]):
        return Result.CLOSED
    # Whoever stands before the page sees it there.
    if said.channel != "page":
        turn.tell("dissent", "ticket", ticket, result=str(Result.DISSENT))
    return Result.DISSENT


def _askable(turn: Turn, number: int) -> tuple[Ticket | None, StepRun | None]:
    ticket = turn.approval.ticket(number)
    run = turn.approval.step(ticket.step) if ticket else None
    if ticket is None or run is None or not is_open(turn.approval, ticket, run):
        return None, None
    return ticket, run
