"""The platform API of Threekit, with the private token (docs/vendor/threekit.md 1.2)."""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import quote

from herald.adapters.credentials import credential
from herald.adapters.http_client import HttpClient, json_bytes
from herald.domain.errors import CallFailed, Fate, Reason
from herald.domain.fates import SUCCESS, Break, Call, ruling_for_break
from herald.ports import Secrets

AT_A_TIME: Final = 4
"""No rate limit is published (docs/vendor/threekit.md 4), so we are polite."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Ids are UUIDs, short ids 7 to 14 characters of this alphabet (docs/vendor/threekit.md 2.1)."""


class ThreekitPlatform:
    """Reads orders, configurations and jobs; writes order metadata (docs/vendor/threekit.md 2.1, 2.2, 2.9, 6)."""

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

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job. Raises ``CallFailed``."""
        return self._read("jobs", job_id)

    def put_order_metadata(self, order_id: str, metadata: Mapping[str, Any]) -> None:
        """Replace an order's metadata as a whole; numbers keep their digits. Raises ``CallFailed``.

        The answer's body is not read: what was written is learnt by reading the order (docs/vendor/threekit.md 6).
        """
        self._http.call(
            Call.WRITE, "PUT", self._url("orders", order_id),
            headers={**self._authorization(), "Content-Type": "application/json"},
            body=json_bytes({"metadata": metadata}), read_answer=False,
        )  # fmt: skip

    def _read(self, kind: str, object_id: str) -> dict[str, Any]:
        answer = self._http.call(Call.READ, "GET", self._url(kind, object_id), headers=self._authorization())
        if not isinstance(answer, dict):
            ruling = ruling_for_break(Call.READ, Break.ANSWER_UNREADABLE)
            raise CallFailed(ruling.fate, ruling.reason, "the answer is not an object", status=SUCCESS)
        return answer

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
