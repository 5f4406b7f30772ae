"""What the pages of approvals say. What is over says no price and no customer: links are forwarded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.answering import MOST_ACKNOWLEDGEMENTS, same_person
from herald.domain.approval.approval import Answer, Approval, Closed, Ticket
from herald.domain.approval.links import Role, sealed
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
        asked = {one.person.key for one in approval.tickets if one.step == ticket.step}
        delegates = [
            {"id": person_key(one), "name": one.name}
            for one in approval.delegates
            if ticket.delegated_from is None and one.key not in asked
            and not (approval.requester and same_person(one, approval.requester))
        ]  # fmt: skip
        questions = [
            {"id": one.id, "text": one.text, "at": one.at, **({"answer": one.answer} if one.answer else {})}
            for one in approval.questions
            if one.ticket == ticket.number
        ]
        until = ticket.acknowledged_until
        return {
            **self.ticket(approval, ticket), "order": values_of.order_values(approval),
            "ask": values_of.ticket_values(approval, ticket, policy), "delegates": delegates, "questions": questions,
            "may_acknowledge": ticket.acknowledgements < MOST_ACKNOWLEDGEMENTS,
            "may_question": approval.requester is not None,
            **({"acknowledged_until": until} if until and until > self.clock() else {}),
        }  # fmt: skip

    def ticket(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return what may be said to the holder of a link whatever has become of it."""
        policy = self.desk.policy(approval)
        ask = values_of.ticket_values(approval, ticket, policy)
        kept = ("kind", "step", "zone", "differences")
        return {
            "approval": {**values_of.approval_values(approval), "reference": values_of.reference_of(approval)},
            "ask": {name: ask[name] for name in kept if name in ask},
            "recipient": {"name": ticket.person.name},
        }  # fmt: skip

    def recorded(self, approval: Approval, ticket: Ticket, mine: Answer, receipt: str | None) -> dict[str, Any]:
        """Return what a person said, and how it stands."""
        return {
            **self.ticket(approval, ticket), "mine": values_of.answer_values(mine), "dissent": not mine.counted,
            **self._end(approval, ticket), **({"receipt": receipt} if receipt else {}),
        }  # fmt: skip

    def closed(self, approval: Approval, ticket: Ticket) -> dict[str, Any]:
        """Return why somebody need not answer any more."""
        handed = [one for one in approval.tickets if one.delegated_from == ticket.number]
        delegated = {"delegated_to": handed[0].person.name} if ticket.closed is Closed.DELEGATED and handed else {}
        return {**self.ticket(approval, ticket), **self._end(approval, ticket), **delegated,
                "closed": str(ticket.closed or Closed.ENDED)}  # fmt: skip

    def requester(self, approval: Approval, receipt: str | None) -> dict[str, Any]:
        """Return what the requester sees: where each step stands, and what is asked."""
        names = {one.number: one.person.name for one in approval.tickets}
        policy = self.desk.policy(approval)
        zone = {"zone": policy.calendar(approval.requester).zone} if approval.requester else {}
        return {
            "approval": {**values_of.approval_values(approval), "reference": values_of.reference_of(approval)},
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

    def waiting(self, found: Iterable[tuple[Approval, Ticket]]) -> dict[str, Any]:
        """Return all that waits for a person, each with a link of its own."""
        pairs = list(found)
        lines = values_of.waiting_values(pairs, self.clock(), self.good_for)
        policy = self.desk.policy(pairs[0][0]) if pairs else None
        zone = policy.calendar(pairs[0][1].person).zone if policy else "UTC"
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
