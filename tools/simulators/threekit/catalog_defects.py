"""Faults of the catalogue on demand: what a scheduled scan should find (docs/vendor/threekit.md 5)."""

from collections.abc import Callable

from simulators.json_types import Record
from simulators.threekit.seed import ids
from simulators.threekit.state import ThreekitState


def _pricing(definition: Record) -> Record:
    found: Record = next(one for one in definition["attributes"] if one["type"] == "Pricing")
    return found


def _attribute(state: ThreekitState, item: str, name: str) -> Record:
    found: Record = next(one for one in state.definitions[item]["attributes"] if one["name"] == name)
    return found


def _missing_price(state: ThreekitState) -> str:
    del _pricing(state.definitions[ids.WARDROBE])["values"][1]["currencies"]["JPY"]
    return ids.WARDROBE


def _stale_price(state: ThreekitState) -> str:
    stale: Record = {"pricebook": ids.seed_id(3, 0xDEAD), "currencies": {"EUR": 480.0}}
    if stale in (values := _pricing(state.definitions[ids.BENCH])["values"]):
        raise KeyError(ids.BENCH)
    values.append(stale)
    return ids.BENCH


def _incomplete_attribute(state: ThreekitState) -> str:
    _attribute(state, ids.BED, "Width").update(values=[], defaultValue="")
    return ids.BED


def _unavailable_option(state: ThreekitState) -> str:
    state.assets[ids.FABRIC_VELVET_NAVY]["publishedAt"] = None
    return ids.FABRIC_VELVET_NAVY


def _broken_reference(state: ThreekitState) -> str:
    broken = ids.seed_id(7, 0xDEAD)
    state.assets[ids.SIDEBOARD]["proxyId"] = broken
    state.definitions[ids.SIDEBOARD]["asset"]["assetId"] = broken
    return ids.SIDEBOARD


def _broken_rule(state: ThreekitState) -> str:
    state.definitions[ids.SHELF]["rules"][0][0]["actions"][0]["attributeId"] = ids.seed_id(8, 0xDEAD)
    return ids.SHELF


def _no_picture(state: ThreekitState) -> str:
    asset, definition = state.assets[ids.COFFEE_TABLE], state.definitions[ids.COFFEE_TABLE]
    del asset["metadata"]["_thumbnail"]
    asset.update(proxyId=None, proxyType=None)
    definition["asset"] = None
    definition["metadata"] = [row for row in definition["metadata"] if row["name"] != "_thumbnail"]
    return ids.COFFEE_TABLE


def _missing_metadata(state: ThreekitState) -> str:
    definition = state.definitions[ids.FLOOR_LAMP]
    del state.assets[ids.FLOOR_LAMP]["metadata"]["SKU"]
    definition["metadata"] = [row for row in definition["metadata"] if row["name"] != "SKU"]
    return ids.FLOOR_LAMP


def _missing_translation(state: ThreekitState) -> str:
    state.translations["fr-FR"].pop("Quill Desk", None)
    return ids.DESK


def _stale_configuration(state: ThreekitState) -> str:
    state.configurations[ids.CONFIGURATION_ARMCHAIR_MOSS]["variant"]["Piping"] = "Contrast"
    return ids.ARMCHAIR


def _platform_warning(state: ThreekitState) -> str:
    state.assets[ids.DINING_TABLE]["warnings"] = True
    return ids.DINING_TABLE


# One for each check of a scan, under its name; each causes the findings of that check and no other.
DEFECTS: dict[str, Callable[[ThreekitState], str]] = {
    "missing_price": _missing_price,
    "stale_price": _stale_price,
    "incomplete_attribute": _incomplete_attribute,
    "unavailable_option": _unavailable_option,
    "broken_reference": _broken_reference,
    "broken_rule": _broken_rule,
    "no_picture": _no_picture,
    "missing_metadata": _missing_metadata,
    "missing_translation": _missing_translation,
    "stale_configuration": _stale_configuration,
    "platform_warning": _platform_warning,
}


def break_catalog(state: ThreekitState, defect: str) -> str:
    """Bring one named defect into the seed data's catalogue and return the id of the item it is in.

    The touched asset's ``updatedAt`` moves. A defect is brought in once; a reset takes it out. Raises KeyError for an
    unknown name, a defect that is already there, or while a generated catalogue is served.
    """
    if state.generated is not None:
        raise KeyError(defect)
    item = DEFECTS[defect](state)
    asset = state.assets[item]
    asset["updatedAt"] = state.later_than(asset["updatedAt"])
    return item
