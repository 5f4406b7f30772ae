"""Assets, their thumbnails and translations (docs/vendor/threekit.md 2.3 and 7)."""

import json
from itertools import chain

from simulators.exchange import Reply, Request, json_reply, json_stream, refused
from simulators.json_types import Record, to_bytes
from simulators.threekit.drawn_picture import drawn_picture
from simulators.threekit.generated.catalogue import to_text
from simulators.threekit.list_query import contains, flag, json_value, list_reply, only_known, paging, wanted_object
from simulators.threekit.listing import Listing, Listings, joined
from simulators.threekit.state import ThreekitState, not_found

_FILTERS = (
    "name",
    "nameLike",
    "type",
    "tags",
    "keywords",
    "metadata",
    "proxyId",
    "importedFileId",
    "publicShare",
    "branch",
    "all",
)
# With these a generated catalogue is read whole before it is answered; without them a page costs only its own records.
_SLOW_FILTERS = frozenset({"name", "nameLike", "keywords", "metadata", "proxyId", "importedFileId", "publicShare"})


class Assets:
    """The ``/api/assets`` routes."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state
        self._listings = Listings(state)

    def list_page(self, request: Request) -> Reply:
        """GET /api/assets with the documented filters; ``tags`` is a JSON list of tag ids, ``all=true`` skips paging.

        Deleted assets are left out, which the documents do not say.
        """
        only_known(request, _FILTERS, paged=True)
        listing = self._listings.current
        if listing is not None and not _SLOW_FILTERS & set(request.query):
            return _generated_reply(request, listing)
        found = self._all(listing)
        for name in ("name", "type", "proxyId", "importedFileId"):
            wanted = request.query_value(name)
            found = [asset for asset in found if wanted is None or asset[name] == wanted]
        found = _like(found, request.query_value("nameLike"))
        found = _with_any(found, "tagids", _wanted_list(request, "tags"))
        found = _with_any(found, "keywords", _wanted_list(request, "keywords"))
        metadata = wanted_object(request, "metadata")
        found = [asset for asset in found if contains(asset["metadata"], metadata)]
        if request.query_value("publicShare") is not None:
            shared = flag(request, "publicShare")
            found = [asset for asset in found if asset["publicShare"] == shared]
        if flag(request, "all"):
            return json_reply(
                {"page": 1, "perPage": len(found), "sort": "+createdAt", "count": len(found), "assets": found}
            )
        return list_reply(request, "assets", found)

    def get(self, request: Request) -> Reply:
        """GET /api/assets/{id or customId}. 404 if unknown; a deleted one is answered with its ``deletedAt``."""
        only_known(request, ("branch",))
        return json_reply(self._find(request))

    def get_v2(self, request: Request) -> Reply:
        """GET /api/v2/assets/{id}: as above with ``attributes`` and ``asset``; ``head``, of unknown form, is null."""
        only_known(request, ("branch",))
        asset = self._find(request)
        definition = self._state.definition(asset["id"]) or {}
        attributes = [
            {
                "id": one.get("id"),
                "type": one["type"],
                "name": one["name"],
                "metadata": {},
                "proxy": {key: value for key, value in one.items() if key != "blacklist"} | {"metadata": {}},
            }
            for one in definition.get("attributes", [])
        ]
        visual = {"assetId": asset["proxyId"]} if asset["proxyId"] else None
        return json_reply({**asset, "head": None, "attributes": attributes, "asset": visual})

    def delete(self, request: Request) -> Reply:
        """DELETE /api/assets/{id}: soft."""
        only_known(request)
        asset = self._state.asset_to_change(self._find(request)["id"])
        asset["deletedAt"] = self._state.now()
        return json_reply(asset)

    def restore(self, request: Request) -> Reply:
        """POST /api/assets/{id}/restore."""
        only_known(request)
        asset = self._state.asset_to_change(self._find(request)["id"])
        asset["deletedAt"] = None
        return json_reply(asset)

    def thumbnail(self, request: Request) -> Reply:
        """GET /api/assets/{id}/thumbnail and /api/assets/thumbnail/{id}: a drawn picture; 404 for an unknown asset.

        With ``failOnEmpty=true`` an asset without ``_thumbnail`` and visual asset is 404; the vendor's code is unknown.
        """
        only_known(request, ("size", "failOnEmpty"))
        asset = self._find(request)
        if flag(request, "failOnEmpty") and not (asset["proxyId"] or asset["metadata"].get("_thumbnail")):
            raise refused(404, "thumbnail not found")
        return drawn_picture(asset["id"], asset["name"])

    def translations(self, request: Request) -> Reply:
        """GET /api/assets/translations?locale=: the flat map; an unknown locale is 200 and ``{}``."""
        only_known(request, ("locale",))
        locale = request.query_value("locale")
        if locale is None:
            raise refused(422, "locale is missing")
        own = self._state.translations.get(locale, {})
        if self._state.generated is None:
            return json_reply(own)
        rest = self._state.generated.translations(locale, frozenset(self._state.untranslated | own.keys()))
        changed = (f"{to_text(text)}:{to_text(translation)}" for text, translation in own.items())
        return json_stream(joined("{", chain(rest, changed), "}"))

    def _all(self, listing: Listing | None) -> list[Record]:
        if listing is not None:
            return [json.loads(text) for text in listing.window().all_texts(listing.as_assets)]
        return [asset for asset in self._state.assets.values() if asset["deletedAt"] is None]

    def _find(self, request: Request) -> Record:
        key = request.path_values["id"]
        if key in self._state.assets:
            return self._state.assets[key]
        for asset in self._state.assets.values():
            if asset["customId"] == key:
                return asset
        found = self._state.asset(key)
        # One that was changed since is known, under whatever customId it has now.
        if found is None or found["id"] in self._state.assets:
            raise not_found("asset")
        return found


def _generated_reply(request: Request, listing: Listing) -> Reply:
    window = listing.window(request.query_value("type"), _wanted_list(request, "tags"))
    if flag(request, "all"):
        head: Record = {"page": 1, "perPage": len(window), "sort": "+createdAt", "count": len(window)}
        return json_stream(joined(_opened(head), window.all_texts(listing.as_assets), "]}"))
    asked = paging(request)
    texts = window.texts(asked.ranks(len(window)), listing.as_assets)
    return Reply(
        200,
        (_opened(asked.envelope(len(window))) + ",".join(texts) + "]}").encode(),
        {"Content-Type": "application/json"},
    )


def _opened(head: Record) -> str:
    return to_bytes(head).decode().removesuffix("}") + ',"assets":['


def _like(found: list[Record], part: str | None) -> list[Record]:
    return [asset for asset in found if part is None or part.lower() in asset["name"].lower()]


def _wanted_list(request: Request, name: str) -> list[str]:
    wanted = json_value(request, name)
    if wanted is not None and not isinstance(wanted, list):
        raise refused(422, f"query parameter {name} is not a JSON list")
    return wanted or []


def _with_any(found: list[Record], name: str, wanted: list[str]) -> list[Record]:
    return [asset for asset in found if not wanted or set(wanted) & set(asset[name])]
