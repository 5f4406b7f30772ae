"""What messages and pages say about an approval, as plain values."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.answering import reply_decides
from herald.domain.approval.approval import Answer, Approval, By, State, StepRun, Ticket, Verdict
from herald.domain.approval.difference import Difference, differences
from herald.domain.approval.links import Link, Role
from herald.domain.approval.turn import Policy
from herald.domain.canonical import fingerprint
from herald.domain.notification import Recipient
from herald.usecases.approvals import approval_shelves

Seal = list[Any]
"""A link that is not sealed yet: role, identity, number, until, print."""


def order_values(approval: Approval) -> dict[str, Any]:
    """Return the order as it is asked about, with the requester's name."""
    requester = {"requester": {"name": approval.requester.name}} if approval.requester else {}
    return {**approval.stand.order, **requester}


def approval_values(approval: Approval) -> dict[str, Any]:
    """Return what is known of the approval as a whole."""
    return {
        "id": approval.id, "chain": approval.chain, "title": approval.title, "state": str(approval.state),
        "round": approval.round, "reference": reference_of(approval),
    }  # fmt: skip


def place_values(approval: Approval, ticket: Ticket, policy: Policy) -> dict[str, Any]:
    """Return where in its chain somebody is asked, and in which zone they read times."""
    run = approval.step(ticket.step)
    step = {"step": _step_values(approval, run)} if run is not None else {}
    return {"kind": ticket.kind, "zone": policy.zone(ticket.person), **step}


def ticket_values(approval: Approval, ticket: Ticket, policy: Policy) -> dict[str, Any]:
    """Return what a person is asked: step, deadline, reasons, what was decided before, what was approved last."""
    run = approval.step(ticket.step)
    return {
        **place_values(approval, ticket, policy), "deadline": ticket.due,
        "shown": [{"label": label, "value": value} for label, value in approval.stand.shown],
        "decisions": decisions(approval),
        **({"reasons": _reasons(run, policy, ticket.person.locale)} if run is not None else {}),
        **({"last_approved": approval.last_approved} if approval.last_approved is not None else {}),
    }  # fmt: skip


def asked_anew_because(approval: Approval, ticket: Ticket, policy: Policy) -> tuple[Difference, ...]:
    """Return what has changed for somebody who is asked again."""
    if ticket.kind != "changed" or approval.before is None:
        return ()
    step = policy.chain.step(ticket.step)
    return differences(approval.before, approval.stand, step.inputs if step else ())


def end_values(approval: Approval) -> dict[str, Any]:
    """Return how an approval ended."""
    end = approval.end
    if end is None:
        return {"decisions": decisions(approval)}
    reason = end.reason
    if end.by is By.PEOPLE and approval.state is State.REJECTED:
        words = [one for one in approval.answers if one.counted and not one.void and one.verdict is Verdict.REJECT]
        reason = words[-1].reason if words else ""
    return {
        "outcome": str(approval.state), "by": str(end.by), "at": end.at, "decisions": decisions(approval),
        **({"from": end.name} if end.name else {}), **({"text": reason} if reason else {}),
    }  # fmt: skip


def decisions(approval: Approval) -> list[dict[str, Any]]:
    """Return what was said so far and counted, and what is void of it."""
    titles = {run.id: run.title for run in approval.steps}
    return [
        {**answer_values(one), "step": titles.get(one.step, one.step), "carried": one.carried, "void": one.void}
        for one in approval.answers
        if one.counted
    ]


def answer_values(answer: Answer) -> dict[str, Any]:
    """Return what one person said."""
    return {
        "name": answer.person.name, "verdict": str(answer.verdict), "reason": answer.reason, "at": answer.at,
        "channel": answer.channel,
    }  # fmt: skip


def ticket_seals(
    approval: Approval, ticket: Ticket, policy: Policy, now: datetime, good_for: timedelta
) -> dict[str, Any]:
    """Return the links and the code that belong to a ticket, to be sealed where the message is made."""
    until = now + good_for
    run = approval.step(ticket.step)
    seals: dict[str, Any] = {
        "link": [int(Role.APPROVER), approval.id, ticket.number, until, run.print[:12] if run else ""]
    }
    line = pictured_line(approval)
    if line:
        seals["picture"] = [int(Role.PICTURE), approval.id, line, until, ""]
    if reply_decides(approval, policy, ticket) and ticket.person.phone:
        seals["code"] = [approval.id, ticket.number]
    return seals


def requester_seals(approval: Approval, now: datetime, good_for: timedelta) -> dict[str, Any]:
    """Return the link of the requester's own page, which is no other requester's."""
    return {"link": [int(Role.REQUESTER), approval.id, 0, now + good_for, requester_print(approval)[:12]]}


def requester_print(approval: Approval) -> str:
    """Return the fingerprint of who asked for it."""
    return fingerprint(approval.requester.key if approval.requester else "")


def waiting_values(waiting: Iterable[tuple[Approval, Ticket]], until: datetime) -> list[Any]:
    """Return a line for each question that waits for somebody, with the link to be sealed, good until that time."""
    return [_waiting_line(approval, ticket, until) for approval, ticket in waiting]


def person_seal(person: Recipient, now: datetime, good_for: timedelta) -> Seal:
    """Return the link to the page with all that waits for a person."""
    return [int(Role.PERSON), approval_shelves.person_key(person), 0, now + good_for, ""]


def link_of(seal: Seal) -> Link:
    """Return the link of plain values."""
    role, identity, number, until, print_of_step = seal
    return Link(Role(role), identity, number, until, print_of_step)


def pictured_line(approval: Approval) -> int:
    """Return the number of the first line that names a saved configuration, from 1; 0 if none does."""
    lines = approval.stand.order.get("lines", ())
    return next((place for place, line in enumerate(lines, start=1) if line.get("configurationId")), 0)


def reference_of(approval: Approval) -> str:
    """Return how people call what is approved."""
    order: Mapping[str, Any] = approval.stand.order
    return str(order.get("shortId") or order.get("id") or approval.subject.partition("/")[2])


def _reasons(run: StepRun, policy: Policy, locale: str | None) -> list[dict[str, str]]:
    """Return why it is asked, in a language; two rules that say the same are one reason."""
    told = [(rule, policy.described(rule, locale) or noted) for rule, noted in run.reasons]
    once = {description or rule: (rule, description) for rule, description in reversed(told)}
    return [{"rule": rule, "description": description} for rule, description in reversed(once.values())]


def _waiting_line(approval: Approval, ticket: Ticket, until: datetime) -> dict[str, Any]:
    run = approval.step(ticket.step)
    order = approval.stand.order
    print_of_step = run.print[:12] if run else ""
    return {
        "title": run.title if run else approval.title, "reference": reference_of(approval), "deadline": ticket.due,
        **{name: order[name] for name in ("total", "currency", "name") if name in order},
        "seal": [int(Role.APPROVER), approval.id, ticket.number, until, print_of_step],
    }  # fmt: skip


def _step_values(approval: Approval, run: StepRun) -> dict[str, Any]:
    place = [one.id for one in approval.steps].index(run.id) + 1
    return {"id": run.id, "title": run.title, "number": place, "of": len(approval.steps)}
