"""Requests for approval in the running stack: whom they ask, by which links, and what has become of them."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.approval.approval import Approval, approval_id
from herald.domain.approval.links import Link, Role, code_of, opened, sealed
from herald.usecases.approvals import approval_shelves
from herald_cli.ports_of_stack import state_store
from localrun.approvals import CHAIN, LINK
from simulators.threekit.seed import ids

DANA, PAUL = "dana.whitmore@example.com", "+16175550102"
ENGINEERING, FINANCE = "engineering@example.com", "finance@example.com"
MARCUS, ROSA = "marcus.hale@example.com", "rosa.delgado@example.com"
"""Who requests the orders of Boston, and who watches them."""
INES, INES_PHONE, LUC = "ines.falk@example.com", "+493023125101", "luc.perrin@example.com"


@dataclass(frozen=True)
class Request:
    """An order that has to be approved, and everybody's messages about it."""

    stack: WholeStack
    order_id: str

    @property
    def approval(self) -> Approval:
        """The approval as it stands."""
        found = approval_shelves.approvals(state_store(self.stack.house.connection)).get(self.id)
        assert found is not None, f"nothing is asked about {self.order_id}"
        return found

    @property
    def id(self) -> str:
        """The approval's id."""
        return approval_id(CHAIN, f"order/{self.order_id}")

    @property
    def reference(self) -> str:
        """How messages call the order."""
        return str(self.stack.house.threekit.orders[self.order_id]["shortId"])

    def link(self, who: str, role: Role = Role.APPROVER, other_than: str = "") -> str:
        """The link of the newest message to somebody about this, once there is another than the one that is known."""

        def newest() -> str:
            return next((link for link in self._links(who, role)), "")

        wait_until(lambda: "" if newest() not in ("", other_than) else f"no message of {self.reference} to {who}")
        return newest()

    def messages(self, who: str) -> list[str]:
        """What somebody was told with the order's reference, in words, newest last."""
        told = [
            f"{submit.subject}\n" + "\n".join(submit.texts)
            for submit in self.stack.house.opentext.submits
            if any(destination.endswith(who.removeprefix("+")) for destination in submit.destinations)
        ]
        return [html.unescape(text) for text in told if self.reference in text]

    def wait_told(self, who: str, words: str) -> str:
        """Wait for a message to somebody in which these words are, whatever their case; return it."""

        def found() -> str:
            return next((text for text in reversed(self.messages(who)) if words.lower() in text.lower()), "")

        wait_until(lambda: "" if found() else f"{who} was told {self.messages(who)}, but not {words}")
        return found()

    def wait(self, reached: Callable[[Approval], bool], what: str) -> Approval:
        """Wait until the approval has come so far; return it."""
        wait_until(lambda: "" if reached(self.approval) else f"not {what}: {self.approval}")
        return self.approval

    def noted(self) -> dict[str, Any]:
        """What the order bears of its approval in Threekit."""
        metadata = self.stack.house.threekit.orders[self.order_id]["metadata"]
        return dict(metadata.get("herald", {}).get("approval", {}).get(CHAIN, {}))

    def change_cart(self, price: int) -> None:
        """Let a price change in Threekit, which tells nobody."""
        order = self.stack.house.threekit.orders[self.order_id]
        order["cart"][0]["metadata"]["price"] += price
        self.stack.house.threekit.change_order(self.order_id, name=order["name"])

    def sealed_link(self, until: datetime, number: int = 1) -> str:
        """A link to a ticket of this, good until then."""
        approval = self.approval
        ticket = approval.ticket(number)
        assert ticket is not None
        link = Link(Role.APPROVER, approval.id, number, until, ticket.print[:12])
        return f"{pages(self.stack)}/{sealed(link, key(self.stack))}"

    def code(self, phone: str) -> str:
        """The code by which a phone answers this, which it was told in a message."""
        ticket = next(one for one in self.approval.tickets if one.person.phone == phone)
        code = code_of(self.id, ticket.number, key(self.stack))
        self.wait_told(ticket.person.email or phone, code)
        return code

    def _links(self, who: str, role: Role) -> Iterator[str]:
        # A message may name other requests that wait, whose links are not meant.
        for text in reversed(self.messages(who)):
            for link in LINK.findall(text):
                told = opened(link.rpartition("/")[2], key(self.stack))
                if told is not None and told.role is role and (role is Role.PERSON or told.identity == self.id):
                    yield link


def ask(stack: WholeStack, like: str = ids.ORDER_BOSTON_HOTEL_NEW, **metadata: Any) -> Request:
    """Let Threekit tell of a new copy of a seed order, by default the hotel's, and wait until somebody is asked."""
    request = Request(stack, stack.new_order(like, **metadata))
    stack.tell_of(request.order_id)
    shelf = approval_shelves.approvals(state_store(stack.house.connection))
    wait_until(lambda: "" if shelf.get(request.id) else "no approval is open")
    return request


def key(stack: WholeStack) -> str:
    """The key of the stack that signs links."""
    return str(stack.house.connection.secret("ApprovalSecretId")["key"])


def pages(stack: WholeStack) -> str:
    """The address under which the pages are."""
    return f"{stack.house.connection.api_url}/approvals"


def forget_refused_links(stack: WholeStack) -> None:
    """Let nobody have guessed: on one machine, everybody comes from one address."""
    shelf = approval_shelves.refused_links(state_store(stack.house.connection))
    fresh = {"count": 0, "since": datetime.now(UTC)}
    shelf.change(approval_shelves.visitor_key("127.0.0.1"), lambda _: (fresh, None))


ONCE = re.compile(r'name="once" value="([^"]+)"')


def once(page: str) -> str:
    """The one-time token in the HTML of a page."""
    found = ONCE.search(page)
    assert found is not None, page
    return html.unescape(found[1])
