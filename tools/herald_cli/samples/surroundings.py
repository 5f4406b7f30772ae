"""What every template sees beside the variables of its event."""

from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def around(event_type: str, rule_id: str = "large-order", subject: str = "order/7f1c0a52") -> dict[str, Any]:
    """Return event, time, recipient and rule."""
    return {
        "event": {"id": "evt_1", "subject": subject, "type": event_type, "source": "/threekit/pim"},
        "now": NOW,
        "recipient": {"name": "Anna", "locale": None, "zone": "Europe/Berlin"},
        "rule": {"id": rule_id, "description": "The order exceeds what sales may confirm alone.", "severity": "high"},
    }
