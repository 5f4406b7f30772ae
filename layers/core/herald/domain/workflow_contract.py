"""What OpenText's workflow tells: three events whose form is agreed, because the workflow's designer writes the body.

Vendor facts: OpenText's workflow service has no events of its own; a model's ``HttpTask`` posts whatever was typed into
it (docs/vendor/opentext.md 7.1). ``docs/workflow-callbacks.md`` holds the contract and settings to paste.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from herald.domain.rfc3339 import parse_timestamp

MILESTONE_REACHED = "order.milestone.reached"
LOCALIZATION_COMPLETED = "localization.completed"
REGIONAL_APPROVAL_COMPLETED = "regional.approval.completed"

ObjectId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Note = Annotated[str, StringConstraints(max_length=1000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _timestamp(text: str) -> str:
    if parse_timestamp(text) is None:
        raise ValueError("write an RFC 3339 timestamp with an offset, as in 2026-03-02T09:30:00Z")
    return text


Timestamp = Annotated[str, AfterValidator(_timestamp), Field(json_schema_extra={"format": "date-time"})]


class ContractData(BaseModel):
    """What all three have in common: fields beyond the contract are kept and may be read by rules."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True, defer_build=True)

    note: Note | None = None


class MilestoneReached(ContractData):
    """``order.milestone.reached``: an order has reached a step of its production."""

    orderId: Annotated[ObjectId, Field(description="The order's id or short id in Threekit")]  # noqa: N815
    milestone: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$"),
        Field(description="A name of config/milestones.yaml"),
    ]
    reachedAt: Timestamp | None = None  # noqa: N815


class LocalizationCompleted(ContractData):
    """``localization.completed``: the texts of an item are there in a language."""

    itemId: Annotated[ObjectId, Field(description="The item's id in Threekit")]  # noqa: N815
    locale: Annotated[Locale, Field(description="BCP 47")]
    itemName: Name | None = None  # noqa: N815


class RegionalApprovalCompleted(ContractData):
    """``regional.approval.completed``: a region has said whether an item may be sold there."""

    itemId: Annotated[ObjectId, Field(description="The item's id in Threekit")]  # noqa: N815
    region: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    outcome: Literal["approved", "rejected"]
    itemName: Name | None = None  # noqa: N815
    decidedBy: Name | None = None  # noqa: N815


CONTRACT: Mapping[str, type[ContractData]] = {
    MILESTONE_REACHED: MilestoneReached,
    LOCALIZATION_COMPLETED: LocalizationCompleted,
    REGIONAL_APPROVAL_COMPLETED: RegionalApprovalCompleted,
}


class ContractBrokenError(ValueError):
    """Data that is not what the contract says; the text names fields and what is wrong, without any value."""


def contract_subject(event_type: str, data: Mapping[str, Any]) -> str | None:
    """Return what an event of the contract is about (``order/<id>`` or ``item/<id>``); ``None`` for any other type.

    Raises ``ContractBrokenError``.
    """
    model = CONTRACT.get(event_type)
    if model is None:
        return None
    try:
        told = model.model_validate(dict(data), strict=True)
    except ValidationError as error:
        raise ContractBrokenError(
            "; ".join(f"data.{_place(one['loc'])}: {one['msg']}" for one in error.errors(include_input=False))
        ) from None
    if isinstance(told, MilestoneReached):
        return f"order/{told.orderId}"
    return f"item/{told.itemId}"  # type: ignore[attr-defined]


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)
