"""An attribute leaves buyers without a choice or without a valid default."""

from collections.abc import Callable, Iterator, Mapping

from herald.domain.catalog.check import Check, Requirement, Settings
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.item import CatalogItem, Record, asset_id, values_of
from herald.domain.catalog.reading import (
    called,
    has_odd_values,
    keyed_attributes,
    number,
    offer_of,
    offers_items,
    quoted,
    text_of,
    type_of,
)
from herald.domain.catalog.surroundings import Surroundings
from herald.domain.notification import Severity

_NOTHING = "offers nothing to choose from"
_NO_DEFAULT = "has no default"
_FOREIGN_DEFAULT = "has a default that is not among its options"


def _run(item: CatalogItem, surroundings: Surroundings, _settings: Settings) -> Iterator[Finding]:
    """Judge each attribute by what its type needs (docs/vendor/threekit.md 2.5, 5)."""
    for key, attribute in keyed_attributes(item):
        judge = _JUDGES.get(type_of(attribute))
        if judge is None:
            continue
        problem, cause = judge(attribute, surroundings)
        if problem:
            yield Finding(
                check=CHECK.name, cause=cause or f"item/{item.id}", detail=key,
                message=f"{called(attribute, key)} {problem}.",
                evidence={"attribute": text_of(attribute, "name"), "type": type_of(attribute), "problem": problem},
                doubt=(cause.removeprefix("asset/"),) if cause.startswith("asset/") else (),
            )  # fmt: skip


Judgement = tuple[str, str]
"""What is wrong, and what is at fault if that is not the item; empty: nothing."""


def _judge_string(attribute: Record, _surroundings: Surroundings) -> Judgement:
    if has_odd_values(attribute):
        return "", ""
    values, default = values_of(attribute), attribute.get("defaultValue")
    if not values:
        return _NOTHING, ""
    if default is None or default == "":
        return _NO_DEFAULT, ""
    return ("" if not isinstance(default, list | dict) and default in values else _FOREIGN_DEFAULT), ""


def _judge_asset(attribute: Record, surroundings: Surroundings) -> Judgement:
    if has_odd_values(attribute):
        return "", ""
    if not values_of(attribute):
        return _NOTHING, ""
    offer = offer_of(attribute, surroundings)
    only_tags = offer.tags and not offer.assets and not offer.unknown_tags
    if only_tags and offers_items(attribute) and not any(surroundings.bearers(tag) for tag in offer.tags):
        return "offers what bears its tags, but no item bears any of them", f"tag/{offer.tags[0]}"
    default = asset_id(attribute.get("defaultValue"))
    if default is None:
        return _NO_DEFAULT, ""
    known = surroundings.asset(default)
    return (_FOREIGN_DEFAULT if known is not None and offer.lacks(known) else ""), ""


def _judge_number(attribute: Record, _surroundings: Surroundings) -> Judgement:
    least, most = number(attribute.get("min")), number(attribute.get("max"))
    default = number(attribute.get("defaultValue"))
    if least is not None and most is not None and least > most:
        return f"has a minimum of {least} above its maximum of {most}", ""
    if default is None:
        return "has no number as its default", ""
    if (least is not None and default < least) or (most is not None and default > most):
        return f"has a default of {default} outside of what it allows", ""
    return "", ""


def _judge_global(attribute: Record, surroundings: Surroundings) -> Judgement:
    shared = asset_id(attribute.get("defaultValue"))
    if shared is None:
        return "names no shared attribute", ""
    if surroundings.asset(shared) is None:
        return f"is a shared attribute that does not exist: {quoted(shared)}", f"asset/{shared}"
    return "", ""


_JUDGES: Mapping[str, Callable[[Record, Surroundings], Judgement]] = {
    "Asset": _judge_asset,
    "Global": _judge_global,
    "Number": _judge_number,
    "String": _judge_string,
}

CHECK = Check(
    name="incomplete_attribute",
    about="Every attribute of the item offers something, and its default is part of that.",
    severity=Severity.HIGH,
    requirement=Requirement.ATTRIBUTES,
    run=_run,
)
