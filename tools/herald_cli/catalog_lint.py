"""``catalog.yaml`` and ``checks/`` checked before they ship, and whether somebody hears what scans tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from herald.domain.audience import usable_locale
from herald.domain.catalog.checks import built_in
from herald.domain.catalog.told_types import CRITICAL, DIGEST, LATE, PUBLISHED, READY, TYPES
from herald.domain.configuration import Audience, Configuration
from herald.domain.money import MINOR_UNITS
from herald_cli.condition_lint import at_condition, breaches_of_check
from herald_cli.configuration_folder import AUDIENCES, CATALOG, CHECKS, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.time_zones import time_zones
from herald_cli.yaml_reader import Document, Keys

KEYS: Mapping[str, str] = {
    DIGEST: "steward", CRITICAL: "steward", PUBLISHED: "group", READY: "region", LATE: "locale",
}  # fmt: skip
"""By which field of ``data`` each type of scans finds its recipients."""
ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class _Catalog:
    """What the file says, with its places; without a file they are at the top of it."""

    said: Mapping[str, Any]
    document: Document
    checks: frozenset[str]

    def finding(self, keys: Keys, code: str, message: str, fix: str = "") -> Finding:
        return self.document.finding(keys, code, message, fix)


def catalog_findings(loaded: LoadedFolder, configuration: Configuration, today: date) -> Iterator[Finding]:
    """Yield what is wrong with the watch over the catalogue; an exemption whose day is over is a warning."""
    said = configuration.catalog
    checks = frozenset({*built_in(), *(own["name"] for own in said["own_checks"])})
    catalog = _Catalog(said, loaded.documents.get(CATALOG) or Document(CATALOG, {}, {}), checks)
    yield from _own_checks(loaded, configuration)
    yield from _partitions(catalog)
    yield from _named_checks(catalog, today)
    yield from _regions(catalog)
    yield from _money(catalog)
    yield from _told(loaded, configuration)


def _own_checks(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    lists = tuple(sorted(configuration.lists))
    seen: dict[str, str] = {}
    for document in (one for name, one in loaded.documents.items() if name.startswith(f"{CHECKS}/")):
        for number, check in enumerate(document.value["checks"]):
            at: Keys = ("checks", number)
            name, when = check["name"], check["when"].rstrip()
            if name in seen:
                message = f"the check `{name}` is in {seen[name]} already"
                yield document.finding((*at, "name"), "duplicate-check", message)
            seen.setdefault(name, f"{document.file}:{document.place((*at, 'name')).line}")
            for breach in breaches_of_check(when, lists):
                yield at_condition(document, (*at, "when"), when, breach)


def _partitions(catalog: _Catalog) -> Iterator[Finding]:
    for number, partition in enumerate(catalog.said["partitions"]):
        schedule, zone = partition.get("schedule", ""), partition["time_zone"]
        if schedule.startswith("cron(") and len(schedule.split()) != 6:
            message = f"`{schedule}` does not have the six fields of EventBridge Scheduler"
            fix = 'minute, hour, day of month, month, day of week, year, as in "cron(0 3 * * ? *)"'
            yield catalog.finding(("partitions", number, "schedule"), "bad-schedule", message, fix)
        if zone not in time_zones():
            at = ("partitions", number, "time_zone")
            yield catalog.finding(
                at, "bad-time-zone", f"`{zone}` is no time zone of IANA", "write Europe/Berlin, or UTC"
            )


def _named_checks(catalog: _Catalog, today: date) -> Iterator[Finding]:
    for number, mute in enumerate(catalog.said["mutes"]):
        for place, name in enumerate(mute["checks"]):
            yield from _unknown_check(catalog, ("mutes", number, "checks", place), name)
    for number, exemption in enumerate(catalog.said["exemptions"]):
        if exemption["check"] != ANYTHING:
            yield from _unknown_check(catalog, ("exemptions", number, "check"), exemption["check"])
        until = date.fromisoformat(exemption["until"])
        if until < today:
            message = f"the exemption of {exemption['author']} was good until {until}: its findings are told again"
            over = catalog.finding(
                ("exemptions", number, "until"), "exemption-over", message, "remove it, or decide anew"
            )
            yield replace(over, warning=True)


def _unknown_check(catalog: _Catalog, at: Keys, name: str) -> Iterator[Finding]:
    if name not in catalog.checks:
        yield catalog.finding(at, "unknown-check", f"there is no check `{name}`", did_you_mean(name, catalog.checks))


def _regions(catalog: _Catalog) -> Iterator[Finding]:
    for number, region in enumerate(catalog.said["regions"]):
        for place, locale in enumerate(region["locales"]):
            if usable_locale(locale) != locale:
                message = f"`{locale}` is no locale in the form of BCP 47"
                yield catalog.finding(
                    ("regions", number, "locales", place), "bad-locale", message, "write en, or de-AT"
                )
        for book, currencies in region["pricebooks"].items():
            for place, currency in enumerate(currencies):
                yield from _currency(catalog, ("regions", number, "pricebooks", book, place), currency)


def _money(catalog: _Catalog) -> Iterator[Finding]:
    for currency in catalog.said["rates"]:
        yield from _currency(catalog, ("watch", "rates", currency), currency)
    for number, table in enumerate(catalog.said["datatables"]):
        for currency in table["price_columns"]:
            yield from _currency(catalog, ("datatables", number, "price_columns", currency), currency)
    for number, escalation in enumerate(catalog.said["escalations"]):
        if set(escalation) <= {"severity"}:
            message = "the escalation does not say from how much on, so it never applies"
            fix = "add open_orders, value or configurations"
            yield catalog.finding(("escalations", number), "escalation-without-limit", message, fix)


def _currency(catalog: _Catalog, at: Keys, code: str) -> Iterator[Finding]:
    if code not in MINOR_UNITS:
        yield catalog.finding(at, "bad-currency", f"`{code}` is no currency code of ISO 4217")


def _told(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Check the audiences of rules that hear what scans tell: everybody who is named has recipients."""
    heard: dict[str, set[str]] = {}
    for placed in loaded.rules:
        then = placed.rule.then
        if then is None:
            continue
        heard.setdefault(then.audience, set()).update(placed.rule.events)
        audience = configuration.audiences.get(then.audience)
        for event_type in (one for one in placed.rule.events if one in TYPES):
            if audience is not None and _asks_for_another(audience, event_type):
                message = (
                    f"the audience `{audience.name}` is found by `{audience.by}`, which {event_type} does not offer"
                )
                fix = f"use an audience by data.{KEYS[event_type]}"
                at = ("then", "notify", "audience")
                yield placed.finding("audience-not-available", message, fix, at=at)
    named = _named(configuration.catalog)
    for name, audience in configuration.audiences.items():
        key = (audience.by or "").removeprefix("data.")
        types = {event_type for event_type in heard.get(name, ()) if KEYS.get(event_type) == key}
        if audience.by == f"data.{key}" and types:
            closed = key != "locale" and heard[name] <= set(TYPES)
            yield from _members(loaded.documents[AUDIENCES], audience, key, named[key], closed=closed)


def _asks_for_another(audience: Audience, event_type: str) -> bool:
    key = (audience.by or "").removeprefix("data.")
    return audience.by == f"data.{key}" and key in KEYS.values() and key != KEYS[event_type]


def _named(catalog: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return who is named in the file, by the field of ``data`` that says who it is about.

    Languages are the organisation's in Threekit; those that regions name are known here.
    """
    return {
        "steward": [one["name"] for one in catalog["stewards"]],
        "group": [one["name"] for one in catalog["groups"]],
        "region": [one["name"] for one in catalog["regions"]],
        "locale": sorted({locale for one in catalog["regions"] for locale in one["locales"]}),
    }


def _members(document: Document, audience: Audience, key: str, named: list[str], *, closed: bool) -> Iterator[Finding]:
    at: Keys = ("audiences", audience.name, "members")
    for name in named:
        # Whoever is named without members is nobody, whatever stands under "*".
        if not audience.members.get(name, audience.members.get(ANYTHING)):
            message = f"`{audience.name}` has nobody for the {key} `{name}` of {CATALOG}"
            yield document.finding(at, "nobody-told", message, f'add members for it, or "{ANYTHING}" for all others')
    for name in audience.members if closed else ():
        if name not in (*named, ANYTHING):
            message = f"{CATALOG} has no {key} `{name}`, so its members are never told"
            yield document.finding((*at, name), f"unknown-{key}", message, did_you_mean(name, named))
