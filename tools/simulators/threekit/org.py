"""The org, its pricebooks and its customers (docs/vendor/threekit.md 2.6 and 2.10)."""

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, OpenObject, OrNull, Text
from simulators.json_types import Record
from simulators.threekit.list_query import contains, flag, list_reply, only_known, wanted_object
from simulators.threekit.state import ORG_ID, ThreekitState, not_found

_TEXTS = ("name", "position", "city", "country", "company", "email", "phone", "ip")
_CREATE = ClosedObject(
    {
        **{name: OrNull(Text()) for name in _TEXTS},
        "metadata": OpenObject(),
        "platform": OpenObject(),
        "address": OrNull(OpenObject()),
        "orgId": Text(),
    }
)


class Org:
    """The ``/api/orgs`` and ``/api/customers`` routes."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state

    def get(self, request: Request) -> Reply:
        """GET /api/orgs/{id}. 404 if unknown."""
        only_known(request)
        self._own(request)
        return json_reply(self._state.org)

    def pricebooks(self, request: Request) -> Reply:
        """GET /api/orgs/{id}/pricebooks: ``{"pricebooks": [...]}``; ``all=true`` is accepted and changes nothing."""
        only_known(request, ("all",))
        flag(request, "all")
        self._own(request)
        return json_reply({"pricebooks": [one for one in self._state.pricebooks.values() if one["deletedAt"] is None]})

    def pricebook(self, request: Request) -> Reply:
        """GET /api/orgs/{id}/pricebooks/{pricebook}. 404 if unknown."""
        only_known(request)
        self._own(request)
        found = self._state.pricebooks.get(request.path_values["pricebook"])
        if found is None:
            raise not_found("pricebook")
        return json_reply(found)

    def customers(self, request: Request) -> Reply:
        """GET /api/customers?platform=."""
        only_known(request, ("platform",), paged=True)
        platform = wanted_object(request, "platform")
        found = [one for one in self._state.customers.values() if contains(one["platform"], platform)]
        return list_reply(request, "customers", found)

    def customer(self, request: Request) -> Reply:
        """GET /api/customers/{id}. 404 if unknown."""
        only_known(request)
        found = self._state.customers.get(request.path_values["id"])
        if found is None:
            raise not_found("customer")
        return json_reply(found)

    def create_customer(self, request: Request) -> Reply:
        """POST /api/customers, private token only; the caller checks that."""
        only_known(request)
        body = request.json_object(422)
        try:
            _CREATE.check(body, "body")
        except FieldError as error:
            raise refused(422, str(error)) from error
        key = self._state.new_id()
        empty: Record = dict.fromkeys((*_TEXTS, "address"))
        customer = {
            "id": key,
            **empty,
            "metadata": {},
            "platform": {},
            **body,
            "orgId": ORG_ID,
            "createdAt": self._state.now(),
        }
        self._state.customers[key] = customer
        return json_reply(customer)

    def _own(self, request: Request) -> None:
        if request.path_values["id"] != ORG_ID:
            raise not_found("org")
