"""The catalogue side of Threekit's platform API: what a scan reads (docs/vendor/threekit.md 2.2 to 2.7, 5, 7)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from herald.adapters.json_stream import members, objects, unreadable
from herald.adapters.threekit import PER_PAGE, ThreekitPlatform
from herald.catalog_ports import Page

OLDEST_FIRST = "+createdAt"
"""The documented order: what comes while the list is read stands at its end, and shifts no page."""


class ThreekitCatalog(ThreekitPlatform):
    """Implements ``catalog_ports.Catalogue``. Asks for nothing cached: no cache parameters are sent (1.3)."""

    def organisation(self, org_id: str) -> dict[str, Any]:
        """Return an organisation, with its languages (2.10, 7). Raises ``CallFailed``."""
        return self._read("orgs", org_id)

    def pricebooks(self, org_id: str) -> list[dict[str, Any]]:
        """Return an organisation's pricebooks (2.6). Raises ``CallFailed``."""
        return _records(self._get(f"{self._url('orgs', org_id)}/pricebooks"), "pricebooks")

    def tags(self) -> list[dict[str, Any]]:
        """Return all tags (2.10). Raises ``CallFailed``.

        That they are paged as other lists are is assumed; a page that brings nothing new ends the reading.
        """
        found: dict[str, dict[str, Any]] = {}
        page = 1
        while True:
            records = self._page("tags", {"page": page, "perPage": PER_PAGE})
            fresh = {str(record.get("id")): record for record in records if str(record.get("id")) not in found}
            found |= fresh
            page += 1
            if not fresh or len(records) < PER_PAGE:
                return list(found.values())

    def datatable_rows(self, table_id: str) -> list[dict[str, Any]]:
        """Return all rows of a datatable (2.7). Raises ``CallFailed``."""
        return _records(self._get(f"{self._url('datatables', table_id)}/rows?all=true"), "rows")

    def assets_page(self, page: int) -> Page:
        """Return a page of a hundred assets, counted from 1, oldest first (2.3, 4). Raises ``CallFailed``."""
        return self._counted("assets", page)

    def configurations_page(self, page: int) -> Page:
        """Return a page of a hundred saved configurations, counted from 1, oldest first (2.2).

        That their list sorts as the asset list does is assumed. Raises ``CallFailed``.
        """
        return self._counted("configurations", page)

    @contextmanager
    def translations(self, locale: str) -> Iterator[Iterator[tuple[str, str]]]:
        """Give source texts with their translations as they come (7); a language without any has none.

        Raises ``CallFailed``, while they are read too.
        """
        url = f"{self._base_url}/api/assets/translations?{urlencode({'locale': locale})}"
        with self._stream(url) as chunks:
            yield ((text, told) for text, told in members(chunks) if isinstance(told, str))

    @contextmanager
    def export(self, tag: str | None) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """Give the records of the export as they come (2.4), each as text and as ``{"query", "product"}``.

        With a tag's name only its bearers' records are asked for; in which form the filter wants a tag is not
        documented. Raises ``CallFailed``, while they are read too.
        """
        narrowed = f"?{urlencode({'tags': tag})}" if tag is not None else ""
        url = f"{self._base_url}/api/products/export/json{narrowed}"
        with self._stream(url) as chunks:
            yield objects(chunks)

    def _counted(self, kind: str, page: int) -> Page:
        query = urlencode({"page": page, "perPage": PER_PAGE, "sort": OLDEST_FIRST})
        answer = self._get(f"{self._base_url}/api/{kind}?{query}")
        count = answer.get("count") if isinstance(answer, dict) else None
        return Page(_records(answer, kind), count if isinstance(count, int) and not isinstance(count, bool) else None)


def _records(answer: Any, kind: str) -> list[dict[str, Any]]:
    records = answer.get(kind) if isinstance(answer, Mapping) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise unreadable(f"the answer holds no list of {kind}")
    return records
