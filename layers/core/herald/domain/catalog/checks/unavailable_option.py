"""A published item offers what cannot be chosen."""

from collections.abc import Iterator

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, Record, asset_id, blacklist_of, records, values_of
from herald.domain.catalog.reading import called, keyed_attributes, offer_of, offers_items, quoted, text_of, type_of
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity

_TAKING_AWAY = {"set-attribute-value-enabled": "enabled", "set-attribute-value-visibility": "visible"}


def _run(item: CatalogItem, surroundings: Surroundings, settings: Settings) -> Iterator[Finding]:
    """Look for drafts, barred defaults and rules that always take values away (docs/vendor/threekit.md 2.5, 5).

    A draft may offer drafts: it is not offered itself.
    """
    if item.asset is None or item.asset.published_at is None:
        return
    for key, attribute in keyed_attributes(item):
        if type_of(attribute) not in ("Asset", "String"):
            continue
        barred = blacklist_of(attribute)
        if type_of(attribute) == "Asset":
            by_tag = settings["drafts_by_tag"] and offers_items(attribute)
            for option in _drafts(attribute, barred, surroundings, by_tag=by_tag):
                yield Finding(
                    check=CHECK.name, cause=f"asset/{option}", detail=key,
                    message=f"{called(attribute, key)} offers an item that is not published: {quoted(option)}.",
                    evidence={"attribute": text_of(attribute, "name"), "option": option},
                )  # fmt: skip
        problem = _barred(attribute, barred)
        if problem:
            yield _own_fault(item, key, f"{called(attribute, key)} {problem}.", attribute)
    for index, rule in enumerate(item.rules):
        if _always_takes_away(rule):
            named = quoted(text_of(rule, "name") or str(index + 1))
            yield _own_fault(item, f"rule/{index}", f"Rule {named} takes options away whatever is chosen.", rule)


def _drafts(attribute: Record, barred: frozenset[str], surroundings: Surroundings, *, by_tag: bool) -> Iterator[str]:
    offer = offer_of(attribute, surroundings)
    default = asset_id(attribute.get("defaultValue"))
    named = (*offer.assets, *((default,) if default else ()))
    found = [one for one in named if _is_draft(one, surroundings)]
    for tag in offer.tags if by_tag else ():
        found.extend(surroundings.drafts(tag))
    yield from (option for option in dict.fromkeys(found) if option not in barred)


def _is_draft(option: str, surroundings: Surroundings) -> bool:
    known = surroundings.asset(option)
    return known is not None and known.type == "item" and known.published_at is None


def _barred(attribute: Record, barred: frozenset[str]) -> str:
    if not barred:
        return ""
    values = values_of(attribute) if type_of(attribute) == "String" else ()
    if values and all(isinstance(value, str) and value in barred for value in values):
        return "bars every value it has"
    default = attribute.get("defaultValue")
    default = asset_id(default) or default
    return "has a default that it bars" if isinstance(default, str) and default in barred else ""


def _always_takes_away(rule: Record) -> bool:
    if rule.get("disabled") or rule.get("conditions") != []:
        return False
    return any(
        action.get(_TAKING_AWAY.get(text_of(action, "type"), "")) is False for action in records(rule.get("actions"))
    )


def _own_fault(item: CatalogItem, detail: str, message: str, record: Record) -> Finding:
    return Finding(
        check=CHECK.name, cause=f"item/{item.id}", detail=detail, message=message,
        evidence={"name": text_of(record, "name")},
    )  # fmt: skip


CHECK = Check(
    name="unavailable_option",
    about="Everything that the published item offers can be chosen.",
    severity=Severity.HIGH,
    requirement=Requirement.ATTRIBUTES,
    run=_run,
    settings={"drafts_by_tag": True},
)
