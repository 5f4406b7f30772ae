"""All that is known of one approval, for scripts."""

from typing import Any

from herald.domain.approval.approval import Answer, Approval, Question, StepRun, Ticket, Verdict
from herald.domain.approval.difference import difference_document, differences
from herald.domain.notification import Recipient
from herald.usecases.approvals.approval_values import reference_of
from herald_cli.approval_words import called, iso, person_as_json, plain

LINE = ("name", "sku", "quantity", "unitPrice", "lineTotal", "attributes", "components", "configurationId")


def story_as_json(approval: Approval) -> dict[str, Any]:
    """Return an approval from its opening on. Amounts are text, times ISO 8601."""
    end = approval.end
    return {
        "id": approval.id, "chain": approval.chain, "title": approval.title, "subject": approval.subject,
        "reference": reference_of(approval), "state": str(approval.state), "round": approval.round,
        "openedAt": iso(approval.opened_at), "configuration": approval.config_version,
        "rules": list(approval.matched), "fingerprint": approval.fingerprint, "about": _about(approval),
        "changes": changes(approval), "lastApproved": plain(approval.last_approved),
        "requester": person_as_json(approval.requester) if approval.requester else None,
        "watchers": _people(approval.watchers), "delegates": _people(approval.delegates),
        "lastResort": _people(approval.last_resort),
        "steps": [_step(approval, run) for run in approval.steps],
        "tickets": [_ticket(approval, ticket) for ticket in approval.tickets],
        "answers": [_answer(answer) for answer in approval.answers],
        "questions": [_question(approval, question) for question in approval.questions],
        "history": [
            {
                "at": iso(heard.at), "event": heard.event_id, "kind": heard.kind, "result": str(heard.result),
                "by": heard.by, "note": heard.note,
            }
            for heard in approval.heard
        ],
        "nextDue": iso(approval.next_due),
        "end": {"at": iso(end.at), "by": str(end.by), "name": end.name, "reason": end.reason} if end else None,
    }  # fmt: skip


def changes(approval: Approval) -> list[dict[str, Any]]:
    """Return what is not as it was in the round before."""
    if approval.before is None:
        return []
    return [plain(difference_document(one)) for one in differences(approval.before, approval.stand)]


def approvals_of(approval: Approval, run: StepRun) -> int:
    """Return how many approvals count at a step."""
    return sum(one.verdict is Verdict.APPROVE for one in approval.valid_answers(run))


def asker(approval: Approval, question: Question) -> str:
    """Return who asked."""
    ticket = approval.ticket(question.ticket)
    return called(ticket.person) if ticket else ""


def _about(approval: Approval) -> dict[str, Any]:
    order = approval.stand.order
    return plain({  # type: ignore[no-any-return]
        **{name: order[name] for name in ("id", "shortId", "name", "region", "total", "currency") if name in order},
        "lines": [{name: line[name] for name in LINE if name in line} for line in approval.stand.lines],
        "shown": [{"label": label, "value": value} for label, value in approval.stand.shown],
    })  # fmt: skip


def _people(people: tuple[Recipient, ...]) -> list[dict[str, Any]]:
    return [person_as_json(person) for person in people]


def _step(approval: Approval, run: StepRun) -> dict[str, Any]:
    return {
        "id": run.id, "title": run.title, "stage": run.stage, "state": str(run.state), "quorum": run.quorum,
        "needed": run.needed, "approvals": approvals_of(approval, run), "due": iso(run.due),
        "people": _people(run.people), "ladder": [_people(level) for level in run.ladder], "climbed": run.climbed,
        "lastResortAsked": run.last_resort_asked, "fingerprint": run.print,
        "reasons": [{"rule": rule, "description": description} for rule, description in run.reasons],
    }  # fmt: skip


def _ticket(approval: Approval, ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number, "step": ticket.step, **person_as_json(ticket.person), "kind": ticket.kind,
        "askedAt": iso(ticket.asked_at), "due": iso(ticket.due), "open": ticket in approval.open_tickets(),
        "closed": str(ticket.closed) if ticket.closed else None, "reminded": ticket.reminded,
        "reminders": [iso(at) for at in ticket.reminders], "acknowledgedUntil": iso(ticket.acknowledged_until),
        "acknowledgements": ticket.acknowledgements, "delegatedFrom": ticket.delegated_from,
    }  # fmt: skip


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "at": iso(answer.at), "event": answer.event_id, "ticket": answer.ticket, "step": answer.step,
        **person_as_json(answer.person), "verdict": str(answer.verdict), "reason": answer.reason,
        "channel": answer.channel, "counted": answer.counted, "void": answer.void, "carried": answer.carried,
    }  # fmt: skip


def _question(approval: Approval, question: Question) -> dict[str, Any]:
    return {
        "id": question.id, "ticket": question.ticket, "from": asker(approval, question), "text": question.text,
        "at": iso(question.at), "answer": question.answer,
    }  # fmt: skip
