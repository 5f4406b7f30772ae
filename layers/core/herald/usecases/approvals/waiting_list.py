"""What waits for a person, over all approvals: for one message instead of many, for one page, and for replies."""

from collections.abc import Iterator
from dataclasses import dataclass

from herald.domain.approval.approval import Approval, Ticket
from herald.domain.notification import Recipient
from herald.ports import StateStore
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_shelves import Places

MOST_PLACES = 200


@dataclass(frozen=True)
class WaitingList:
    """The list by person and by phone. It may lag behind the approvals, which are asked before anything is believed."""

    state: StateStore

    def of(self, person: Recipient) -> list[tuple[Approval, Ticket]]:
        """Return what waits for a person. Raises ``StorageError``."""
        return list(self._open(approval_shelves.person_key(person)))

    def of_key(self, key: str) -> list[tuple[Approval, Ticket]]:
        """Return the same by ``person_key``. Raises ``StorageError``."""
        return list(self._open(key))

    def ever_asked(self, phone: str) -> list[tuple[Approval, Ticket]]:
        """Return what a phone was asked of late, answered or not: a late reply is told so. Raises ``StorageError``."""
        return list(self._known(approval_shelves.phone_key(phone)))

    def note(self, approval: Approval) -> None:
        """Bring the lists to what an approval says now. Raises ``StorageError``."""
        shelf = approval_shelves.waiting(self.state)
        approvals = approval_shelves.approvals(self.state)
        for key in _numbers(approval):

            def change(standing: Places | None, key: str = key) -> tuple[Places | None, None]:
                # Read here, so that a slow follower takes nobody off whom a faster one has put on.
                numbers = _numbers(approvals.get(approval.id) or approval).get(key, [])
                others = tuple(place for place in standing or () if place[0] != approval.id)
                return (*others, *((approval.id, number) for number in numbers))[-MOST_PLACES:], None

            shelf.change(key, change)

    def _open(self, key: str) -> Iterator[tuple[Approval, Ticket]]:
        return ((one, ticket) for one, ticket in self._known(key) if ticket in one.open_tickets())

    def _known(self, key: str) -> Iterator[tuple[Approval, Ticket]]:
        approvals = approval_shelves.approvals(self.state)
        for identity, number in approval_shelves.waiting(self.state).get(key) or ():
            approval = approvals.get(identity)
            ticket = approval.ticket(number) if approval else None
            if approval is not None and ticket is not None:
                yield approval, ticket


def _numbers(approval: Approval) -> dict[str, list[int]]:
    """Return the numbers of tickets by key: of a person those that are open, of a phone all."""
    numbers: dict[str, list[int]] = {}
    waiting = {ticket.number for ticket in approval.open_tickets()}
    for ticket in approval.tickets:
        # Everybody who was ever asked has a list, so that nothing stays on it.
        mine = numbers.setdefault(approval_shelves.person_key(ticket.person), [])
        if ticket.number in waiting:
            mine.append(ticket.number)
        if ticket.person.phone:
            numbers.setdefault(approval_shelves.phone_key(ticket.person.phone), []).append(ticket.number)
    return numbers
