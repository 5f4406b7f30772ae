"""What is told of milestones, failures, and localization."""

from datetime import UTC, datetime, timedelta
from typing import Any

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
