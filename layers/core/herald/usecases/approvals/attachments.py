"""What a page leads to beside itself: the configuration's picture, and the receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.approval.links import Role
from herald.domain.errors import CallFailed, Fate
from herald.ports import StateStore, Threekit
from herald.usecases.approvals import approval_shelves
from herald.usecases.approvals.page import Visit

FORMS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
"""How the pictures begin that are handed on. None of these forms can run anything in a browser."""


@dataclass(frozen=True)
class PageAttachments:
    """Finds them for whoever holds a link that is for them."""

    state: StateStore
    threekit: Threekit

    def picture(self, visit: Visit) -> tuple[str, bytes] | None:
        """Return the picture of the line a link is for; ``None`` if there is none. Raises ``CallFailed``."""
        approval = visit.approval
        if approval is None or visit.link.role is not Role.PICTURE:
            return None
        lines = approval.stand.order.get("lines", ())
        if not 0 < visit.link.number <= len(lines):
            return None
        configuration = lines[visit.link.number - 1].get("configurationId")
        if not isinstance(configuration, str):
            return None
        try:
            raw = self.threekit.picture(configuration)
        except CallFailed as failure:
            if failure.fate is Fate.PERMANENT:
                return None
            raise
        form = next((form for begins, at, form in FORMS if raw[at : at + len(begins)] == begins), None)
        return (form, raw) if form is not None else None

    def receipt(self, visit: Visit) -> Mapping[str, Any] | None:
        """Return the signed receipt; ``None`` while there is none. Raises ``StorageError``."""
        approval = visit.approval
        if approval is None or visit.link.role not in (Role.APPROVER, Role.REQUESTER) or approval.end is None:
            return None
        # It names everybody and the total: for the requester, and for approvers whose word it rests on.
        counting = [one.ticket for one in approval.answers if one.counted and not one.void]
        if visit.link.role is Role.APPROVER and visit.link.number not in counting:
            return None
        return approval_shelves.receipts(self.state).get(approval_shelves.receipt_key(approval))
