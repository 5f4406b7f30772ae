"""A rule speaks of an attribute or a value that the item does not have."""

from collections.abc import Iterable, Iterator, Mapping

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, Record, asset_id, is_uuid, records, values_of
from herald.domain.catalog.reading import has_odd_values, offer_of, quoted, rule_targets, text_of, type_of
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity

_COMPARISONS = ("==", "=", "!=", "includes", "excludes")
_EVERYTHING = "*"
_MOST_LISTED = 20


def _run(item: CatalogItem, surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Compare what each rule names with the item's attributes and their values (docs/vendor/threekit.md 2.5, 5)."""
    if not item.rules:
        return
    field, attributes = rule_targets(item)
    for index, rule in enumerate(item.rules):
        if rule.get("disabled"):
            continue
        problems = list(dict.fromkeys(_problems(rule, field, attributes, surroundings)))
        if problems:
            named = quoted(text_of(rule, "name") or str(index + 1))
            yield Finding(
                check=CHECK.name, cause=f"item/{item.id}", detail=f"rule/{index}",
                message=f"Rule {named} speaks of {'; '.join(problems[:3])}.",
                evidence={"rule": text_of(rule, "name"), "problems": problems[:_MOST_LISTED]},
            )  # fmt: skip


def _problems(rule: Record, field: str, attributes: Mapping[str, Record], surroundings: Surroundings) -> Iterator[str]:
    for clause, values in _clauses(rule):
        target = text_of(clause, field)
        if not target:
            continue
        name = quoted(text_of(clause, "attribute") or target)
        attribute = attributes.get(target)
        if attribute is None:
            yield f"attribute {name}, which the item does not have"
        elif values:
            for value in _not_offered(values, attribute, surroundings):
                yield f"{quoted(value)}, which attribute {name} does not offer"


def _clauses(rule: Record) -> Iterator[tuple[Record, tuple[object, ...]]]:
    """Yield conditions and actions, each with the values it speaks of."""
    for condition in records(rule.get("conditions")):
        yield condition, ((condition.get("value"),) if condition.get("operator") in _COMPARISONS else ())
    for action in records(rule.get("actions")):
        yield action, tuple(value for value in values_of(action) if value != _EVERYTHING)


def _not_offered(values: Iterable[object], attribute: Record, surroundings: Surroundings) -> Iterator[str]:
    kind = type_of(attribute)
    if has_odd_values(attribute):
        return
    if kind == "String":
        offered = frozenset(value for value in values_of(attribute) if isinstance(value, str))
        yield from (value for value in values if isinstance(value, str) and value not in offered)
    elif kind == "Asset":
        offer = offer_of(attribute, surroundings)
        for value in values:
            named = value if isinstance(value, str) and is_uuid(value) else asset_id(value)
            known = surroundings.asset(named) if named else None
            # An asset that does not exist is a broken reference, and told of as that.
            if known is not None and offer.lacks(known):
                yield known.id


CHECK = Check(
    name="broken_rule",
    about="Every rule of the item speaks of attributes and values that the item has.",
    severity=Severity.MEDIUM,
    requirement=Requirement.ATTRIBUTES,
    run=_run,
)
