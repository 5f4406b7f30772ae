"""What is told of milestones, failures, and localization."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from herald_cli.samples.surroundings import NOW

SINCE = datetime(2025, 10, 8, 3, 15, tzinfo=UTC)
INCIDENT: dict[str, Any] = {
    "id": "inc_orq7ytrkqw7ncc5ibobdtehi3h", "system": "pim", "state": "open", "failures": 17, "openedAt": SINCE,
}  # fmt: skip
CLOSED = {**INCIDENT, "state": "closed", "closedAt": SINCE + timedelta(hours=26, minutes=5)}
JOB = {
    "id": "5eed000b-1", "title": "Export", "type": "export", "status": "stopped", "tasks": 12, "successes": 9,
    "failures": 3,
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": "5eed000a-0000-4000-8000-000000000001",
    "shortId": "berSofa1",
    "name": "Berlin 2025001",
    "region": "EMEA",
    "customer": {"name": "Jonas Brandt"},
    "lines": [
        {"sku": "AF-SOF-001", "name": "Alder Sofa", "quantity": 2},
        {"sku": "AF-TAB-014", "name": "Nest Table", "quantity": 1},
    ],
}
MILESTONE = {"name": "shipped", "place": 4, "previous": "in_production", "at": SINCE}
REACHED = {"orderId": ORDER["id"], "milestone": "shipped", "note": "Two parcels, with the night carrier"}
FAILED = {"system": "pim", "message": "12 items have no price", "affects": ["prices in EUR", "spring"]}
RECOVERED = {"system": "pim", "message": "340 items have come in"}
ITEM = {"itemId": "5eed0005-a", "itemName": "Meadow Sideboard", "note": "Kept in English"}
LOCALIZED = {**ITEM, "locale": "fr-FR"}
APPROVED = {**ITEM, "region": "EMEA", "outcome": "approved", "decidedBy": "Ines Falk"}

DIGEST: dict[str, Any] = {
    "id": "dgs_0123456789abcdefghijklmnop", "count": 4, "more": 1,
    "entries": [
        {
            "title": "The French texts of Lounge Chair are there", "rule": "localization-done", "severity": "low",
            "description": "The texts of an item are there in a language.", "subject": "item/7f1c0a52",
            "event": "evt_1", "at": NOW,
        },
        {
            "title": "EMEA has approved Lounge Chair", "rule": "region-approved", "severity": "medium",
            "description": "A region has approved an item for its market.", "subject": "item/7f1c0a52",
            "event": "evt_2", "at": NOW,
        },
        {
            "title": "AMER does not want Sofa <Oslo> & Co", "rule": "region-rejected", "severity": "high",
            "description": "A region does not want an item in its market.", "subject": "item/9a2b",
            "event": "evt_3", "at": NOW,
        },
    ],
}  # fmt: skip
BUDGET: dict[str, Any] = {
    "limit": "texts-per-day", "scope": "total", "who": "", "audience": "finance", "threshold": 90, "share": 92,
    "spent": Decimal("46.10"), "amount": Decimal("50.00"), "currency": "EUR", "per": "day", "period": "2026-03-02",
    "until": NOW + timedelta(hours=13), "channels": ["sms", "whatsapp"], "degradeAt": 90, "degrades": True,
}  # fmt: skip
