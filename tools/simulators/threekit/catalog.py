"""Catalogue reads: products, the bulk export, tags (docs/vendor/threekit.md 2.4 and 2.10)."""

import json
from collections.abc import Iterator

from simulators.exchange import Reply, Request, json_reply, json_stream, refused
from simulators.json_types import Record
from simulators.threekit.generated.catalogue import to_text
from simulators.threekit.list_query import contains, list_reply, only_known, wanted_object
from simulators.threekit.listing import Listing, Listings, Window, exported, joined
from simulators.threekit.state import ThreekitState, not_found
from simulators.threekit.tokens import TokenClass


class Catalog:
    """The ``/api/catalog``, ``/api/products`` and ``/api/tags`` routes."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state
        self._listings = Listings(state)

    def products(self, request: Request) -> Reply:
        """GET /api/catalog/products: all items in one answer, without attributes and prices."""
        only_known(request, ("metadata", "publicShare", "name", "nameLike", "tags", "keywords"))
        metadata = wanted_object(request, "metadata")
        wanted_name, part = request.query_value("name"), request.query_value("nameLike")
        found = (
            _product(asset)
            for asset in self._tagged(request)
            if contains(asset["metadata"], metadata)
            and wanted_name in (None, asset["name"])
            and (part or "").lower() in asset["name"].lower()
        )
        if self._listings.current is not None:
            return json_stream(joined('{"products":[', map(to_text, found), "]}"))
        return json_reply({"products": list(found)})

    def product(self, request: Request) -> Reply:
        """GET /api/catalog/products/{id}. 404 if unknown."""
        only_known(request)
        asset = self._state.asset(request.path_values["id"])
        if asset is None or asset["type"] != "item" or asset["deletedAt"] is not None:
            raise not_found("product")
        return json_reply(_product(asset))

    def export(self, request: Request, caller: TokenClass) -> Reply:
        """GET /api/products/export/json: every item with attributes, prices, rules and metadata, in one answer.

        401 for a public token: the document says 401 if not allowed, and the least rights of a public token do not
        include it (1.2).
        """
        if caller != "private":
            raise refused(401, "the export needs a private token")
        only_known(request, ("tags", "keywords"))
        listing = self._listings.current
        if listing is not None and not self._wanted(request, "keywords"):
            texts = self._window(request, listing).all_texts(listing.as_exported)
            return json_stream(joined("[", texts, "]"))
        found = ((asset["id"], self._state.definition(asset["id"])) for asset in self._tagged(request))
        return json_reply([exported(key, definition) for key, definition in found if definition is not None])

    def tags(self, request: Request) -> Reply:
        """GET /api/tags."""
        only_known(request, paged=True)
        return list_reply(request, "tags", list(self._state.tags.values()))

    def _tagged(self, request: Request) -> Iterator[Record]:
        """Yield the items that bear one of the wanted tags and have one of the wanted keywords."""
        listing = self._listings.current
        if listing is None:
            items: Iterator[Record] = (
                one for one in self._state.assets.values() if one["type"] == "item" and one["deletedAt"] is None
            )
        else:
            items = (json.loads(text) for text in self._window(request, listing).all_texts(listing.as_assets))
        tags, keywords = self._wanted(request, "tags"), self._wanted(request, "keywords")
        for one in items:
            # Both names and ids are compared: the documents show ids for assets and names for products.
            if (not tags or tags & {*one["tags"], *one["tagids"]}) and (not keywords or keywords & {*one["keywords"]}):
                yield one

    def _window(self, request: Request, listing: Listing) -> Window:
        wanted = self._wanted(request, "tags")
        known = {key for key, tag in self._state.tags.items() if {key, tag["name"]} & wanted}
        # A tag that nobody knows finds nothing; no tag at all finds everything.
        return listing.window("item", known or wanted)

    @staticmethod
    def _wanted(request: Request, name: str) -> set[str]:
        return {part.strip('[]" ') for part in (request.query_value(name) or "").split(",")} - {""}


def _product(asset: Record) -> Record:
    names = ("id", "proxyId", "orgId", "name", "description", "tags", "keywords", "metadata")
    return {name: asset[name] for name in names}
