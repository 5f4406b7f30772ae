"""Asking: who is next, whom the ladder reaches, and when a step has what it needs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from herald.domain.approval.approval import By, Closed, State, StepRun, StepState, Ticket, Verdict
from herald.domain.approval.people import is_among, is_requester, may_be_asked, voices
from herald.domain.approval.policy import ALL, ANY, Timeout
from herald.domain.approval.turn import Turn
from herald.domain.notification import Recipient


def advance(turn: Turn, spare: Ticket | None = None) -> None:
    """Bring an open approval to where somebody is asked, or to its end. ``spare`` said the last word."""
    if turn.approval.state is not State.OPEN:
        return
    for run in turn.approval.steps:
        _settle(turn, run)
    if any(run.state is StepState.REJECTED for run in turn.approval.steps):
        turn.finish(State.REJECTED, By.PEOPLE, spare=spare)
        return
    unsettled = [run for run in turn.approval.steps if run.state in (StepState.WAITING, StepState.OPEN)]
    if not unsettled:
        people = any(turn.approval.valid_answers(run) for run in turn.approval.steps)
        turn.finish(State.APPROVED, By.PEOPLE if people else By.POLICY, spare=spare)
        return
    stage = min(run.stage for run in unsettled)
    for run in unsettled:
        if run.stage > stage and run.state is StepState.OPEN:
            _put_back(turn, run)
    for run in unsettled:
        if run.stage == stage and run.state is StepState.WAITING and turn.approval.state is State.OPEN:
            _open(turn, run)


def climb(turn: Turn, identity: str, *, late: bool = True) -> None:
    """Go one rung up at a step; past the last rung, do what the policy says of deadlines.

    Where nobody is late, but those who are asked cannot be enough, past the last rung it is parked whatever the policy.
    """
    run = _run(turn, identity)
    step = turn.policy.step(run)
    rungs = len(step.ladder) * (1 + step.repeat)
    if run.climbed < rungs:
        place = run.climbed % len(step.ladder)
        turn.approval = turn.approval.with_step(replace(run, climbed=run.climbed + 1))
        _ask(turn, identity, run.ladder[place], step.ladder[place].deadline, "escalated", late=late)
    elif step.timeout is Timeout.ESCALATE and not run.last_resort_asked:
        turn.approval = turn.approval.with_step(replace(run, last_resort_asked=True))
        _ask(turn, identity, turn.approval.last_resort, step.deadline, "escalated", late=late)
    elif late and step.timeout is Timeout.REJECT:
        turn.finish(State.REJECTED, By.DEADLINE)
    else:
        turn.finish(State.PARKED, By.DEADLINE if late else By.POLICY)


def overdue(turn: Turn, run: StepRun) -> bool:
    """Say whether a step waits for nobody any more."""
    return run.state is StepState.OPEN and (run.due is None or run.due <= turn.now)


def reachable(turn: Turn, run: StepRun) -> int:
    """Return how many people's approvals a step can still come to with those who are asked."""
    answers = turn.approval.valid_answers(run)
    said = [one.person for one in answers]
    asked = [one.person for one in turn.approval.open_tickets(run.id) if not is_among(one.person, said)]
    return voices([*(one.person for one in answers if one.verdict is Verdict.APPROVE), *asked])


def outcome(turn: Turn, run: StepRun) -> StepState | None:
    """Return how a step is settled by the answers that count; ``None`` if it is not."""
    answers = turn.approval.valid_answers(run)
    if run.quorum == ANY:
        first = answers[0].verdict if answers else None
        settled = {Verdict.APPROVE: StepState.APPROVED, Verdict.REJECT: StepState.REJECTED}
        return settled[first] if first else None
    rejections = sum(one.verdict is Verdict.REJECT for one in answers)
    if len(answers) - rejections >= run.needed and not (run.quorum == ALL and rejections):
        return StepState.APPROVED
    lost = run.quorum == ALL or (run.state is StepState.OPEN and reachable(turn, run) < run.needed)
    return StepState.REJECTED if rejections and lost else None


def _settle(turn: Turn, run: StepRun) -> None:
    state = outcome(turn, run)
    if state is None:
        if run.state in (StepState.APPROVED, StepState.REJECTED):
            turn.approval = turn.approval.with_step(replace(run, state=StepState.WAITING, due=None))
        return
    for ticket in turn.approval.open_tickets(run.id):
        if state is StepState.APPROVED:
            turn.close_ticket(ticket, Closed.SETTLED)
    turn.approval = turn.approval.with_step(replace(run, state=state, due=None))


def _open(turn: Turn, run: StepRun) -> None:
    step = turn.policy.step(run)
    turn.approval = turn.approval.with_step(
        replace(run, state=StepState.OPEN, climbed=0, last_resort_asked=False, due=turn.now)
    )
    _ask(turn, run.id, run.people, step.deadline, "request", late=False)


def _ask(
    turn: Turn, identity: str, people: Iterable[Recipient], within: timedelta, kind: str, *, late: bool
) -> None:  # fmt: skip
    """Ask people at a step, remind those who are asked already, and go on up if that cannot be enough."""
    run = _run(turn, identity)
    channels = turn.policy.step(run).channels
    said = [one.person for one in turn.approval.valid_answers(run)]
    standing = {ticket.person.key: ticket for ticket in turn.approval.open_tickets(identity)}
    due = turn.now
    # Nobody stands in for the requester, who is not asked, nor for who has said their word.
    meant = [one for one in people if not is_requester(turn.approval, one) and not is_among(one, said)]
    for person in turn.present(meant, channels):
        if is_among(person, said) or not may_be_asked(turn.approval, person, channels):
            continue
        until = turn.policy.after(turn.now, within, person)
        due = max(due, until)
        if person.key in standing:
            _urge(turn, standing[person.key], until)
        else:
            _issue(turn, run, person, kind, within)
    turn.approval = turn.approval.with_step(replace(_run(turn, identity), due=due))
    if reachable(turn, run) < run.needed or due <= turn.now:
        climb(turn, identity, late=late)


def _urge(turn: Turn, ticket: Ticket, until: datetime) -> None:
    number = ticket.reminded + 1
    turn.tell("reminder", "ticket", ticket, number=number, final=True)
    later = tuple(at for at in ticket.reminders if at > turn.now)
    turn.approval = turn.approval.with_ticket(replace(ticket, due=until, reminders=later, reminded=number))


def _issue(turn: Turn, run: StepRun, person: Recipient, kind: str, within: timedelta) -> None:
    step = turn.policy.step(run)
    own = [one for one in turn.approval.tickets if one.step == run.id and one.person.key == person.key]
    # Whoever handed it on was asked about the same.
    changed = any(one.print != run.print or one.closed in (Closed.CHANGED, Closed.ENDED) for one in own)
    reminders = (turn.policy.after(turn.now, after, person) for after in step.reminders if after < within)
    ticket = Ticket(
        number=len(turn.approval.tickets) + 1, step=run.id, person=person, print=run.print, asked_at=turn.now,
        due=turn.policy.after(turn.now, within, person), kind="changed" if changed else kind,
        reminders=tuple(reminders),
    )  # fmt: skip
    turn.approval = replace(turn.approval, tickets=(*turn.approval.tickets, ticket))
    turn.tell(ticket.kind, "ticket", ticket)


def _put_back(turn: Turn, run: StepRun) -> None:
    """Let a step wait again, because a step before it is open again."""
    for ticket in turn.approval.open_tickets(run.id):
        turn.close_ticket(ticket, Closed.CHANGED)
    turn.approval = turn.approval.with_step(replace(run, state=StepState.WAITING, due=None))


def _run(turn: Turn, identity: str) -> StepRun:
    run = turn.approval.step(identity)
    if run is None:
        raise LookupError(f"approval {turn.approval.id} has no step {identity}")
    return run
