"""What ``config/catalog.yaml`` says, as a scan follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from herald.domain.catalog.check import Requirement
from herald.domain.notification import Severity

ALL = "all"
"""The one partition of a catalogue that is not divided."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which items something is for: those that bear one of the tags and have each of the metadata values.

    Tags are names, compared without ``#`` and case. Nothing asked for: every item.
    """

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, tags: Sequence[str], metadata: Mapping[str, Any]) -> bool:
        """Say whether an item with these tag names and this metadata is meant."""
        if self.tags and not {plain_tag(tag) for tag in self.tags} & {plain_tag(tag) for tag in tags}:
            return False
        return all(str(metadata.get(key, "")) in values for key, values in self.metadata.items())


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the catalogue that is read by itself: the items that bear one of its tags and are in none before it.

    Without tags it takes what is left. ``schedule`` is an expression of EventBridge Scheduler.
    """

    name: str
    tags: tuple[str, ...] = ()
    schedule: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Steward:
    """Who looks after the data of some items; the first that matches does."""

    name: str
    match: Match = Match()


@dataclass(frozen=True, slots=True)
class Group:
    """Who is told of published items, in one message per wave; every group that matches is."""

    name: str
    match: Match = Match()


@dataclass(frozen=True, slots=True)
class Exemption:
    """Findings that are not to be told until a day: of a check, at an item (by id or SKU) or of a cause."""

    check: str
    author: str
    reason: str
    until: date
    item: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """Where something is sold: with which pricebooks (by name, with currencies), languages and channels."""

    name: str
    pricebooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locales: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("web",)
    needs_approval: bool = False
    match: Match = Match()


@dataclass(frozen=True, slots=True)
class Escalation:
    """From how much on an issue is at least that severe."""

    severity: Severity
    open_orders: int | None = None
    value: Decimal | None = None
    configurations: int | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """Findings of these checks are caused by this system while an incident of it is open."""

    system: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Datatable:
    """A datatable that is read: its columns that name assets, and those that hold prices by currency.

    Names of columns are the organisation's own, and listings do not tell their types (docs/vendor/threekit.md 2.7).
    """

    id: str
    asset_columns: tuple[str, ...] = ()
    key_column: str = ""
    price_columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnCheck:
    """A check that the integrator wrote: a CEL condition over ``item`` that is true where something is wrong."""

    name: str
    about: str
    severity: Severity
    requirement: Requirement
    when: str
    message: str


@dataclass(frozen=True, slots=True)
class CatalogPlan:
    """How the catalogue is watched. ``checks`` maps a check to its settings; ``enabled: false`` leaves it out."""

    partitions: tuple[Partition, ...] = (Partition(ALL),)
    checks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own_checks: tuple[OwnCheck, ...] = ()
    stewards: tuple[Steward, ...] = (Steward("catalog"),)
    groups: tuple[Group, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    regions: tuple[Region, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    mutes: tuple[Mute, ...] = ()
    datatables: tuple[Datatable, ...] = ()
    weights: Mapping[Requirement, int] = field(
        default_factory=lambda: {
            Requirement.ASSET: 30, Requirement.PRICE: 30, Requirement.ATTRIBUTES: 20, Requirement.TRANSLATION: 10,
            Requirement.METADATA: 10,
        }
    )  # fmt: skip
    value_in: str = "EUR"
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    late_after_days: int = 14
    remind_after_days: int = 7
    top: int = 20
    item_link: str = ""
    sku_key: str = "SKU"

    def partition_of(self, tags: Sequence[str]) -> str | None:
        """Return the name of the partition that an item with these tag names belongs to, if there is one."""
        plain = {plain_tag(tag) for tag in tags}
        for partition in self.partitions:
            if not partition.tags or plain & {plain_tag(tag) for tag in partition.tags}:
                return partition.name
        return None

    def partition(self, name: str) -> Partition | None:
        """Return the partition of that name, if there is one."""
        return next((partition for partition in self.partitions if partition.name == name), None)

    def steward_of(self, tags: Sequence[str], metadata: Mapping[str, Any]) -> str:
        """Return who looks after an item; the last steward does where none matches."""
        fitting = (one.name for one in self.stewards if one.match.fits(tags, metadata))
        return next(fitting, self.stewards[-1].name)


def plain_tag(name: str) -> str:
    """Return a tag's name as tags are compared: without the ``#`` of references, and without case."""
    return name.removeprefix("#").casefold()


def plan_document(plan: CatalogPlan) -> dict[str, Any]:
    """Return the plan as plain objects."""
    return {one.name: _plain(getattr(plan, one.name)) for one in fields(plan)}


def plan_of(document: Mapping[str, Any]) -> CatalogPlan:
    """Return the plan of plain objects; what is missing has its default. Raises ``KeyError`` or ``TypeError``."""
    read = dict(document)
    for name, make in _MAKERS.items():
        if name in read:
            read[name] = tuple(make(entry) for entry in read[name])
    if "weights" in read:
        read["weights"] = {Requirement(name): weight for name, weight in read["weights"].items()}
    if "rates" in read:
        read["rates"] = {currency: Decimal(str(rate)) for currency, rate in read["rates"].items()}
    return CatalogPlan(**read)


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date | Decimal):
        return str(value)
    return str(value) if isinstance(value, Severity | Requirement) else value


def _match(document: Mapping[str, Any]) -> Match:
    metadata = {key: tuple(values) for key, values in document.get("metadata", {}).items()}
    return Match(tuple(document.get("tags", ())), metadata)


def _partition(entry: Mapping[str, Any]) -> Partition:
    return Partition(**{**entry, "tags": tuple(entry.get("tags", ()))})


def _region(entry: Mapping[str, Any]) -> Region:
    books = {name: tuple(currencies) for name, currencies in entry.get("pricebooks", {}).items()}
    return Region(
        **{
            **entry, "pricebooks": books, "locales": tuple(entry.get("locales", ())),
            "channels": tuple(entry.get("channels", ("web",))), "match": _match(entry.get("match", {})),
        }
    )  # fmt: skip


def _escalation(entry: Mapping[str, Any]) -> Escalation:
    value = entry.get("value")
    return Escalation(
        **{
            **entry, "severity": Severity(entry["severity"]),
            "value": Decimal(str(value)) if value is not None else None,
        }
    )  # fmt: skip


def _own_check(entry: Mapping[str, Any]) -> OwnCheck:
    return OwnCheck(
        **{**entry, "severity": Severity(entry["severity"]), "requirement": Requirement(entry["requirement"])}
    )


_MAKERS: Mapping[str, Any] = {
    "partitions": _partition,
    "own_checks": _own_check,
    "stewards": lambda entry: Steward(entry["name"], _match(entry.get("match", {}))),
    "groups": lambda entry: Group(entry["name"], _match(entry.get("match", {}))),
    "exemptions": lambda entry: Exemption(**{**entry, "until": date.fromisoformat(entry["until"])}),
    "regions": _region,
    "escalations": _escalation,
    "mutes": lambda entry: Mute(entry["system"], tuple(entry["checks"])),
    "datatables": lambda entry: Datatable(**{**entry, "asset_columns": tuple(entry.get("asset_columns", ()))}),
}
