"""Saved configurations (docs/vendor/threekit.md 2.2): save, list, read. Neither PUT nor DELETE exists.

Saving takes the JSON form only; the multipart form with files is left out and answered 415.
"""

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, OpenObject, OrNull, Text
from simulators.json_types import Record
from simulators.threekit.drawn_picture import drawn_picture
from simulators.threekit.list_query import contains, flag, list_reply, only_known, wanted_object
from simulators.threekit.state import ORG_ID, ThreekitState, by_id_or_short_id

_SAVE = ClosedObject(
    {
        "productId": Text(1),
        "productVersion": Text(),
        "variant": OpenObject(),
        "metadata": OpenObject(),
        "customerId": OrNull(Text(1)),
        "shortId": Text(pattern=r"[a-zA-Z0-9_-]{7,14}"),
        "sessionId": Text(),
        "sceneGraphState": Text(),
        "orgId": Text(),
    },
    frozenset({"productId"}),
)


class Configurations:
    """The ``/api/configurations`` routes; both token classes may use all of them (1.2)."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state

    def save(self, request: Request) -> Reply:
        """POST /api/configurations. 422 without ``productId``."""
        only_known(request)
        if request.headers.get("content-type", "").startswith("multipart/"):
            raise refused(415, "this simulator takes the JSON form only")
        body = request.json_object(422)
        try:
            _SAVE.check(body, "body")
        except FieldError as error:
            raise refused(422, str(error)) from error
        key, now = self._state.new_id(), self._state.now()
        saved: Record = {
            "id": key,
            "shortId": self._state.short_id(key),
            "orgId": ORG_ID,
            "productVersion": None,
            "variant": {},
            "metadata": {},
            "customerId": None,
            "identifier": None,
            "scope": None,
            "thumbnail": None,
            "attachments": {},
            "sceneGraphState": None,
            "sessionId": None,
            "publishFileId": None,
            "creator": None,
            **body,
            "createdAt": now,
            "updatedAt": now,
            "deletedAt": None,
        }
        self._state.configurations[key] = saved
        return json_reply(saved)

    def list_page(self, request: Request) -> Reply:
        """GET /api/configurations with productId, productVersion, shortId, sku, metadata (JSON).

        ``sku`` compares with the SKU of the product, an assumption; ``fullConfiguration`` changes nothing here, since
        what it adds to a list is unknown.
        """
        only_known(
            request, ("productId", "productVersion", "shortId", "sku", "metadata", "fullConfiguration"), paged=True
        )
        flag(request, "fullConfiguration")
        found = list(self._state.configurations.values())
        for name in ("productId", "productVersion", "shortId"):
            wanted = request.query_value(name)
            found = [saved for saved in found if wanted is None or saved[name] == wanted]
        sku = request.query_value("sku")
        found = [saved for saved in found if sku is None or self._sku(saved["productId"]) == sku]
        metadata = wanted_object(request, "metadata")
        return list_reply(request, "configurations", [one for one in found if contains(one["metadata"], metadata)])

    def get(self, request: Request) -> Reply:
        """GET /api/configurations/{id or shortId}. 404 if unknown."""
        only_known(request)
        return json_reply(by_id_or_short_id(self._state.configurations, request.path_values["id"], "configuration"))

    def thumbnail(self, request: Request) -> Reply:
        """GET /api/configurations/{id}/thumbnail: a drawn picture. 404 if unknown or without a thumbnail."""
        only_known(request)
        saved = by_id_or_short_id(self._state.configurations, request.path_values["id"], "configuration")
        if saved["thumbnail"] is None:
            raise refused(404, "thumbnail not found")
        return drawn_picture(saved["id"], (self._state.asset(saved["productId"]) or {}).get("name"))

    def _sku(self, product_id: str) -> object:
        return (self._state.asset(product_id) or {}).get("metadata", {}).get("SKU")
