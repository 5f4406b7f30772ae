"""Faults of the catalogue on demand: what a scheduled scan should find (docs/vendor/threekit.md 5)."""

from collections.abc import Callable

from simulators.json_types import Record
from simulators.threekit.seed import ids
from simulators.threekit.state import ThreekitState


def _pricing(definition: Record) -> Record:
    found: Record = next(one for one in definition["attributes"] if one["type"] == "Pricing")
    return found


def _missing_price(state: ThreekitState) -> str:
    del _pricing(state.definitions[ids.WARDROBE])["values"][1]["currencies"]["JPY"]
    return ids.WARDROBE


def _stale_price(state: ThreekitState) -> str:
    _pricing(state.definitions[ids.BENCH])["values"][0]["pricebook"] = ids.seed_id(3, 0xDEAD)
    return ids.BENCH


def _incomplete_attribute(state: ThreekitState) -> str:
    attribute = next(one for one in state.definitions[ids.BED]["attributes"] if one["name"] == "Width")
    attribute.update(values=[], defaultValue="")
    return ids.BED


def _unavailable_variant(state: ThreekitState) -> str:
    state.assets[ids.FABRIC_VELVET_NAVY]["publishedAt"] = None
    return ids.FABRIC_VELVET_NAVY


def _broken_asset_reference(state: ThreekitState) -> str:
    broken = ids.seed_id(7, 0xDEAD)
    state.assets[ids.SIDEBOARD]["proxyId"] = broken
    state.definitions[ids.SIDEBOARD]["asset"]["assetId"] = broken
    return ids.SIDEBOARD


def _missing_translation(state: ThreekitState) -> str:
    state.translations["fr-FR"].pop("Quill Desk", None)
    return ids.DESK


DEFECTS: dict[str, Callable[[ThreekitState], str]] = {
    "missing_price": _missing_price,
    "stale_price": _stale_price,
    "incomplete_attribute": _incomplete_attribute,
    "unavailable_variant": _unavailable_variant,
    "broken_asset_reference": _broken_asset_reference,
    "missing_translation": _missing_translation,
}


def break_catalog(state: ThreekitState, defect: str) -> str:
    """Bring one named defect into the catalogue and return the id of the item it is in.

    The touched asset's ``updatedAt`` moves. A defect is brought in once; a reset takes it out. Raises KeyError for an
    unknown name or a defect that is already there.
    """
    item = DEFECTS[defect](state)
    asset = state.assets[item]
    asset["updatedAt"] = state.later_than(asset["updatedAt"])
    return item
