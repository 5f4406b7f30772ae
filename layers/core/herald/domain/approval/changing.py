"""What is approved changes: only decisions about what changed are void, everything else is carried over."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from herald.domain.approval.approval import (
    Answer,
    Approval,
    Closed,
    Result,
    State,
    StepRun,
    StepState,
    approval_id,
)
from herald.domain.approval.asking import advance, outcome
from herald.domain.approval.difference import Difference, differences, told_differences
from herald.domain.approval.people import is_requester, voices
from herald.domain.approval.policy import ALL, ANY, Chain, Part, Step
from herald.domain.approval.stand import Stand
from herald.domain.approval.turn import Policy, Turn
from herald.domain.notification import Recipient

_ATTRIBUTE = re.compile(r'\battributes\.("[^"]*"|\w+)')


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step that applies, with the people it means. Should the requester be one of them, they are not asked."""

    step: Step
    people: tuple[Recipient, ...]
    ladder: tuple[tuple[Recipient, ...], ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom a chain asks about a stand. ``matched`` are the rules that asked, ``config_version`` the policy."""

    subject: str
    policy: Policy
    config_version: str
    stand: Stand
    steps: tuple[PlannedStep, ...]
    matched: tuple[str, ...] = ()
    requester: Recipient | None = None
    watchers: tuple[Recipient, ...] = ()
    delegates: tuple[Recipient, ...] = ()
    last_resort: tuple[Recipient, ...] = ()
    last_approved: Mapping[str, Any] | None = None
    read_at: datetime | None = None
    """When what was read last changed at its source."""


def unopened(plan: Plan, now: datetime) -> Approval:
    """Return the approval of a plan before anybody is asked."""
    chain = plan.policy.chain
    return _planned(
        Approval(
            id=approval_id(chain.id, plan.subject), chain=chain.id, title=chain.title, subject=plan.subject,
            config_version=plan.config_version, opened_at=now, stand=plan.stand,
        ),
        plan,
    )  # fmt: skip


def submit(turn: Turn, plan: Plan, *, first: bool) -> Result:
    """Begin an approval, or bring one to what is to be approved now."""
    if first:
        advance(turn)
        return Result.DONE
    before = turn.approval
    after = _planned(before, plan)
    same = after.fingerprint == before.fingerprint
    if same and not _others_request(before, after):
        return Result.UNCHANGED
    after = replace(after, answers=tuple(_judged(one, after) for one in before.answers))
    if not same:
        after = replace(after, before=before.stand, round=before.round + 1)
    if before.state is not State.OPEN and not _reopens(turn, after):
        return Result.UNCHANGED
    turn.approval = replace(after, state=State.OPEN, end=None)
    if before.state is not State.OPEN:
        turn.approval = replace(turn.approval, steps=tuple(_anew(run) for run in turn.approval.steps))
    for ticket in before.tickets:
        run = turn.approval.step(ticket.step)
        if ticket.closed is None and (run is None or run.state is not StepState.OPEN):
            turn.close_ticket(ticket, Closed.CHANGED)
    advance(turn)
    _tell_of_change(turn, before)
    return Result.CHANGED


def _planned(approval: Approval, plan: Plan) -> Approval:
    """Return the approval with the steps, the people and the stand of a plan; what was said stays."""
    # Facts that no longer tell who asked for it do not let them approve it.
    requester = plan.requester or approval.requester
    return replace(
        approval, title=plan.policy.chain.title, config_version=plan.config_version, stand=plan.stand,
        matched=plan.matched, requester=requester, watchers=plan.watchers, delegates=plan.delegates,
        last_resort=plan.last_resort, last_approved=plan.last_approved,
        steps=tuple(_run(replace(approval, requester=requester), plan, planned) for planned in plan.steps),
    )  # fmt: skip


def _run(approval: Approval, plan: Plan, planned: PlannedStep) -> StepRun:
    step = planned.step
    people = tuple(one for one in planned.people if not is_requester(approval, one))
    needed = {ALL: max(1, voices(people)), ANY: 1}.get(str(step.quorum)) or int(step.quorum)
    print_of_step = plan.stand.print(step.inputs, step.print)
    known = approval.step(step.id)
    run = StepRun(
        id=step.id, title=step.title, stage=step.stage, quorum=step.quorum, needed=needed, print=print_of_step,
        people=people, ladder=planned.ladder, reasons=planned.reasons,
    )  # fmt: skip
    if known is None or known.print != print_of_step or _asks_its_requester(approval, known):
        return run
    # Nothing it looks at has changed: it goes on where it was, with those who were asked.
    return replace(
        run, needed=known.needed, people=known.people, state=known.state, climbed=known.climbed,
        last_resort_asked=known.last_resort_asked, due=known.due,
    )  # fmt: skip


def _asks_its_requester(approval: Approval, run: StepRun) -> bool:
    asked = (one.person for one in approval.tickets if one.step == run.id and one.print == run.print)
    return any(is_requester(approval, person) for person in (*run.people, *asked))


def _others_request(before: Approval, after: Approval) -> bool:
    """Say whether it is under way, and somebody else's request now: they may be one of those who are asked."""
    if before.state is not State.OPEN or after.requester is None:
        return False
    return not is_requester(before, after.requester)


def _anew(run: StepRun) -> StepRun:
    """Return a step that was under way at the end: those who were asked are asked again."""
    return replace(run, state=StepState.WAITING, due=None) if run.state is StepState.OPEN else run


def _judged(answer: Answer, after: Approval) -> Answer:
    """Return an answer as it is after a change: void if its step looks at what changed or is no longer asked.

    So is that of somebody whose own request it is now.
    """
    if not answer.counted or answer.void:
        return answer
    run = after.step(answer.step)
    stands = run is not None and run.print == answer.print and not is_requester(after, answer.person)
    return replace(answer, carried=True) if stands else replace(answer, void=True)


def _reopens(turn: Turn, after: Approval) -> bool:
    """Say whether an ended approval begins again: not if somebody's rejection still stands."""
    if turn.approval.state is not State.REJECTED:
        return True
    # A step that begins anew, because its requester had been asked, is rejected all the same by what others said.
    now = Turn(after, turn.policy, turn.now)
    return not any(StepState.REJECTED in (run.state, outcome(now, run)) for run in after.steps)


def _tell_of_change(turn: Turn, before: Approval) -> None:
    """Tell those whose word no longer counts and who are not asked again at once; after an end, that it is open."""
    changed = differences(before.stand, turn.approval.stand)
    asked = {turn.approval.tickets[telling.ticket - 1].person.key for telling in turn.tellings if telling.ticket}
    void = {one.event_id for one in before.answers if one.counted and not one.void}
    for one in turn.approval.answers:
        ticket = turn.approval.ticket(one.ticket)
        if one.void and one.event_id in void and ticket is not None and one.person.key not in asked:
            step = turn.policy.chain.step(one.step)
            seen = [row for row in changed if step and row.part in step.inputs]
            turn.tell("void", "ticket", ticket, **told_differences(seen))
    if before.state is not State.OPEN and turn.approval.state is State.OPEN:
        told = told_differences(_for_everybody(turn.policy.chain, changed))
        if turn.approval.requester is not None:
            turn.tell("void", "requester", **told)
        if turn.approval.watchers:
            turn.tell("void", "watchers", **told)


def _for_everybody(chain: Chain, changed: Iterable[Difference]) -> list[Difference]:
    """Return the differences without what only approvers see: what is shown, and the attributes it comes from."""
    hidden = {name.strip('"') for row in chain.show for name in _ATTRIBUTE.findall(row.value)}
    return [row for row in changed if row.part is not Part.SHOWN and row.field not in hidden]
