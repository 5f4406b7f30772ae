"""Links and codes made where a message is rendered, so that none of them is ever stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.links import code_of, sealed
from herald.usecases.approvals.approval_values import Seal, link_of

CODE = "code"


@dataclass(frozen=True)
class ApprovalLinks:
    """Fills links in. ``key`` gives the key that signs them; ``base_url`` is where the HTTP API is reached."""

    key: Callable[[], str]
    base_url: str

    def __call__(self, telling: Mapping[str, Any]) -> dict[str, Any]:
        """Return a telling's values with its links and its code. Raises ``CallFailed``."""
        key = self.key()
        ask: dict[str, Any] = dict(telling["ask"])
        for name, seal in telling.get("seals", {}).items():
            if name == CODE:
                ask[name] = code_of(seal[0], seal[1], key)
            else:
                ask[name] = self._url(seal, key) + ("/picture" if name == "picture" else "")
        if "waiting" in ask:
            ask["waiting"] = [{**line, "link": self._url(line["seal"], key)} for line in ask["waiting"]]
        return {"approval": telling["approval"], "ask": ask}

    def _url(self, seal: Seal, key: str) -> str:
        return f"{self.base_url.rstrip('/')}/approvals/{sealed(link_of(seal), key)}"
