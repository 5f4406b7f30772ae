"""Webhook subscriptions and what is pushed to them (docs/vendor/threekit.md 3).

Pushes are ``{"topic", "action", "data"}``, unsigned and sent once. That the order topic is called ``orders`` with the
action ``created`` is inferred there (3.2), not documented.
"""

from urllib.parse import urlsplit

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, ListOf, OneOf, Text
from simulators.json_types import Record
from simulators.threekit.list_query import list_reply, only_known
from simulators.threekit.state import ORG_ID, ThreekitState, not_found
from simulators.webhook_push import WebhookPusher

_STATUSES = ("success", "failed", "In Progress", "List", "Complete", "New", "In Cart")
_FILTER = ClosedObject({"status": ListOf(OneOf(_STATUSES)), "type": ListOf(Text(1))})
# The vendor checks no topic, not even its absence (3.1); a missing one is refused here: it subscribes to nothing.
_CREATE = ClosedObject(
    {"orgId": Text(), "topic": Text(1), "address": Text(1), "filter": _FILTER}, frozenset({"topic", "address"})
)
_CHANGE = ClosedObject({"topic": Text(1), "address": Text(1), "filter": _FILTER})


class Webhooks:
    """The ``/api/webhooks`` routes, and the pushing. All routes need a private token; the caller checks that."""

    def __init__(self, state: ThreekitState, pusher: WebhookPusher) -> None:
        self._state = state
        self._pusher = pusher

    def list_page(self, request: Request) -> Reply:
        """GET /api/webhooks?topic=&address=: subscriptions not deleted."""
        only_known(request, ("topic", "address"), paged=True)
        found = [hook for hook in self._state.webhooks.values() if hook["deletedAt"] is None]
        for name in ("topic", "address"):
            wanted = request.query_value(name)
            found = [hook for hook in found if wanted is None or hook[name] == wanted]
        return list_reply(request, "webhooks", found)

    def create(self, request: Request) -> Reply:
        """POST /api/webhooks. 422 without an address."""
        body = _checked(request, _CREATE)
        if body.get("orgId", ORG_ID) != ORG_ID:
            raise refused(403, "the token does not belong to this org")
        return json_reply({"webhook": self.subscribe(body["topic"], body["address"], body.get("filter"))})

    def subscribe(self, topic: str, address: str, only: Record | None = None) -> Record:
        """Add a subscription and return it."""
        now = self._state.now()
        hook: Record = {
            "id": self._state.new_id(),
            "orgId": ORG_ID,
            "topic": topic,
            "address": address,
            "filter": only or {},
            "createdBy": None,
            "createdAt": now,
            "updatedAt": now,
            "deletedAt": None,
        }
        self._state.webhooks[hook["id"]] = hook
        return hook

    def get(self, request: Request) -> Reply:
        """GET /api/webhooks/{id}."""
        only_known(request)
        return json_reply({"webhook": self._find(request)})

    def change(self, request: Request) -> Reply:
        """PUT /api/webhooks/{id}: topic, address, filter."""
        only_known(request)
        hook = self._find(request)
        hook.update(_checked(request, _CHANGE), updatedAt=self._state.later_than(hook["updatedAt"]))
        return json_reply({"webhook": hook})

    def delete(self, request: Request) -> Reply:
        """DELETE /api/webhooks/{id}: soft; it stays readable with its ``deletedAt`` and is pushed to no more."""
        only_known(request)
        hook = self._find(request)
        hook["deletedAt"] = self._state.now()
        return json_reply({"webhook": hook})

    def restore(self, request: Request) -> Reply:
        """POST /api/webhooks/{id}/restore."""
        only_known(request)
        hook = self._find(request)
        hook["deletedAt"] = None
        return json_reply({"webhook": hook})

    def order_pushed(self, action: str, order: Record) -> None:
        """Push an order to the ``orders`` subscriptions whose status filter lets it through."""
        self._push("orders", action, order, order["status"])

    def job_pushed(self, job: Record, result: str) -> None:
        """Push a completed job to the ``jobs`` subscriptions; the action is ``updated`` (3.2)."""
        self._push("jobs", "updated", job, result)

    def _push(self, topic: str, action: str, data: Record, status: str) -> None:
        for hook in self._state.webhooks.values():
            if hook["deletedAt"] is not None or hook["topic"] != topic:
                continue
            statuses, kinds = hook["filter"].get("status"), hook["filter"].get("type")
            if (statuses and status not in statuses) or (kinds and data.get("type") not in kinds):
                continue
            self._pusher.push(hook["address"], {"topic": topic, "action": action, "data": dict(data)})

    def _find(self, request: Request) -> Record:
        hook = self._state.webhooks.get(request.path_values["id"])
        if hook is None:
            raise not_found("webhook")
        return hook


def _checked(request: Request, rule: ClosedObject) -> Record:
    body = request.json_object(422)
    try:
        rule.check(body, "body")
    except FieldError as error:
        raise refused(422, str(error)) from error
    if "address" in body and (urlsplit(body["address"]).scheme not in ("http", "https")):
        raise refused(422, "address is not a URL")
    return body
