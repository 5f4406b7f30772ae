"""How approvals are spelt on the command line: people, amounts, what became of a word."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from herald.domain.approval.approval import Approval, Result, State
from herald.domain.notification import Recipient
from herald.usecases.approvals.approval_values import end_values
from herald_cli.scan_words import moment, span

COLOURS: Mapping[str, str] = {
    "open": "cyan", "waiting": "dim", "approved": "green", "rejected": "red", "recalled": "yellow", "parked": "red",
    "approve": "green", "reject": "red",
}  # fmt: skip
"""By a state of an approval or a step, or by a verdict."""

REFUSED: Mapping[tuple[str, Result], str] = {
    ("reminded", Result.CLOSED): "nobody is waited for any more",
    ("recalled", Result.CLOSED): "it had ended by then",
    ("overridden", Result.CLOSED): "it had ended by then",
    ("overridden", Result.CHANGED): "what is approved had changed by then: look at it again, then decide",
    ("overridden", Result.GONE): "the order is no longer in Threekit: reject or recall it",
    ("overridden", Result.REASON_MISSING): "a decision in place of others needs a reason",
    ("delegated", Result.CLOSED): "the ticket could not be answered any more by then",
    ("delegated", Result.NOT_ALLOWED): "a question is handed on once, to somebody among the delegates who can be "
    "reached, was not asked at this step and did not ask for the approval",
}
"""By what was done, and what it came to."""


def refused(kind: str, result: Result) -> str:
    """Return why something was not done; empty if it was."""
    return "" if result is Result.DONE else REFUSED.get((kind, result), f"it came to {result}")


def called(person: Recipient) -> str:
    """Return what somebody is called, and in whose place they are told."""
    name = person.name or person.email or person.phone or "somebody"
    return f"{name} (in place of {', '.join(person.in_place_of)})" if person.in_place_of else name


def addressed(person: Recipient) -> str:
    """Return somebody's name with the address they are known by."""
    return f"{person.name} <{person.email or person.phone or 'no address'}>"


def person_as_json(person: Recipient) -> dict[str, Any]:
    """Return a person for scripts."""
    return {"name": person.name, "email": person.email, "phone": person.phone}


def worth(order: Mapping[str, Any]) -> str:
    """Return an order's total in its currency; empty if the facts have none."""
    return f"{amount(order['total'])} {order.get('currency', '')}".strip() if "total" in order else ""


def amount(value: Any) -> str:
    """Return a number with its thousands apart; anything else as it is."""
    return f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}" if type(value) is int else str(value)


def until(at: datetime, now: datetime) -> str:
    """Return a time in UTC, and how far off it is."""
    far = f"{span(now - at)} ago" if at < now else f"in {span(at - now)}"
    return f"{moment(at)} UTC ({far})"


def age(since: datetime, now: datetime) -> str:
    """Return how old something is."""
    return span(max(now - since, timedelta(0)))


def ended(approval: Approval) -> str:
    """Return how an approval ended; empty while it is open."""
    end = approval.end
    if approval.state is State.OPEN or end is None:
        return ""
    who = f" ({end.name})" if end.name else ""
    # Of people who rejected it, the last one's reason is that of the end.
    reason = end_values(approval).get("text")
    return f"{approval.state} {moment(end.at)} UTC by {end.by}{who}{f': {reason}' if reason else ''}"


def plain(value: Any) -> Any:
    """Return data as JSON has it: amounts as text, times in ISO 8601."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime) else value


def iso(at: datetime | None) -> str | None:
    """Return a time in ISO 8601."""
    return at.isoformat() if at else None
