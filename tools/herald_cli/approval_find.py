"""Finds approvals: one by its id or by what it is about, those under way, and what waits for one person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from herald.domain.approval.approval import Approval, State, Ticket, approval_id
from herald.domain.audience import usable_phone
from herald.domain.notification import Recipient
from herald.ports import StateStore
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_values import reference_of
from herald.usecases.approvals.waiting_list import WaitingList


class NotFoundError(Exception):
    """Nothing, or more than one approval, is meant; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An approval, and those of its tickets that a list is about."""

    approval: Approval
    tickets: tuple[Ticket, ...]


def find(state: StateStore, chains: Callable[[], Iterable[str]], given: str) -> Approval:
    """Return the approval of an id, of an order's id or reference, or of a subject such as ``order/<id>``.

    ``chains`` names those of the configuration in force: an approval in one of them is found without looking at all.
    Raises ``NotFoundError`` and ``StorageError``.
    """
    shelf = approval_shelves.approvals(state)
    if given.startswith("apr_"):
        known = shelf.get(given)
        found = [known] if known is not None else []
    else:
        subject = given if "/" in given else f"order/{given}"
        known_by_chain = [shelf.get(approval_id(chain, subject)) for chain in chains()]
        found = [one for one in known_by_chain if one is not None]
        found = found or [one for one in shelf.all().values() if given in _names(one)]
    if not found:
        raise NotFoundError(f"there is no approval {given}: `herald approvals list --state all` shows those there are")
    if len(found) > 1:
        named = ", ".join(f"{one.id} ({one.title}, {one.subject})" for one in found)
        raise NotFoundError(f"{given} is asked about in several approvals, give the id of one: {named}")
    return found[0]


def listed(state: StateStore, which: str) -> list[Listed]:
    """Return approvals with the tickets that are open, by the next deadline: ``open``, ``parked`` or ``all``.

    Raises ``StorageError``.
    """
    shelf = approval_shelves.approvals(state)
    if which == "open":
        found = [one for identity in approval_shelves.under_way(state).all() if (one := shelf.get(identity))]
        found = [one for one in found if one.state is State.OPEN]
    else:
        found = [one for one in shelf.all().values() if which == "all" or one.state is State.PARKED]
    return _in_order(Listed(one, one.open_tickets()) for one in found)


def waiting_for(state: StateStore, address: str) -> list[Listed]:
    """Return what waits for whoever has an e-mail address or phone number, by deadline. Raises ``StorageError``."""
    waiting = WaitingList(state)
    phone = usable_phone(address)
    pairs = waiting.of(Recipient("", email=None if phone else address.strip(), phone=phone))
    if phone is not None:
        pairs += [(one, ticket) for one, ticket in waiting.ever_asked(phone) if ticket in one.open_tickets()]
    approvals = {one.id: one for one, _ in pairs}
    return _in_order(
        Listed(one, tuple(sorted({ticket for about, ticket in pairs if about.id == one.id}, key=lambda it: it.number)))
        for one in approvals.values()
    )


def _names(approval: Approval) -> tuple[str, ...]:
    return approval.subject, approval.subject.partition("/")[2], reference_of(approval)


def _in_order(found: Iterable[Listed]) -> list[Listed]:
    def place(one: Listed) -> tuple[bool, float, str]:
        due = min((ticket.due for ticket in one.tickets), default=None)
        return due is None, due.timestamp() if due else -one.approval.opened_at.timestamp(), one.approval.id

    return sorted(found, key=place)
