"""A house with the shipped configuration, and people who read their messages and follow the links in them."""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.integration.house import House

from herald.adapters.configuration_bundle import versioned
from herald.domain.approval.approval import Approval, approval_id
from herald.domain.configuration import Configuration
from herald.domain.delivery import parse_reference
from herald.domain.event import Origin
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.approval_events import approval_event
from simulators.threekit.seed import ids

HOTEL = ids.ORDER_BOSTON_HOTEL_NEW
"""Large and with a combination that is not standard: desk, then engineering and finance, then sales leadership."""
LYON = ids.ORDER_LYON_TABLE_NEW
"""An ordinary one: only the desk."""
DANA = "dana.whitmore@example.com"
ENGINEERING = "engineering@example.com"
FINANCE = "finance@example.com"
PAUL = "+16175550102"
HOUR = timedelta(hours=1)

LINK = re.compile(r"https://herald\.example\.com/approvals/([A-Za-z0-9_-]+)(?![A-Za-z0-9_/-])")
ONCE = re.compile(r'name="once" value="([^"]+)"')
CODE = re.compile(r"APPROVE ([2-9A-HJ-NP-Z]{6})")


class Approving:
    """Plays the people of an approval."""

    def __init__(self, house: House) -> None:
        self.house = house

    def order(self, order_id: str = HOTEL) -> None:
        """Let Threekit tell of an order, and everybody who is asked get their message."""
        self.house.order_created(order_id)
        self.house.settle()

    def approval(self, subject: str = f"order/{HOTEL}", chain: str = "order") -> Approval:
        """The approval as it stands."""
        found = approval_shelves.approvals(self.house.state).get(approval_id(chain, subject))
        assert found is not None, f"nothing is asked about {subject}"
        return found

    def messages(self, address: str) -> list[str]:
        """Everything an address was sent, newest last: text parts only."""
        bare = address.lstrip("+")
        return [
            "\n".join(submit.texts)
            for submit in self.house.opentext.submits
            if any(bare in destination for destination in submit.destinations)
        ]

    def link(self, address: str, newest: int = -1) -> str:
        """The token in the newest message of an address that holds one."""
        found = [LINK.findall(text) for text in self.messages(address)]
        tokens = [match for match in found if match]
        assert tokens, f"{address} was sent no link, but {self.messages(address)}"
        return str(tokens[newest][0])

    def code(self, address: str) -> str:
        """The code in the newest message of an address that holds one."""
        found = [match for text in self.messages(address) if (match := CODE.findall(text))]
        assert found, f"{address} was sent no code"
        return str(found[-1][0])

    def open(self, token: str) -> str:
        """GET a page and return its HTML."""
        answer = self.house.visit(token)
        assert answer["statusCode"] == 200, (answer["statusCode"], text_of(answer["body"]))
        return str(answer["body"])

    def press(self, token: str, do: str, **fields: str) -> dict[str, Any]:
        """Open the page, fill its form in and press a button; everything that follows is worked off."""
        answer = self.submit(token, self.once(token), do, **fields)
        self.house.settle()
        return answer

    def once(self, token: str) -> str:
        """The one-time token of the form that is shown now."""
        found = ONCE.search(self.open(token))
        assert found is not None, text_of(self.open(token))
        return html.unescape(found[1])

    def submit(self, token: str, once: str, do: str, **fields: str) -> dict[str, Any]:
        """POST a form as it was shown."""
        return self.house.visit(token, {"once": once, "do": do, **fields})

    def press_again(self, token: str, once: str, do: str, **fields: str) -> dict[str, Any]:
        """Press a button of a form that was shown before; everything that follows is worked off."""
        answer = self.submit(token, once, do, **fields)
        self.house.settle()
        return answer

    def approve(self, address: str) -> dict[str, Any]:
        """Let somebody approve what their newest message leads to."""
        return self.press(self.link(address), "approve", sure="yes")

    def reject(self, address: str, reason: str) -> dict[str, Any]:
        """Let somebody reject it."""
        return self.press(self.link(address), "reject", reason=reason)

    def hand_on(self, token: str, name: str, note: str = "") -> dict[str, Any]:
        """Let whoever holds a link choose a name in the list of the page, and hand the decision on."""
        (chosen,) = re.findall(rf'<option value="(per_[a-z2-7]+)"[^>]*>{name}<', self.open(token))
        return self.press(token, "delegate", to=chosen, note=note)

    def recall(self, requester: str, reason: str = "") -> dict[str, Any]:
        """Let the requester take their request back."""
        return self.press(self.link(requester), "recall", sure="yes", reason=reason)

    def operate(self, kind: str, subject: str = f"order/{HOTEL}", **data: Any) -> str:
        """Let an administrator do something about an approval; return the event's id."""
        key = f"deed-{len(self.approval(subject).heard)}"
        told = approval_event(kind, self.approval(subject).id, key, data, Origin.OPERATOR, self.house.clock())
        self.house.inbox.record(told)
        self.house.settle()
        return told.id

    def told(self) -> list[tuple[str, str]]:
        """Who was told what of approvals, in order: the kind and the address."""
        found = []
        for submit in self.house.opentext.submits:
            named = parse_reference(str(submit.refs[0])) if submit.refs else None
            record = self.house.ledger.load(named[0]) if named else None
            if record is not None and record.notification.rule_id.startswith("approval."):
                found.append((record.notification.rule_id.partition(".")[2], submit.destinations[0]))
        return found

    def text(self, phone: str, words: str, channel: str = "sms") -> None:
        """Let somebody answer by SMS or WhatsApp."""
        answer = self.house.call_back({"from": phone, "text": words}, source=channel)
        assert answer["statusCode"] == 202, answer
        self.house.settle()

    def noted(self, order_id: str = HOTEL) -> Mapping[str, Any]:
        """What the order bears of its approval in Threekit."""
        noted: Mapping[str, Any] = self.house.threekit.orders[order_id]["metadata"]["herald"]["approval"]["order"]
        return noted

    def change_cart(self, order_id: str = HOTEL, *, price: int = 0, count: int = 0) -> None:
        """Let the cart of an order change. No route of Threekit's does it; whoever keeps the order otherwise may."""
        order = self.house.threekit.orders[order_id]
        line = order["cart"][0]
        line["metadata"]["price"] += price
        line["count"] += count
        # Any change of its own brings a new version.
        self.house.threekit.change_order(order_id, name=order["name"])

    def apply(self, changes: Callable[[Configuration], Mapping[str, Any]]) -> None:
        """Let an integrator put another configuration in force: the one that stands, but for some of its parts."""
        known = self.house.configurations.active()
        self.house.configurations.apply(versioned(replace(known, **changes(known))))
        self.house.clock.now += timedelta(minutes=2)

    def tell_again(self, order_id: str = HOTEL) -> None:
        """Let Threekit tell of an order as it is now."""
        self.house.tell({"topic": "orders", "action": "updated", "data": self.house.threekit.orders[order_id]})
        self.house.settle()

    def change(self, order_id: str, **metadata: Any) -> None:
        """Let somebody change an order in Threekit, and Threekit tell of it."""
        order = self.house.threekit.orders[order_id]
        self.house.threekit.change_order(order_id, metadata={**order["metadata"], **metadata})
        self.tell_again(order_id)


def text_of(page: str) -> str:
    """What a page says, in one line."""
    without = re.sub(r"<(style|head).*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", without)).split())


def as_json(answer: Mapping[str, Any]) -> Any:
    """The JSON of an answer."""
    return json.loads(answer["body"])
