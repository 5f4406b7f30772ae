"""The inbox table's stream, as references to events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from herald.domain.event import EventReference, Origin, Trust


def references(event: Mapping[str, Any]) -> list[EventReference]:
    """Return a reference for each item a stream batch tells was written and is to be published.

    An item is modified where an event whose retention is over is told again before the table removed it, and by
    ``herald republish``. The event source mapping filters already; this holds where an emulator or a test does not.
    """
    images = (
        record["dynamodb"]["NewImage"] for record in event["Records"] if record.get("eventName") in ("INSERT", "MODIFY")
    )
    return [_reference(image) for image in images if image.get("publish", {}).get("BOOL")]


def _reference(image: Mapping[str, Any]) -> EventReference:
    return EventReference(
        event_id=image["id"]["S"], type=image["type"]["S"], source=image["source"]["S"], subject=image["subject"]["S"],
        origin=Origin(image["origin"]["S"]), trust=Trust(image["trust"]["S"]),
        received_at=datetime.fromisoformat(image["received_at"]["S"]),
    )  # fmt: skip
