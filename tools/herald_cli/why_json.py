"""Why somebody was told, or not, for scripts."""

from typing import Any

from herald.domain.decision import Skip
from herald.domain.membership import Membership
from herald.domain.person_search import Person
from herald.usecases.why import RuleSaid, Why
from herald.usecases.why_approvals import Asked
from herald.usecases.why_messages import ChannelTried, Message
from herald_cli.approval_words import iso
from herald_cli.timeline import masked, masked_recipient
from herald_cli.why_answer import answers, told
from herald_cli.why_words import because


def why_as_json(why: Why) -> dict[str, Any]:
    """Return the answer and the chain; addresses are masked, times are ISO 8601."""
    event, decision = why.trace.event, why.trace.decision
    said = answers(why)
    return {
        "answer": said[0].standing.name.lower(), "sentences": [str(one) for one in said],
        "person": {
            "name": why.person.name, "known": why.known,
            "addresses": _addresses(why.person),
            "stopped": [
                {"channel": str(one.channel), "at": iso(one.at), "event": one.event_id} for one in why.stopped
            ],
            "audiencesNobodyTells": list(why.elsewhere),
        },
        "event": {
            "id": event.id, "type": event.type, "subject": event.subject, "receivedAt": iso(event.received_at),
        },
        "decision": None if decision is None else {
            "at": iso(decision.decided_at), "configuration": decision.config_version, "missing": why.missing,
            "skips": [_skip(skip) for skip in why.skips],
        },
        "rules": [_rule(rule) for rule in why.rules],
        "messages": [_message(message) for message in why.messages],
        "approvals": [_asked(one) for one in why.approvals],
        "auditChain": "intact" if why.trace.broken_at is None else f"broken at entry {why.trace.broken_at}",
    }  # fmt: skip


def _addresses(person: Person) -> list[str]:
    return sorted({masked(address) for entry in person.entries for address in entry.addresses})


def _rule(rule: RuleSaid) -> dict[str, Any]:
    return {
        "id": rule.rule_id, "verdict": str(rule.verdict), "detail": rule.detail, "approval": rule.approval,
        "audience": _membership(rule.membership) if rule.membership else None,
        "reachableBy": [str(one) for one in rule.reachable], "skips": [_skip(skip) for skip in rule.skips],
        "standsIn": rule.stands_in.name if rule.stands_in else None,
    }  # fmt: skip


def _membership(stands: Membership) -> dict[str, Any]:
    return {
        "name": stands.audience, "path": stands.path, "values": list(stands.values), "served": list(stands.served),
        "members": [one.name for one in stands.members], "isMember": stands.entry is not None,
        "memberFor": list(stands.elsewhere),
    }  # fmt: skip


def _message(message: Message) -> dict[str, Any]:
    notification, fate = message.notification, told(message)
    return {
        "id": notification.id, "rule": notification.rule_id, "to": masked_recipient(notification),
        "standing": fate.standing.name.lower(), "sentence": str(fate), "earlierEvent": message.earlier or None,
        "channels": [_channel(tried) for tried in message.channels],
        "digest": _message(message.digest) if message.digest else None,
    }  # fmt: skip


def _channel(tried: ChannelTried) -> dict[str, Any]:
    delivery = tried.delivery
    return {
        "channel": str(tried.channel), "state": str(delivery.state) if delivery else None,
        "reason": str(delivery.reason) if delivery and delivery.reason else None,
        "detail": delivery.detail if delivery else "", "dueAt": iso(delivery.due_at) if delivery else None,
        "job": delivery.job_id if delivery else None,
        "steps": [
            {
                "at": iso(step.at), "what": step.what, "state": step.state, "reason": step.reason,
                "detail": step.detail, "openTextSaid": step.said,
            }
            for step in tried.steps
        ],
    }  # fmt: skip


def _asked(one: Asked) -> dict[str, Any]:
    approval = one.approval
    return {
        "id": approval.id, "chain": approval.chain, "title": approval.title, "state": str(approval.state),
        "tickets": [
            {
                "number": ticket.number, "step": ticket.step, "kind": ticket.kind, "askedAt": iso(ticket.asked_at),
                "due": iso(ticket.due), "reminded": ticket.reminded,
                "closed": str(ticket.closed) if ticket.closed else None,
            }
            for ticket in one.tickets
        ],
        "answers": [
            {
                "at": iso(answer.at), "verdict": str(answer.verdict), "channel": answer.channel,
                "counts": answer.counted and not answer.void,
            }
            for answer in one.answers
        ],
        "parts": [
            {"role": part.role, "step": part.step.id if part.step else None, "rung": part.rung} for part in one.parts
        ],
    }  # fmt: skip


def _skip(skip: Skip) -> dict[str, str]:
    return {
        "what": skip.what, "reason": str(skip.reason), "detail": skip.detail, "words": because(skip.reason, skip.detail)
    }  # fmt: skip
