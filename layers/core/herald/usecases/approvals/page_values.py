"""What the pages of approvals say. What is over says no price and no customer: links are forwarded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.answering import MOST_ACKNOWLEDGEMENTS, MOST_QUESTIONS
from herald.domain.approval.approval import Answer, Approval, Closed, Ticket, Verdict
from herald.domain.approval.difference import difference_document
from herald.domain.approval.links import Role, sealed
from herald.domain.approval.people import is_requester
from herald.usecases.approvals import approval_values as values_of
from herald.usecases.approvals.approval_shelves import person_key
from herald.usecases.approvals.desk import Desk


@dataclass(frozen=True)
class PageValues:
    """Makes the values of pages."""

    desk: Desk
    key: Callable[[], str]
    clock: Callable[[], datetime]
    good_for: timedelta

    def question(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return all that an approver sees before they decide."""
        policy = self.desk.policy(approval)
        step = policy.chain.step(ticket.step)
        changed = values_of.asked_anew_because(approval, ticket, policy)
        asked = sum(one.ticket == ticket.number for one in approval.questions)
        until = step and policy.after(self.clock(), step.acknowledge, ticket.person)
        return {
            **self.noted(approval, ticket), "order": values_of.order_values(approval),
            "ask": {
                **values_of.ticket_values(approval, ticket, policy),
                **({"differences": [difference_document(one) for one in changed]} if changed else {}),
            },
            "delegates": _delegates(approval, ticket),
            "others": [one.person.name for one in approval.open_tickets(ticket.step) if one.number != ticket.number],
            "questions": [
                {"id": one.id, "text": one.text, "at": one.at, **({"answer": one.answer} if one.answer else {})}
                for one in approval.questions
                if one.ticket == ticket.number
            ],
            "may_acknowledge": ticket.acknowledgements < MOST_ACKNOWLEDGEMENTS,
            "may_question": approval.requester is not None and asked < MOST_QUESTIONS,
            **({"acknowledge_until": until} if until else {}),
        }  # fmt: skip

    def noted(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return what was noted that decides nothing: until when somebody looks into it, to whom it was handed."""
        until, handed = ticket.acknowledged_until, _handed_to(approval, ticket)
        return {
            **self.ticket(approval, ticket),
            **({"acknowledged_until": until} if until and until > self.clock() else {}),
            **({"delegated_to": handed.person.name} if handed else {}),
        }

    def ticket(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return what may be said to the holder of a link whatever has become of it."""
        return {
            "approval": values_of.approval_values(approval),
            "ask": values_of.place_values(approval, ticket, self.desk.policy(approval)),
            "recipient": {"name": ticket.person.name},
        }  # fmt: skip

    def recorded(self, approval: Approval, ticket: Ticket, mine: Answer, receipt: str | None) -> dict[str, Any]:
        """Return what a person said, and how it stands; beside a dissent, the decision that came first."""
        return {
            **self.ticket(approval, ticket), "mine": values_of.answer_values(mine), **self._end(approval, ticket),
            **({} if mine.counted else {"dissent": _winner(approval, ticket) or True}),
            **({"receipt": receipt} if receipt else {}),
        }  # fmt: skip

    def closed(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return why somebody need not answer any more."""
        values = {**self.noted(approval, ticket), **self._end(approval, ticket)}
        return {**values, "closed": str(ticket.closed or Closed.ENDED)}

    def requester(self, approval: Approval, receipt: str | None) -> dict[str, Any]:
        """Return what the requester sees: where each step stands, and what is asked."""
        names = {one.number: one.person.name for one in approval.tickets}
        policy = self.desk.policy(approval)
        zone = {"zone": policy.zone(approval.requester)} if approval.requester else {}
        return {
            "approval": values_of.approval_values(approval),
            "order": values_of.order_values(approval), "ask": {**zone, **values_of.end_values(approval)},
            "state": str(approval.state),
            "recipient": {"name": approval.requester.name if approval.requester else ""},
            "steps": [{"title": run.title, "state": str(run.state)} for run in approval.steps],
            "questions": [
                {"id": one.id, "from": names.get(one.ticket, ""), "text": one.text, "at": one.at,
                 **({"answer": one.answer} if one.answer else {})}
                for one in approval.questions
            ],
            **({"receipt": receipt} if receipt else {}),
        }  # fmt: skip

    def waiting(self, found: Iterable[tuple[Approval, Ticket]], until: datetime) -> dict[str, Any]:
        """Return all that waits for a person, each with a link of its own, good until that time."""
        pairs = list(found)
        lines = values_of.waiting_values(pairs, until)
        policy = self.desk.policy(pairs[0][0]) if pairs else None
        zone = policy.zone(pairs[0][1].person) if policy else "UTC"
        waiting = [{**line, "link": sealed(values_of.link_of(line["seal"]), self.key())} for line in lines]
        person = {"recipient": {"name": pairs[0][1].person.name}} if pairs else {}
        return {"ask": {"kind": "waiting", "waiting": waiting, "zone": zone}, **person}

    def picture(self, approval: Approval) -> str | None:
        """Return where the page finds the configuration's picture, relative to itself."""
        line = values_of.pictured_line(approval)
        if not line:
            return None
        seal = [int(Role.PICTURE), approval.id, line, self.clock() + self.good_for, ""]
        return f"{sealed(values_of.link_of(seal), self.key())}/picture"

    def _end(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        if approval.end is None:
            return {"state": str(approval.state)}
        said = values_of.end_values(approval)
        end = {name: said[name] for name in ("outcome", "by", "at", "from", "text") if name in said}
        run = approval.step(ticket.step)
        return {"state": str(approval.state), "end": end, **({"step_state": str(run.state)} if run else {})}


def _delegates(approval: Approval, ticket: Ticket) -> list[dict[str, str]]:
    """Return whom an approver may hand the question to: nobody, if it was handed to them."""
    asked = {one.person.key for one in approval.tickets if one.step == ticket.step}
    if ticket.delegated_from is not None:
        return []
    return [
        {"id": person_key(one), "name": one.name}
        for one in approval.delegates
        if one.key not in asked and not is_requester(approval, one)
    ]


def _handed_to(approval: Approval, ticket: Ticket) -> Ticket | None:
    return next((one for one in approval.tickets if one.delegated_from == ticket.number), None)


def _winner(approval: Approval, ticket: Ticket) -> dict[str, Any] | None:
    """Return the decision that came before a person's, at their step or at another that ended it all; no reason."""
    run = approval.step(ticket.step)
    here = approval.valid_answers(run) if run else ()
    rejections = [one for one in approval.answers if one.counted and not one.void and one.verdict is Verdict.REJECT]
    answers = [*rejections[-1:], *here[-1:]]
    return {**values_of.answer_values(answers[-1]), "reason": ""} if answers else None
