"""What is told about an approval, by kind: everything that can be."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from herald_cli.samples.surroundings import NOW, around

TOKEN = "v1.eyJhIjoiYXByXzdrM20ycHEiLCJ0IjoyLCJwIjoiOWYxYyJ9.k3-Xa_8vQmTz0cRrW1yHn5LdUeJb7sPfG2oKi4AtVwE"  # noqa: S105 - seals nothing
ADDRESS = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/approvals/"
LINK = f"{ADDRESS}{TOKEN}"
WAITING_LINK = f"{ADDRESS}all-{TOKEN}"
PICTURE = f"{ADDRESS}{TOKEN}/picture"
CODE = "K7M2PQ"
DEADLINE = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
RESULTS = ("gone",
    "counted", "repeated", "dissent", "closed", "changed", "page_only", "unknown_code", "bad_reply", "reason_missing",
    "not_allowed",
)  # fmt: skip
"""What a reply can come to."""
OUTCOMES = ("approved", "rejected", "recalled", "parked")


def order(name: str = "Lobby, second floor") -> dict[str, Any]:
    """An order of two lines, one with options."""
    sofa = {
        "sku": "AF-SOF-001", "name": "Alder Sofa", "quantity": 24, "unitPrice": Decimal("5000.10"),
        "lineTotal": Decimal("120002.40"),
        "attributes": {"Fabric": "Wool Moss", "Frame": "Natural Oak", "Seats": 3, "Fire retardant": True},
    }  # fmt: skip
    table = {
        "sku": "AF-TAB-014", "name": "Nest Table", "quantity": 7, "unitPrice": Decimal(714),
        "lineTotal": Decimal(4998), "attributes": {},
    }  # fmt: skip
    return {
        "id": "7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001", "shortId": "AB12CD3", "name": name, "status": "New",
        "currency": "EUR", "region": "EMEA", "total": Decimal("125000.40"), "quantity": 31, "lines": [sofa, table],
        "requester": {"name": "Lena Vogt"},
    }  # fmt: skip


def differences(said: str = "Leather Cognac") -> list[dict[str, Any]]:
    """One difference of each part; one option is new and one is gone."""
    return [
        {"part": "price", "line": "Alder Sofa", "field": "unitPrice", "before": Decimal("4100.50"),
         "after": Decimal("5000.10")},
        {"part": "options", "line": "Alder Sofa", "field": "Fabric", "before": said, "after": "Wool Moss"},
        {"part": "options", "line": "Alder Sofa", "field": "Fire retardant", "after": True},
        {"part": "options", "line": "Alder Sofa", "field": "Castors", "before": "Brass"},
        {"part": "quantities", "line": "Nest Table", "field": "quantity", "before": 4, "after": 7},
        {"part": "shown", "line": "", "field": "Margin", "before": Decimal("0.31"), "after": Decimal("0.28")},
    ]  # fmt: skip


def decisions(said: str = "The margin holds.") -> list[dict[str, Any]]:
    """What three people decided, each in another way."""
    return [
        {"step": "Sales", "name": "Ines Falk", "verdict": "approve", "reason": said, "at": NOW, "channel": "page",
         "carried": True, "void": False},
        {"step": "Finance", "name": "Luc Perrin", "verdict": "reject", "reason": "Too low.", "at": NOW,
         "channel": "sms", "carried": False, "void": True},
        {"step": "Finance", "name": "Mara Lindner", "verdict": "approve", "reason": "", "at": NOW,
         "channel": "whatsapp", "carried": False, "void": False},
    ]  # fmt: skip


def waiting(count: int = 3, title: str = "Large orders") -> list[dict[str, Any]]:
    """Approvals that wait for one person, each with a link of its own."""
    return [
        {"title": title, "reference": f"WT{number:03d}", "total": Decimal("9800.50") * number, "currency": "EUR",
         "deadline": DEADLINE, "link": f"{ADDRESS}{number}-{TOKEN}"}
        for number in range(1, count + 1)
    ]  # fmt: skip


def ask(kind: str, said: str = "", **more: Any) -> dict[str, Any]:
    """Everything that can be told for a kind; ``said`` stands for all that people write."""
    text, before = said or "Please have a look.", said or "Leather Cognac"
    decided, customer_class = decisions(said or "The margin holds."), said or "Key account"
    common: dict[str, Any] = {"kind": kind, "zone": "Europe/Berlin", "link": LINK}
    step = {"step": {"id": "finance", "title": "Finance", "number": 2, "of": 3}, "deadline": DEADLINE, "code": CODE}
    others = {"waiting": waiting(), "waiting_link": WAITING_LINK}
    request = {
        **step, **others, "picture": PICTURE, "differences": differences(), "decisions": decided,
        "reasons": [
            {"rule": "large-order", "description": "The order exceeds what sales may confirm alone."},
            {"rule": "rare-option", "description": "It holds an option that is rarely built."},
        ],
        "shown": [{"label": "Margin", "value": Decimal("0.28")}, {"label": "Customer class", "value": customer_class}],
        "last_approved": {"order": "ZY98XW7", "at": NOW, "differences": differences(before)[:2]},
    }  # fmt: skip
    told: dict[str, dict[str, Any]] = {
        "request": request, "changed": request, "escalated": request,
        "delegated": {**request, "from": "Ines Falk", "text": text},
        "reminder": {**step, "reminder": {"number": 2, "of": 3, "final": False}},
        "waiting": others,
        "question": {**step, "from": "Ines Falk", "text": text, "code": ""},
        "reply": {**step, "from": "Lena Vogt", "text": text},
        "outcome": {"outcome": "rejected", "by": "people", "from": "Luc Perrin", "text": text, "at": NOW,
                    "decisions": decided},
        "recorded": {"result": "counted", "verdict": "approve", "code": CODE, "decisions": decided},
        "dissent": {"result": "dissent", "from": "Luc Perrin", "decisions": decided},
        "void": {**step, "differences": differences(before), "decisions": decided},
    }  # fmt: skip
    return {**common, **told[kind], **more}


def values(told: dict[str, Any], name: str = "Lobby, second floor") -> dict[str, Any]:
    """All that a template sees."""
    approval = {"id": "apr_7k3m2pqxhvd5", "chain": "order", "title": "Large orders", "state": "open", "round": 2}
    return {
        **around("approval.answered", subject="approval/apr_7k3m2pqxhvd5"), "ask": told, "approval": approval,
        "order": order(name),
    }  # fmt: skip
