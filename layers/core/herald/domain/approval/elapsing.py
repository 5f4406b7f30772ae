"""What time does to an approval: reminders, the ladder, the end. Silence never approves."""

from dataclasses import replace
from datetime import datetime

from herald.domain.approval.approval import Result, State, StepRun, Ticket
from herald.domain.approval.asking import climb, overdue
from herald.domain.approval.turn import Turn


def elapse(turn: Turn) -> Result:
    """Do all that is due by now."""
    before = turn.approval
    for run in before.steps:
        _wait_or_climb(turn, run.id)
    # Whoever the ladder has urged just now, or told of the end, is not reminded as well.
    for ticket in turn.approval.open_tickets():
        _remind(turn, ticket)
    return Result.UNCHANGED if turn.approval == before else Result.DONE


def remind(turn: Turn, number: int | None = None) -> Result:
    """Remind whoever may answer, or one of them, because an operator wants it."""
    tickets = [one for one in turn.approval.open_tickets() if number in (None, one.number)]
    for ticket in tickets:
        turn.tell("reminder", "ticket", ticket, number=ticket.reminded + 1, final=False)
        turn.approval = turn.approval.with_ticket(replace(ticket, reminded=ticket.reminded + 1))
    return Result.DONE if tickets else Result.CLOSED


def _remind(turn: Turn, ticket: Ticket) -> None:
    if not any(at <= turn.now for at in ticket.reminders):
        return
    # Who said they look into it is left alone until their word expires. Of several that are due by then, or at once
    # as after an outage, one is enough.
    until = max(turn.now, ticket.acknowledged_until or turn.now)
    left = tuple(at for at in ticket.reminders if at > until)
    number = ticket.reminded + len(ticket.reminders) - len(left)
    if until > turn.now:
        ticket = replace(ticket, reminders=(until, *left), reminded=number - 1)
    else:
        turn.tell("reminder", "ticket", ticket, number=number, final=not left)
        ticket = replace(ticket, reminders=left, reminded=number)
    turn.approval = turn.approval.with_ticket(ticket)


def _wait_or_climb(turn: Turn, identity: str) -> None:
    run = turn.approval.step(identity)
    if turn.approval.state is not State.OPEN or run is None or not overdue(turn, run):
        return
    until = _acknowledged_until(turn, run)
    if until is None:
        climb(turn, identity)
    else:
        turn.approval = turn.approval.with_step(replace(run, due=until))


def _acknowledged_until(turn: Turn, run: StepRun) -> datetime | None:
    words = [one.acknowledged_until for one in turn.approval.open_tickets(run.id) if one.acknowledged_until]
    return max((until for until in words if until > turn.now), default=None)
