"""Catalogue reads: products, the bulk export, tags (docs/vendor/threekit.md 2.4 and 2.10)."""

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.json_types import Record
from simulators.threekit.list_query import contains, list_reply, only_known, wanted_object
from simulators.threekit.state import ThreekitState, not_found
from simulators.threekit.tokens import TokenClass


class Catalog:
    """The ``/api/catalog``, ``/api/products`` and ``/api/tags`` routes."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state

    def products(self, request: Request) -> Reply:
        """GET /api/catalog/products: all items in one answer, without attributes and prices."""
        only_known(request, ("metadata", "publicShare", "name", "nameLike", "tags", "keywords"))
        metadata = wanted_object(request, "metadata")
        wanted_name, part = request.query_value("name"), request.query_value("nameLike")
        found = [
            asset
            for asset in self._tagged(request, self._items())
            if contains(asset["metadata"], metadata)
            and wanted_name in (None, asset["name"])
            and (part or "").lower() in asset["name"].lower()
        ]
        return json_reply({"products": [_product(asset) for asset in found]})

    def product(self, request: Request) -> Reply:
        """GET /api/catalog/products/{id}. 404 if unknown."""
        only_known(request)
        for asset in self._items():
            if asset["id"] == request.path_values["id"]:
                return json_reply(_product(asset))
        raise not_found("product")

    def export(self, request: Request, caller: TokenClass) -> Reply:
        """GET /api/products/export/json: every item with attributes, prices, rules and metadata, in one answer.

        401 for a public token: the document says 401 if not allowed, and the least rights of a public token do not
        include it (1.2).
        """
        if caller != "private":
            raise refused(401, "the export needs a private token")
        only_known(request, ("tags", "keywords"))
        return json_reply(
            [
                {"query": {"id": asset["id"]}, "product": self._state.definitions[asset["id"]]}
                for asset in self._tagged(request, self._items())
                if asset["id"] in self._state.definitions
            ]
        )

    def tags(self, request: Request) -> Reply:
        """GET /api/tags."""
        only_known(request, paged=True)
        return list_reply(request, "tags", list(self._state.tags.values()))

    def _items(self) -> list[Record]:
        return [one for one in self._state.assets.values() if one["type"] == "item" and one["deletedAt"] is None]

    def _tagged(self, request: Request, found: list[Record]) -> list[Record]:
        for name in ("tags", "keywords"):
            # Both names and ids are compared: the documents show ids for assets and names for products.
            wanted = {part.strip('[]" ') for part in (request.query_value(name) or "").split(",")} - {""}
            found = [
                one for one in found if not wanted or wanted & {*one[name], *(one["tagids"] if name == "tags" else ())}
            ]
        return found


def _product(asset: Record) -> Record:
    names = ("id", "proxyId", "orgId", "name", "description", "tags", "keywords", "metadata")
    return {name: asset[name] for name in names}
