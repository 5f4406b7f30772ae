"""Something names an asset or a tag that does not exist."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, Record, asset_id, is_uuid, records, tag_id
from herald.domain.catalog.reading import keyed_attributes, offer_of, quoted, rule_targets, text_of, type_of
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity

_ARTICLE = {"asset": "an asset", "tag": "a tag"}
_MOST_LISTED = 20
_FIELDS = {
    "asset": "Its visual asset", "proxyId": "Its visual asset", "defaultStageId": "Its default stage",
    "defaultCompositeId": "Its default composite",
}  # fmt: skip

_Named = tuple[str, str]
"""What is named: ``asset``, ``tag`` or ``unknown tag``, and its id or name."""


class _Mention(NamedTuple):
    """A place that names something, and the record that is there."""

    place: str
    record: Record
    named: Iterable[_Named]


def _run(item: CatalogItem, surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Look up everything the item names by id or tag (docs/vendor/threekit.md 5); what is missing is told of once."""
    missing: dict[tuple[str, str], dict[str, Record]] = {}
    for place, record, named in _mentions(item, surroundings):
        for kind, name in named:
            if _is_missing(kind, name, surroundings):
                missing.setdefault((kind.removeprefix("unknown "), name), {}).setdefault(place, record)
    for (kind, name), places in missing.items():
        first = next(iter(places))
        yield Finding(
            check=CHECK.name, cause=f"{kind}/{name}", detail=first,
            message=f"{_said(kind, first, places[first])} does not exist: {quoted(name)}.",
            evidence={kind: name, "places": list(places)[:_MOST_LISTED]},
            doubt=(name,) if kind == "asset" else (),
        )  # fmt: skip


def _is_missing(kind: str, name: str, surroundings: Surroundings) -> bool:
    if kind == "asset":
        return surroundings.asset(name) is None
    return kind == "unknown tag" or not surroundings.has_tag(name)


def _said(kind: str, place: str, record: Record) -> str:
    """Return what is missing, as the beginning of a sentence."""
    return _FIELDS.get(place) or f"{_called(place, record)} names {_ARTICLE[kind]} that"


def _called(place: str, record: Record) -> str:
    if place.startswith("rule/"):
        return f"Rule {quoted(text_of(record, 'name') or str(int(place[5:]) + 1))}"
    name = text_of(record, "name")
    return f"Attribute {quoted(name)}" if name else f"Its {quoted(place)}"


def _mentions(item: CatalogItem, surroundings: Surroundings) -> Iterator[_Mention]:
    shown = item.product.get("asset")
    if shown:
        yield _Mention("asset", {}, _inside(shown))
    for key, attribute in keyed_attributes(item):
        yield _Mention(key, attribute, _in_attribute(attribute, surroundings))
    if item.rules:
        field, attributes = rule_targets(item)
        for index, rule in enumerate(item.rules):
            yield _Mention(f"rule/{index}", rule, _in_rule(rule, field, attributes))
    for name, referred in item.asset.references if item.asset else ():
        if referred:
            yield _Mention(name, {}, (("asset", referred),))


def _in_attribute(attribute: Record, surroundings: Surroundings) -> list[_Named]:
    kind = type_of(attribute)
    if kind == "Asset":
        offer = offer_of(attribute, surroundings)
        found = [("asset", asset) for asset in offer.assets]
        found += [("unknown tag", tag) for tag in offer.unknown_tags]
        found += _named(attribute.get("blacklist"), texts=True)
    else:
        found = [*_named(attribute.get("values")), *_named(attribute.get("blacklist"))]
    # What a Global attribute is made of is missing in the attribute itself: incomplete_attribute tells of it.
    default = asset_id(attribute.get("defaultValue")) if kind != "Global" else None
    return [*found, ("asset", default)] if default else found


def _in_rule(rule: Record, field: str, attributes: Mapping[str, Record]) -> Iterator[_Named]:
    for condition in records(rule.get("conditions")):
        yield from _inside(condition.get("value"))
    for action in records(rule.get("actions")):
        attribute = attributes.get(text_of(action, field))
        yield from _named(action.get("values"), texts=attribute is not None and type_of(attribute) == "Asset")


def _named(entries: object, *, texts: bool = False) -> list[_Named]:
    """Return what a list names; texts that look like ids are ids only where the list is one of assets."""
    found: list[_Named] = []
    for entry in entries if isinstance(entries, list) else ():
        if (asset := asset_id(entry)) is not None:
            found.append(("asset", asset))
        elif (tag := tag_id(entry)) is not None:
            found.append(("tag", tag))
        elif texts and is_uuid(entry):
            found.append(("asset", entry))
    return found


def _inside(value: object) -> Iterator[_Named]:
    """Yield what is named anywhere inside a value, without recursion: a record may be nested to any depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            if (found := asset_id(inner)) is not None:
                yield "asset", found
            if (found := tag_id(inner)) is not None:
                yield "tag", found
            waiting.extend(reversed(list(inner.values())))
        elif isinstance(inner, list):
            waiting.extend(reversed(inner))


CHECK = Check(
    name="broken_reference",
    about="Every asset and tag that the item names exists.",
    severity=Severity.CRITICAL,
    requirement=Requirement.ASSET,
    run=_run,
)
