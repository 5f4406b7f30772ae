"""Bodies of a workflow: one of each event of the contract, and what is not one."""

from typing import Any

from herald.domain.workflow_contract import LOCALIZATION_COMPLETED, MILESTONE_REACHED, REGIONAL_APPROVAL_COMPLETED

DATA: dict[str, dict[str, Any]] = {
    MILESTONE_REACHED: {"orderId": "7f1c0a52", "milestone": "shipped", "reachedAt": "2026-03-02T10:30:00+01:00"},
    LOCALIZATION_COMPLETED: {"itemId": "5eed0001", "locale": "fr-CA", "itemName": "Fauteuil « Lyon »"},
    REGIONAL_APPROVAL_COMPLETED: {
        "itemId": "5eed0001",
        "region": "EMEA",
        "outcome": "approved",
        "decidedBy": "I. Falk",
    },
}
SUBJECTS = {
    MILESTONE_REACHED: "order/7f1c0a52", LOCALIZATION_COMPLETED: "item/5eed0001",
    REGIONAL_APPROVAL_COMPLETED: "item/5eed0001",
}  # fmt: skip
OWN = {"job": {"threekit_order": "7f1c0a52"}, "step": {"code": "shipped"}}
"""A body whose designer knows nothing of CloudEvents."""


def workflow_event(event_type: str = MILESTONE_REACHED, data: Any = None, **changes: Any) -> dict[str, Any]:
    """A CloudEvent of a workflow, with the data of its type unless others are given."""
    event = {
        "specversion": "1.0", "id": "process-42-shipped", "source": "/workflows/order", "type": event_type,
        "data": DATA.get(event_type, {}) if data is None else data,
    }  # fmt: skip
    return {**event, **changes}


def without(data: dict[str, Any], name: str) -> dict[str, Any]:
    """The data with one field left out."""
    return {key: value for key, value in data.items() if key != name}


MILESTONE, LOCALIZED, APPROVAL = DATA.values()
BROKEN: tuple[tuple[str, dict[str, Any], str], ...] = (
    (MILESTONE_REACHED, {}, "data.orderId"),
    (MILESTONE_REACHED, without(MILESTONE, "milestone"), "data.milestone"),
    (MILESTONE_REACHED, {**MILESTONE, "orderId": "../orders/hidden"}, "data.orderId"),
    (MILESTONE_REACHED, {**MILESTONE, "orderId": "hidden\n"}, "data.orderId"),
    (MILESTONE_REACHED, {**MILESTONE, "orderId": 4711}, "data.orderId"),
    (MILESTONE_REACHED, {**MILESTONE, "orderId": "x" * 65}, "data.orderId"),
    (MILESTONE_REACHED, {**MILESTONE, "milestone": "Hidden Step"}, "data.milestone"),
    (MILESTONE_REACHED, {**MILESTONE, "milestone": ["hidden"]}, "data.milestone"),
    (MILESTONE_REACHED, {**MILESTONE, "reachedAt": "2026-03-02T10:30:00"}, "data.reachedAt"),
    (MILESTONE_REACHED, {**MILESTONE, "reachedAt": "2026-02-30T10:30:00Z"}, "data.reachedAt"),
    (MILESTONE_REACHED, {**MILESTONE, "reachedAt": 1772442000}, "data.reachedAt"),
    (MILESTONE_REACHED, {**MILESTONE, "note": "hidden" * 200}, "data.note"),
    (MILESTONE_REACHED, {**MILESTONE, "note": True}, "data.note"),
    (LOCALIZATION_COMPLETED, without(LOCALIZED, "itemId"), "data.itemId"),
    (LOCALIZATION_COMPLETED, {**LOCALIZED, "locale": "hidden_locale"}, "data.locale"),
    (LOCALIZATION_COMPLETED, {**LOCALIZED, "locale": "de-" + "abcdefgh-" * 4 + "de"}, "data.locale"),
    (LOCALIZATION_COMPLETED, {**LOCALIZED, "itemName": ""}, "data.itemName"),
    (REGIONAL_APPROVAL_COMPLETED, without(APPROVAL, "outcome"), "data.outcome"),
    (REGIONAL_APPROVAL_COMPLETED, {**APPROVAL, "outcome": "hidden"}, "data.outcome"),
    (REGIONAL_APPROVAL_COMPLETED, {**APPROVAL, "outcome": None}, "data.outcome"),
    (REGIONAL_APPROVAL_COMPLETED, {**APPROVAL, "region": ""}, "data.region"),
    (REGIONAL_APPROVAL_COMPLETED, {**APPROVAL, "decidedBy": {"hidden": 1}}, "data.decidedBy"),
)
"""Type, data that break the contract, and the field a refusal must name. No refusal may say `hidden`."""
