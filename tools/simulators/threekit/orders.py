"""Orders (docs/vendor/threekit.md 2.1): create, list, read, change. There is no delete, and PUT cannot touch the cart.

Adding items later is left out: the documented ``/items`` and the client's ``/cart`` contradict each other.
"""

import copy

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, ListOf, OneOf, OpenObject, OrNull, Text, Whole
from simulators.json_types import Record, merged
from simulators.threekit.list_query import contains, flag, list_reply, only_known, wanted_object
from simulators.threekit.state import ORG_ID, ThreekitState, ThreekitSwitches, by_id_or_short_id
from simulators.threekit.tokens import TokenClass, private_only
from simulators.threekit.webhooks import Webhooks

STATUSES = ("List", "In Cart", "New", "In Progress", "Complete")
_PUBLIC_STATUSES = ("List", "In Cart")
_NAME = OrNull(Text(longest=255))
_PLATFORM = ClosedObject({"id": Text(), "platform": Text(), "storeName": Text()})
# Not checked against the saved configurations: an asset id is accepted there in practice (2.1).
_CART_LINE = ClosedObject(
    {"configurationId": Text(1), "count": Whole(1), "metadata": OpenObject()}, frozenset({"configurationId", "count"})
)
_ITEM = ClosedObject({"id": Text(1), "count": Whole(1)}, frozenset({"id", "count"}))
_CREATE = ClosedObject(
    {
        "name": _NAME,
        "customerId": OrNull(Text(1)),
        "originOrgId": Text(),
        "platform": _PLATFORM,
        "metadata": OpenObject(),
        "cart": ListOf(_CART_LINE),
        "items": ListOf(_ITEM),
        "derivative": OpenObject(),
        "status": OneOf(STATUSES),
        "orgId": Text(),
    }
)
_CHANGE = ClosedObject({"name": _NAME, "status": OneOf(STATUSES), "metadata": OpenObject(), "derivative": OpenObject()})


class Orders:
    """The ``/api/orders`` routes."""

    def __init__(self, state: ThreekitState, switches: ThreekitSwitches, webhooks: Webhooks) -> None:
        self._state = state
        self._switches = switches
        self._webhooks = webhooks

    def create(self, request: Request) -> Reply:
        """POST /api/orders, with any token. 200 and the order; 422 for an unknown or wrong field.

        That the order is answered bare, not in an envelope, is assumed from the shape of the read.
        """
        only_known(request)
        return json_reply(self.add(_checked(request, _CREATE)))

    def add(self, fields: Record) -> Record:
        """Make an order of what a create may say, push it, and return it.

        Raises FieldError for an unknown or wrong field, and a 403 refusal for another org.
        """
        _CREATE.check(fields, "order")
        body = copy.deepcopy(fields)
        if body.get("orgId", ORG_ID) != ORG_ID:
            raise refused(403, "the token does not belong to this org")
        order_id, now = self._state.new_id(), self._state.now()
        order: Record = {
            "id": order_id,
            "shortId": self._state.short_id(order_id),
            "orgId": ORG_ID,
            "originOrgId": ORG_ID,
            "customerId": None,
            "name": None,
            "status": "New",
            "platform": {},
            "metadata": {},
            "derivative": {},
            "items": [],
            "cart": [],
            **body,
            "createdAt": now,
            "updatedAt": now,
            "deletedAt": None,
        }
        self._state.orders[order_id] = order
        self._webhooks.order_pushed("created", copy.deepcopy(order))
        return order

    def list_page(self, request: Request) -> Reply:
        """GET /api/orders with the documented filters only: shortId, originOrgId, platform (JSON)."""
        only_known(request, ("shortId", "originOrgId", "platform"), paged=True)
        found = list(self._state.orders.values())
        for name in ("shortId", "originOrgId"):
            wanted = request.query_value(name)
            found = [order for order in found if wanted is None or order[name] == wanted]
        platform = wanted_object(request, "platform")
        found = [order for order in found if contains(order["platform"], platform)]
        return list_reply(request, "orders", found, self._switches.order_sort_fields)

    def get(self, request: Request) -> Reply:
        """GET /api/orders/{id or shortId}; ``fullConfiguration=true`` expands the saved configurations.

        The documents do not say where the expansion goes: here each cart line gains ``configuration``.
        """
        only_known(request, ("fullConfiguration",))
        order = by_id_or_short_id(self._state.orders, request.path_values["id"], "order")
        if not flag(request, "fullConfiguration"):
            return json_reply(order)
        cart = [
            {**line, "configuration": self._state.configurations.get(line["configurationId"])} for line in order["cart"]
        ]
        return json_reply({**order, "cart": cart})

    def change(self, request: Request, caller: TokenClass) -> Reply:
        """PUT /api/orders/{id or shortId}: name, status, metadata, derivative; bumps ``updatedAt``.

        A public token gets 403 unless the order both is and stays ``List`` or ``In Cart``: the document does not say
        which of the two it means, so both are asked.
        """
        only_known(request)
        order = by_id_or_short_id(self._state.orders, request.path_values["id"], "order")
        body = _checked(request, _CHANGE)
        if {order["status"], body.get("status", order["status"])} - set(_PUBLIC_STATUSES):
            private_only(caller, "an order that is not List or In Cart")
        return json_reply(self.apply(order, body))

    def apply(self, order: Record, fields: Record) -> Record:
        """Change an order as a PUT does, push it if that is switched on, and return it.

        Raises FieldError for an unknown or wrong field.
        """
        _CHANGE.check(fields, "order")
        body = copy.deepcopy(fields)
        if "metadata" in body and self._switches.metadata_put == "merge":
            body["metadata"] = merged(order["metadata"], body["metadata"])
        order.update(body, updatedAt=self._state.later_than(order["updatedAt"]))
        if self._switches.push_order_updates:
            self._webhooks.order_pushed("updated", copy.deepcopy(order))
        return order


def _checked(request: Request, rule: ClosedObject) -> Record:
    body = request.json_object(422)
    try:
        rule.check(body, "body")
    except FieldError as error:
        raise refused(422, str(error)) from error
    return body
