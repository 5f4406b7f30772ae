"""An approval as the state table keeps it."""

from collections.abc import Mapping
from typing import Any

from herald.domain.approval.approval import (
    Answer,
    Approval,
    By,
    Closed,
    End,
    Heard,
    Question,
    Result,
    State,
    StepRun,
    StepState,
    Telling,
    Ticket,
    Verdict,
)
from herald.domain.approval.stand import stand_document, stand_from
from herald.domain.notification import person_document, person_of


def approval_document(approval: Approval) -> dict[str, Any]:
    """Return an approval as plain objects; amounts and times stay as they are."""
    return {
        "id": approval.id, "chain": approval.chain, "title": approval.title, "subject": approval.subject,
        "config_version": approval.config_version, "opened_at": approval.opened_at, "round": approval.round,
        "state": str(approval.state), "stand": stand_document(approval.stand),
        "before": stand_document(approval.before) if approval.before else None,
        "requester": person_document(approval.requester) if approval.requester else None,
        "watchers": [person_document(one) for one in approval.watchers],
        "delegates": [person_document(one) for one in approval.delegates],
        "last_resort": [person_document(one) for one in approval.last_resort],
        "matched": list(approval.matched), "last_approved": approval.last_approved,
        "steps": [_step_document(one) for one in approval.steps],
        "tickets": [_ticket_document(one) for one in approval.tickets],
        "answers": [_answer_document(one) for one in approval.answers],
        "questions": [[one.id, one.ticket, one.text, one.at, one.answer] for one in approval.questions],
        "end": _end_document(approval.end) if approval.end else None,
        "heard": [_heard_document(one) for one in approval.heard],
    }  # fmt: skip


def approval_of(document: Mapping[str, Any]) -> Approval:
    """Return the approval of plain objects."""
    end = document["end"]
    return Approval(
        id=document["id"], chain=document["chain"], title=document["title"], subject=document["subject"],
        config_version=document["config_version"], opened_at=document["opened_at"], round=document["round"],
        state=State(document["state"]), stand=stand_from(document["stand"]),
        before=stand_from(document["before"]) if document["before"] else None,
        requester=person_of(document["requester"]) if document["requester"] else None,
        watchers=tuple(person_of(one) for one in document["watchers"]),
        delegates=tuple(person_of(one) for one in document["delegates"]),
        last_resort=tuple(person_of(one) for one in document["last_resort"]),
        matched=tuple(document["matched"]), last_approved=document["last_approved"],
        steps=tuple(_step(one) for one in document["steps"]),
        tickets=tuple(_ticket(one) for one in document["tickets"]),
        answers=tuple(_answer(one) for one in document["answers"]),
        questions=tuple(Question(*one) for one in document["questions"]),
        end=End(end[0], By(end[1]), end[2], end[3]) if end else None,
        heard=tuple(_heard(one) for one in document["heard"]),
    )  # fmt: skip


def _end_document(end: End) -> list[Any]:
    return [end.at, str(end.by), end.name, end.reason]


def _step_document(run: StepRun) -> dict[str, Any]:
    return {
        "id": run.id, "title": run.title, "stage": run.stage, "quorum": run.quorum, "needed": run.needed,
        "print": run.print, "people": [person_document(one) for one in run.people],
        "ladder": [[person_document(one) for one in level] for level in run.ladder],
        "reasons": [list(one) for one in run.reasons], "state": str(run.state), "climbed": run.climbed,
        "last_resort_asked": run.last_resort_asked, "due": run.due,
    }  # fmt: skip


def _step(document: Mapping[str, Any]) -> StepRun:
    return StepRun(
        **{
            **document,
            "people": tuple(person_of(one) for one in document["people"]),
            "ladder": tuple(tuple(person_of(one) for one in level) for level in document["ladder"]),
            "reasons": tuple((rule, description) for rule, description in document["reasons"]),
            "state": StepState(document["state"]),
        }
    )


def _ticket_document(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number, "step": ticket.step, "person": person_document(ticket.person), "print": ticket.print,
        "asked_at": ticket.asked_at, "due": ticket.due, "kind": ticket.kind, "reminders": list(ticket.reminders),
        "reminded": ticket.reminded, "closed": str(ticket.closed) if ticket.closed else None,
        "delegated_from": ticket.delegated_from, "acknowledged_until": ticket.acknowledged_until,
        "acknowledgements": ticket.acknowledgements,
    }  # fmt: skip


def _ticket(document: Mapping[str, Any]) -> Ticket:
    return Ticket(
        **{
            **document,
            "person": person_of(document["person"]),
            "reminders": tuple(document["reminders"]),
            "closed": Closed(document["closed"]) if document["closed"] else None,
        }
    )


def _answer_document(answer: Answer) -> dict[str, Any]:
    return {
        "event_id": answer.event_id, "ticket": answer.ticket, "step": answer.step,
        "person": person_document(answer.person), "verdict": str(answer.verdict), "reason": answer.reason,
        "channel": answer.channel, "at": answer.at, "print": answer.print, "counted": answer.counted,
        "void": answer.void, "carried": answer.carried,
    }  # fmt: skip


def _answer(document: Mapping[str, Any]) -> Answer:
    return Answer(**{**document, "person": person_of(document["person"]), "verdict": Verdict(document["verdict"])})


def _heard_document(heard: Heard) -> list[Any]:
    tellings = [[one.kind, one.to, one.ticket, dict(one.details)] for one in heard.tellings]
    return [heard.event_id, heard.kind, heard.at, str(heard.result), heard.by, heard.note, tellings]


def _heard(document: list[Any]) -> Heard:
    event_id, kind, at, result, by, note, tellings = document
    return Heard(event_id, kind, at, Result(result), by, note, tuple(Telling(*one) for one in tellings))
