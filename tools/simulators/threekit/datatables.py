"""Datatables, read only (docs/vendor/threekit.md 2.7)."""

import json

from simulators.exchange import Reply, Request, json_reply, json_stream
from simulators.json_types import Record
from simulators.threekit.list_query import flag, list_reply, only_known, paging
from simulators.threekit.listing import joined
from simulators.threekit.seed import ids
from simulators.threekit.state import ThreekitState, not_found


class Datatables:
    """The ``/api/datatables`` routes."""

    def __init__(self, state: ThreekitState) -> None:
        self._state = state

    def list_page(self, request: Request) -> Reply:
        """GET /api/datatables?name=: those not deleted; ``columnInfo`` is an id here."""
        only_known(request, ("name",), paged=True)
        wanted = request.query_value("name")
        found = [
            {**one, "columnInfo": ids.DATATABLE_COLUMNS}
            for one in self._state.datatables.values()
            if one["deletedAt"] is None and wanted in (None, one["name"])
        ]
        return list_reply(request, "datatables", found)

    def get(self, request: Request) -> Reply:
        """GET /api/datatables/{id}: with its columns, which is assumed. 404 if unknown."""
        only_known(request)
        return json_reply(self._find(request))

    def rows(self, request: Request) -> Reply:
        """GET /api/datatables/{id}/rows: all with ``all=true``, else a page, whose envelope is assumed.

        A generated catalogue has a row for each of its items.
        """
        only_known(request, ("all",), paged=True)
        table = self._find(request)["id"]
        generated = self._state.generated if table not in self._state.datatable_rows else None
        if generated is None:
            rows = self._state.datatable_rows.get(table, [])
            return json_reply({"rows": rows}) if flag(request, "all") else list_reply(request, "rows", rows)
        if flag(request, "all"):
            return json_stream(joined('{"rows":[', map(generated.row_text, range(generated.items)), "]}"))
        asked = paging(request)
        page = [json.loads(generated.row_text(number)) for number in asked.ranks(generated.items)]
        return json_reply({**asked.envelope(generated.items), "rows": page})

    def _find(self, request: Request) -> Record:
        found = self._state.datatables.get(request.path_values["id"])
        if found is None:
            raise not_found("datatable")
        return found
