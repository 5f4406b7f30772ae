"""Visitors with links that are not ours: who tries many is told to stop. Good links are never counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from herald.ports import Clock, Count, StateStore
from herald.usecases.approvals import approval_shelves

MOST = 10
WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Visitors:
    """Counts refused links by IP address, of which only a hash is kept."""

    state: StateStore
    clock: Clock
    count: Count

    def refused(self, address: str) -> bool:
        """Note a link that is not ours; return whether that was one too many. Raises ``StorageError``."""
        now = self.clock()
        self.count("ApprovalLinksRefused", 1)

        def once_more(before: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, bool]:
            if before is None or now - before["since"] > WITHIN:
                return {"count": 1, "since": now}, False
            # Past the limit nothing is written any more: a flood costs reads only.
            if before["count"] >= MOST:
                return None, True
            return {"count": before["count"] + 1, "since": before["since"]}, False

        key = approval_shelves.visitor_key(address)
        return approval_shelves.refused_links(self.state).change(key, once_more)
