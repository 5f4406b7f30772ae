"""The import of items (docs/vendor/threekit.md 2.4): makes new ones and replaces existing ones whole."""

import copy
import json
from collections.abc import Iterable
from typing import Any

from simulators.exchange import Reply, Request, json_document, json_reply, refused
from simulators.field_rules import FieldError
from simulators.json_types import Record
from simulators.multipart import form_fields
from simulators.threekit.list_query import contains, only_known
from simulators.threekit.listing import Listings
from simulators.threekit.product_rules import IMPORT
from simulators.threekit.seed.catalog import bare_asset
from simulators.threekit.state import ThreekitState
from simulators.threekit.tokens import TokenClass


class ProductImport:
    """The ``/api/products/import`` route."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state
        self._listings = Listings(state)

    def take(self, request: Request, caller: TokenClass) -> Reply:
        """POST /api/products/import with a private token (else 401): 200 and ``{"products": [{"id", "name"}...]}``.

        The body is a list as the export gives it, as JSON or as the ``file`` of a multipart form whose field ``sync``
        is true or false; all of it is taken or none. 422 for anything else.

        Assumptions. A ``query`` finds an item by id, else by name, else by all its metadata; one that says nothing, or
        finds several items, is 422. An existing item becomes what was sent: what was not sent is gone. That is the
        strict reading of a document that only shows whole records (6). Its ``customId`` and ``publishedAt``, which the
        record does not hold, stay; a new item is a draft.
        """
        if caller != "private":
            raise refused(401, "the import needs a private token")
        only_known(request)
        rows = _document(request)
        try:
            IMPORT.check(rows, "body")
        except FieldError as error:
            raise refused(422, str(error)) from error
        found = [self._existing(row["query"]) for row in rows]
        taken = [self._written(item, row["product"]) for item, row in zip(found, rows, strict=True)]
        return json_reply({"products": [{"id": item["id"], "name": item["name"]} for item in taken]})

    def _existing(self, query: Record) -> Record | None:
        if not query:
            raise refused(422, "a query names an item by id, name or metadata")
        by_id = self._state.asset(query["id"]) if "id" in query else None
        if by_id is not None and by_id["type"] == "item" and by_id["deletedAt"] is None:
            return by_id
        items = [one for one in self._all() if one["type"] == "item" and one["deletedAt"] is None]
        wanted = _plain(query.get("metadata", []))
        by_field = (
            [one for one in items if one["name"] == query.get("name")],
            [one for one in items if wanted and contains(one["metadata"], wanted)],
        )
        found = next((matches for matches in by_field if matches), [])
        if len(found) > 1:
            raise refused(422, "a query finds several items")
        return found[0] if found else None

    def _all(self) -> Iterable[Record]:
        listing = self._listings.current
        if listing is None:
            return self._state.assets.values()
        # Slow in a large catalogue: one that is sought by its id is found at once.
        return (json.loads(text) for text in listing.window("item").all_texts(listing.as_assets))

    def _new(self) -> Record:
        item, now = bare_asset(self._state.new_id(), "", "item"), self._state.now()
        item.update(createdAt=now, createdBy=None, updatedAt=now)
        self._state.add_asset(item)
        return item

    def _written(self, item: Record | None, product: Record) -> Record:
        if item is None:
            item = self._new()
        else:
            item = self._state.asset_to_change(item["id"])
            item["updatedAt"] = self._state.later_than(item["updatedAt"])
        visual: Record = product.get("asset") or {}
        tags = product.get("tags", [])
        tag_ids = {tag["name"]: key for key, tag in self._state.tags.items()}
        item.update(
            name=product["name"],
            description=product.get("description", ""),
            parentFolderId=product.get("parentFolderId"),
            tags=list(tags),
            tagids=[tag_ids[name] for name in tags if name in tag_ids],
            keywords=list(product.get("keywords", [])),
            metadata=_plain(product.get("metadata", [])),
            proxyId=visual.get("assetId") or None,
            proxyType=visual.get("type"),
        )
        self._state.definitions[item["id"]] = copy.deepcopy(product)
        return item


def _document(request: Request) -> Any:
    if request.content_type == "application/json":
        return json_document(request.body, 422)
    if request.content_type != "multipart/form-data":
        raise refused(422, "an import is JSON or a multipart form")
    form = form_fields(request)
    if "file" not in form or set(form) - {"file", "sync"} or form.get("sync", b"true") not in (b"true", b"false"):
        raise refused(422, "the form of an import has a file, and sync, which is true or false")
    return json_document(form["file"], 422)


def _plain(rows: list[Record]) -> Record:
    return {row["name"]: copy.deepcopy(row["defaultValue"]) for row in rows}
