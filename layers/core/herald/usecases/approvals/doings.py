"""What each event about an approval does to it."""

from collections.abc import Callable

from herald.domain.approval.answering import acknowledge, answer, ask_back, delegate, reply, reply_decides
from herald.domain.approval.approval import Result, Verdict
from herald.domain.approval.elapsing import elapse, remind
from herald.domain.approval.ending import override, recall
from herald.domain.approval.turn import Turn
from herald.domain.errors import PoisonError, Reason
from herald.domain.event import Event
from herald.domain.rfc3339 import parse_timestamp
from herald.usecases.approvals import approval_events as kinds
from herald.usecases.approvals import approval_shelves


def decides(event: Event) -> bool:
    """Say whether an event is about the order as it stands; an administrator may reject whatever it is."""
    approves = event.data.get("verdict") == Verdict.APPROVE
    return event.type == kinds.ANSWERED or (event.type == kinds.OVERRIDDEN and approves)


def doing(event: Event, found: Result | None) -> Callable[[Turn], Result]:
    """Return what an event does to its approval; ``found`` is what keeps a decision from counting, if anything does.

    Raises ``PoisonError`` for a type of which nothing is known.
    """
    data = event.data
    ticket, text = int(data.get("ticket") or 0), str(data.get("text", ""))
    name, reason = str(data.get("name", "")), str(data.get("reason", ""))
    doings: dict[str, Callable[[Turn], Result]] = {
        kinds.ANSWERED: lambda turn: _answered(turn, event, found),
        kinds.ACKNOWLEDGED: lambda turn: acknowledge(turn, ticket),
        kinds.QUESTIONED: lambda turn: ask_back(turn, ticket, text, event_id=event.id),
        kinds.REPLIED: lambda turn: reply(turn, str(data.get("question")), text),
        kinds.DELEGATED: lambda turn: _delegated(turn, ticket, str(data.get("to")), str(data.get("note", ""))),
        kinds.DUE: lambda turn: _elapsed(turn, str(data.get("due"))),
        kinds.RECALLED: lambda turn: recall(turn, name, reason),
        kinds.OVERRIDDEN: lambda turn: _overridden(turn, event, found),
        kinds.REMINDED: lambda turn: remind(turn, ticket or None),
    }
    if event.type not in doings:
        raise PoisonError(Reason.MALFORMED_MESSAGE, f"nothing is done about {event.type}")
    return doings[event.type]


def _elapsed(turn: Turn, due: str) -> Result:
    """Do what is due. Whoever rang had seen that time come, even if the clock here is a moment behind."""
    at = parse_timestamp(due)
    turn.now = max(turn.now, at) if at is not None else turn.now
    return elapse(turn)


def _overridden(turn: Turn, event: Event, found: Result | None) -> Result:
    if found is not None:
        return found
    data = event.data
    name, reason = str(data.get("name", "")), str(data.get("reason", ""))
    return override(turn, Verdict(data["verdict"]), name, reason, about=data.get("about"))


def _answered(turn: Turn, event: Event, found: Result | None) -> Result:
    data = event.data
    number, channel = int(data["ticket"]), str(data["channel"])
    ticket = turn.approval.ticket(number)
    by_reply = channel != "page"
    if ticket is None:
        return Result.UNKNOWN
    if found is not None:
        result = found
    elif by_reply and not reply_decides(turn.approval, turn.policy, ticket):
        result = Result.PAGE_ONLY
    else:
        result = answer(
            turn, number, Verdict(data["verdict"]), str(data.get("reason", "")), event_id=event.id, channel=channel,
            at=event.time,
        )  # fmt: skip
    if by_reply:
        # A dissent is told already; it is sent back the way the reply came.
        turn.tellings = [one for one in turn.tellings if one.kind != "dissent"]
        kind = "dissent" if result is Result.DISSENT else "recorded"
        turn.tell(kind, "ticket", ticket, result=str(result), channel=channel, verdict=str(data["verdict"]))
    return result


def _delegated(turn: Turn, number: int, to: str, note: str) -> Result:
    person = next((one for one in turn.approval.delegates if approval_shelves.person_key(one) == to), None)
    return delegate(turn, number, person, note) if person is not None else Result.NOT_ALLOWED
