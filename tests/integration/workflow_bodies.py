"""What a workflow or a connector tells, with a default for everything."""

from typing import Any

from simulators.threekit.seed import ids

ORDER = ids.ORDER_LYON_TABLE_NEW


def milestone(name: str, event_id: str = "", order: str = ORDER, **data: Any) -> dict[str, Any]:
    """An order has reached a step."""
    return cloudevent(
        "order.milestone.reached", event_id or f"process-7-{name}", {"orderId": order, "milestone": name, **data}
    )


def sync(state: str, event_id: str, time: str, system: str = "pim") -> dict[str, Any]:
    """A connector says that a system failed or recovered."""
    return {**cloudevent(f"sync.{state}", event_id, {"system": system}), "time": time}


def cloudevent(event_type: str, event_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """A CloudEvent."""
    return {"specversion": "1.0", "id": event_id, "source": "/plant", "type": event_type, "data": data}
