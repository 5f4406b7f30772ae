"""The form of ``catalog.yaml`` and of ``checks/``: how the catalogue is watched."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from herald.domain.catalog.check import Requirement
from herald.domain.catalog.checks import built_in
from herald.domain.money import MINOR_UNITS
from herald.domain.notification import Severity
from herald_cli.configuration_schema import Name, Strict, Text

CheckName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Schedule = Annotated[
    str, StringConstraints(pattern=r"^(rate\(\d+ (minute|minutes|hour|hours|day|days)\)|cron\([^()]+\))$")
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class MatchEntry(Strict):
    """Which items something is for."""

    tags: list[Text] = []
    metadata: dict[str, list[Text]] = {}


class PartitionEntry(Strict):
    """A part of the catalogue that is read by itself."""

    name: Name
    tags: list[Text] = []
    schedule: Schedule | None = None
    time_zone: Text = "UTC"


class StewardEntry(Strict):
    """Who looks after the data of some items."""

    name: Name
    match: MatchEntry = MatchEntry()


class ExemptionEntry(Strict):
    """Findings that are not to be told until a day."""

    check: str
    author: Text
    reason: Text
    until: date
    item: str = ""
    cause: str = ""

    @model_validator(mode="after")
    def _about_something(self) -> "ExemptionEntry":
        if not self.item and not self.cause:
            raise ValueError("name the item (id or SKU) or the cause it is about")
        return self


class RegionEntry(Strict):
    """Where something is sold."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    pricebooks: dict[Text, list[Currency]] = {}
    locales: Annotated[list[Text], Field(min_length=1)]
    channels: Annotated[list[Name], Field(min_length=1)] = ["web"]
    needs_approval: bool = False
    match: MatchEntry = MatchEntry()


class EscalationEntry(Strict):
    """From how much on an issue is at least that severe."""

    severity: Severity
    open_orders: Annotated[int, Field(ge=1)] | None = None
    value: Annotated[Decimal, Field(gt=0)] | None = None
    configurations: Annotated[int, Field(ge=1)] | None = None


class MuteEntry(Strict):
    """Which findings a system's failure explains."""

    system: Text
    checks: Annotated[list[CheckName], Field(min_length=1)]


class DatatableEntry(Strict):
    """A datatable that is read."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    asset_columns: list[Text] = []
    key_column: str = ""
    price_columns: dict[Currency, Text] = {}


class WatchEntry(Strict):
    """Scores, money and manners."""

    weights: dict[Requirement, Annotated[int, Field(ge=0, le=100)]] | None = None
    value_in: Currency = "EUR"
    rates: dict[Currency, Annotated[Decimal, Field(gt=0)]] = {}
    late_after_days: Annotated[int, Field(ge=0, le=365)] = 14
    remind_after_days: Annotated[int, Field(ge=1, le=365)] = 7
    top: Annotated[int, Field(ge=1, le=50)] = 20
    item_link: Annotated[str, StringConstraints(pattern=r"^(|https://[^\s<>\"']*\{id\}[^\s<>\"']*)$")] = ""
    sku_key: Text = "SKU"

    @field_validator("value_in")
    @classmethod
    def _currency(cls, code: str) -> str:
        if code not in MINOR_UNITS:
            raise ValueError(f"{code} is no currency code of ISO 4217")
        return code


class CatalogFile(Strict):
    """``catalog.yaml``."""

    partitions: Annotated[list[PartitionEntry], Field(min_length=1)] = [PartitionEntry(name="all")]
    checks: dict[CheckName, dict[str, Any]] = {}
    stewards: Annotated[list[StewardEntry], Field(min_length=1)] = [StewardEntry(name="catalog")]
    groups: list[StewardEntry] = []
    exemptions: list[ExemptionEntry] = []
    regions: list[RegionEntry] = []
    escalations: list[EscalationEntry] = []
    mutes: list[MuteEntry] = []
    datatables: list[DatatableEntry] = []
    watch: WatchEntry = WatchEntry()

    @field_validator("partitions", "stewards", "groups", "regions")
    @classmethod
    def _each_once(cls, entries: list[Any]) -> list[Any]:
        names = [entry.name for entry in entries]
        if len(set(names)) != len(names):
            raise ValueError("a name stands twice")
        return entries

    @field_validator("partitions")
    @classmethod
    def _rest_is_last(cls, partitions: list[PartitionEntry]) -> list[PartitionEntry]:
        if any(not partition.tags for partition in partitions[:-1]):
            raise ValueError("a partition without tags takes all that is left, so it stands last")
        return partitions

    @field_validator("stewards")
    @classmethod
    def _all_is_not_a_steward(cls, stewards: list[StewardEntry]) -> list[StewardEntry]:
        if any(steward.name in ("all", "summary") for steward in stewards):
            raise ValueError("`all` and `summary` are names of reports already")
        return stewards

    @field_validator("checks")
    @classmethod
    def _known(cls, checks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: _settings(name, settings) for name, settings in checks.items()}


_COMMON = ("enabled", "severity", "tolerance")
_CHOICES = {"source": ("attribute", "metadata", "datatable"), "zero": ("allowed", "fault")}


def _settings(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    known = built_in().get(name)
    if known is None:
        raise ValueError(
            f"there is no check {name}; there are {', '.join(built_in())} (checks in CEL stand in checks/)"
        )
    for key, value in settings.items():
        if key in _COMMON:
            _common(name, key, value)
        elif key not in known.settings:
            raise ValueError(f"{name} has no setting {key}; it has {', '.join([*_COMMON, *known.settings])}")
        elif type(value) is not type(known.settings[key]):
            raise ValueError(f"{name}.{key} is of another kind than its default {known.settings[key]!r}")
        elif key in _CHOICES and value not in _CHOICES[key]:
            raise ValueError(f"{name}.{key} is one of {', '.join(_CHOICES[key])}")
    return settings


def _common(name: str, key: str, value: Any) -> None:
    if key == "enabled" and not isinstance(value, bool):
        raise ValueError(f"{name}.enabled is true or false")
    if key == "severity" and value not in list(Severity):
        raise ValueError(f"{name}.severity is one of {', '.join(Severity)}")
    if key == "tolerance" and (isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1):
        raise ValueError(f"{name}.tolerance is a share of all items, from 0 to 1")


class OwnCheckEntry(Strict):
    """A check of the integrator's own, in CEL."""

    name: CheckName
    about: Text
    severity: Severity
    requirement: Requirement = Requirement.METADATA
    when: Annotated[str, StringConstraints(min_length=1)]
    message: Text

    @field_validator("name")
    @classmethod
    def _new(cls, name: str) -> str:
        if name in built_in():
            raise ValueError(f"{name} is the name of a built-in check")
        return name


class ChecksFile(Strict):
    """A file of ``checks/``."""

    checks: list[OwnCheckEntry]


def catalog_document(file: CatalogFile | None, own: list[OwnCheckEntry]) -> dict[str, Any]:
    """Return both as ``domain.catalog.plan.plan_of`` reads it."""
    told = (file or CatalogFile()).model_dump(mode="json", exclude_none=True)
    watch = told.pop("watch")
    checks = [{**entry.model_dump(mode="json"), "when": entry.when.rstrip()} for entry in own]
    return {**told, **watch, "own_checks": checks}
