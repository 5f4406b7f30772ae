"""The platform API of Threekit, with the private token (docs/vendor/threekit.md 1.2)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode

from herald.adapters.credentials import credential, refusals_noted
from herald.adapters.http_client import MAX_DEPTH, HttpClient, deeper_than, json_bytes
from herald.adapters.json_stream import objects, unreadable
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import SUCCESS, Call
from herald.ports import Secrets

AT_A_TIME: Final = 4
"""No rate limit is published (docs/vendor/threekit.md 4), so we are polite."""

PER_PAGE: Final = 100
"""The most a page may hold (docs/vendor/threekit.md 4)."""

LARGEST_PICTURE: Final = 4_000_000
"""Bytes; in base64 that is what a function may answer (6 MB)."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids are UUIDs, short ids 7 to 14 characters of this alphabet (docs/vendor/threekit.md 2.1)."""


class ThreekitPlatform:
    """Reads orders, configurations, jobs and items; writes orders and items.

    Vendor facts: docs/vendor/threekit.md 2.1 to 2.4, 2.9, 4 and 6.
    """

    def __init__(self, http: HttpClient, base_url: str, secrets: Secrets) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._secrets = secrets

    def order(self, order_id: str) -> dict[str, Any]:
        """Return an order (numbers with a fraction are ``Decimal``). Raises ``CallFailed``."""
        return self._read("orders", order_id)

    def configurations(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the saved configurations among these ids, by id, a few read at a time. Raises ``CallFailed``.

        A cart may name an asset instead, or anything: Threekit does not check the field (docs/vendor/threekit.md 2.1).
        """
        if len(ids) <= 1:
            found = [self._configuration(one) for one in ids]
        else:
            with ThreadPoolExecutor(AT_A_TIME) as readers:
                found = list(readers.map(self._configuration, ids))
        return {one: configuration for one, configuration in zip(ids, found, strict=True) if configuration is not None}

    def _configuration(self, configuration_id: str) -> dict[str, Any] | None:
        try:
            return self._read("configurations", configuration_id)
        except CallFailed as failure:
            if failure.fate is Fate.PERMANENT and failure.reason in (Reason.NOT_FOUND, Reason.REFUSED):
                return None
            raise

    def picture(self, configuration_id: str) -> bytes:
        """Return the picture of a saved configuration (docs/vendor/threekit.md 2.2), 4 MB at most.

        Raises ``CallFailed``, a permanent one for a longer one and where there is none.
        """
        raw = bytearray()
        url = f"{self._url('configurations', configuration_id)}/thumbnail"
        with self._stream(url, accept="image/*") as chunks:
            for chunk in chunks:
                raw += chunk
                if len(raw) > LARGEST_PICTURE:
                    raise CallFailed(Fate.PERMANENT, Reason.ANSWER_UNREADABLE, "the picture is larger than 4 MB")
        return bytes(raw)

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job. Raises ``CallFailed``."""
        return self._read("jobs", job_id)

    def item(self, item_id: str) -> dict[str, Any]:
        """Return a catalogue item as an asset, its metadata a plain map (docs/vendor/threekit.md 2.3, 5).

        One that was deleted is answered too and bears ``deletedAt``. Raises ``CallFailed``.
        """
        return self._read("assets", item_id)

    def orders_page(self, page: int, sort: str) -> list[dict[str, Any]]:
        """Return a page of a hundred orders, counted from 1. Raises ``CallFailed``.

        ``sort`` is ``+`` or ``-`` and a field; which fields orders sort by is unknown (docs/vendor/threekit.md 8.5).
        """
        return self._page("orders", {"page": page, "perPage": PER_PAGE, "sort": sort})

    def jobs_page(self, page: int) -> list[dict[str, Any]]:
        """Return a page of a hundred stopped jobs, counted from 1, newest first (docs/vendor/threekit.md 2.9).

        Raises ``CallFailed``.
        """
        return self._page("jobs", {"status": "stopped", "perPage": PER_PAGE, "page": page, "sort": "-createdAt"})

    def item_record(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the whole record of an item as the export has it, ``{"query", "product"}``. Raises ``CallFailed``.

        The export is the whole catalogue in one answer and knows no filter by id (docs/vendor/threekit.md 2.4): it is
        narrowed by one of the item's tags where it has any, and read no further than the record. In which form the
        filter wants a tag is not documented, so the whole export has the last word. A record that is nowhere is a
        permanent failure, ``NOT_FOUND``.
        """
        tags = item.get("tags")
        named = [tag for tag in tags if isinstance(tag, str) and tag] if isinstance(tags, list) else []
        for narrowed in (*({"tags": tag} for tag in named[:1]), {}):
            record = self._exported(str(item["id"]), narrowed)
            if record is not None:
                return record
        raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, "the export holds no record of that item", status=SUCCESS)

    def put_order(self, order_id: str, metadata: Mapping[str, Any], status: str | None = None) -> None:
        """Replace an order's metadata as a whole, and its status where one is given. Raises ``CallFailed``.

        Numbers keep their digits. The answer's body is not read: what was written is learnt by reading the order
        (docs/vendor/threekit.md 6).
        """
        body = {"metadata": metadata} if status is None else {"metadata": metadata, "status": status}
        self._write("PUT", self._url("orders", order_id), body)

    def import_item(self, record: Mapping[str, Any]) -> None:
        """Write the whole record of an item, found by its ``query`` (docs/vendor/threekit.md 2.4, 6).

        Numbers keep their digits. The answer's body is not read: what was written is learnt by reading the item.
        Raises ``CallFailed``.
        """
        self._write("POST", f"{self._base_url}/api/products/import", [record])

    def _read(self, kind: str, object_id: str) -> dict[str, Any]:
        answer = self._get(self._url(kind, object_id))
        if not isinstance(answer, dict):
            raise unreadable("the answer is not an object")
        return answer

    def _page(self, kind: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        url = f"{self._base_url}/api/{kind}?{urlencode(query)}"
        answer = self._get(url)
        records = answer.get(kind) if isinstance(answer, dict) else None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise unreadable(f"the answer holds no list of {kind}")
        return records

    def _exported(self, item_id: str, narrowed: Mapping[str, str]) -> dict[str, Any] | None:
        url = f"{self._base_url}/api/products/export/json" + (f"?{urlencode(narrowed)}" if narrowed else "")
        with self._stream(url) as chunks:
            for _, record in objects(chunks):
                query = record.get("query")
                if isinstance(query, dict) and query.get("id") == item_id:
                    return _whole(record)
        return None

    def _get(self, url: str) -> Any:
        with refusals_noted(self._secrets):
            return self._http.call(Call.READ, "GET", url, headers=self._authorization())

    @contextmanager
    def _stream(self, url: str, *, accept: str = "application/json") -> Iterator[Iterator[bytes]]:
        headers = {**self._authorization(), "Accept": accept}
        with refusals_noted(self._secrets), self._http.stream(Call.READ, "GET", url, headers=headers) as chunks:
            yield chunks

    def _write(self, method: str, url: str, body: Any) -> None:
        headers = {**self._authorization(), "Content-Type": "application/json"}
        with refusals_noted(self._secrets):
            self._http.call(Call.WRITE, method, url, headers=headers, body=json_bytes(body), read_answer=False)

    def _authorization(self) -> dict[str, str]:
        token = credential(self._secrets, "private_token")
        if not token.isascii():
            raise CallFailed(Fate.TRANSIENT, Reason.AUTHENTICATION, "private_token is no token: it is not ASCII")
        return {"Authorization": f"Bearer {token}"}

    def _url(self, kind: str, object_id: str) -> str:
        if _ID.fullmatch(object_id) is None:
            # Not asked for: Threekit can hold no such object, and a path must stay below its collection.
            raise CallFailed(Fate.PERMANENT, Reason.NOT_FOUND, f"that is no id of anything in {kind}")
        return f"{self._base_url}/api/{kind}/{quote(object_id, safe='')}"


def _whole(record: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(record.get("product"), dict):
        raise unreadable("the item's record holds no product")
    if deeper_than(MAX_DEPTH, record):
        raise unreadable(f"the item's record is nested deeper than {MAX_DEPTH}")
    return record
