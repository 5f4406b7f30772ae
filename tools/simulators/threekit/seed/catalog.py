"""The catalogue: twelve pieces of furniture and the fabrics, woods and metals they are made of.

Each is an asset of type ``item`` with a visual asset behind it (docs/vendor/threekit.md 2.3), a SKU in its metadata and
a ``Pricing`` attribute over both pricebooks (2.4). The price of an option is its surcharge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from simulators.json_types import Record
from simulators.threekit.seed import ids
from simulators.threekit.seed.people import CREATED, TAG_NAMES

PUBLISHED = "2025-02-03T09:30:00.000Z"
# Euro prices are the list prices; the others follow at fixed rates so that the data never changes.
_RATES = {"EUR": Decimal(1), "GBP": Decimal("0.86"), "USD": Decimal("1.09"), "JPY": Decimal(163)}


@dataclass(frozen=True)
class CatalogEntry:
    """One item or option: id, name, SKU, list price in euro, tag ids, attributes as ``(name, kind, values)``."""

    id: str
    name: str
    sku: str
    euro: str
    description: str
    tag_ids: tuple[str, ...]
    choices: tuple[tuple[str, str, tuple[object, ...]], ...] = field(default=())


_FABRIC = ("Fabric", "tag", ("#fabric",))
_WOOD = ("Wood", "tag", ("#wood",))
_METAL = ("Metal", "tag", ("#metal",))

ITEMS: tuple[CatalogEntry, ...] = (
    CatalogEntry(
        ids.SOFA,
        "Alder Sofa",
        "AF-SOF-001",
        "1899.00",
        "Sofa with a solid wood frame",
        (ids.TAG_SEATING,),
        (_FABRIC, _WOOD, ("Seats", "String", ("2 seats", "3 seats", "4 seats"))),
    ),
    CatalogEntry(
        ids.ARMCHAIR,
        "Finch Armchair",
        "AF-ARM-002",
        "849.00",
        "Armchair with a turned back",
        (ids.TAG_SEATING,),
        (_FABRIC, _WOOD),
    ),
    CatalogEntry(
        ids.DINING_TABLE,
        "Harvest Dining Table",
        "AF-TAB-003",
        "1290.00",
        "Extending dining table",
        (ids.TAG_TABLES,),
        (_WOOD, ("Length in cm", "Number", (160, 280, 20))),
    ),
    CatalogEntry(
        ids.DINING_CHAIR,
        "Harvest Chair",
        "AF-CHR-004",
        "289.00",
        "Stackable dining chair",
        (ids.TAG_SEATING,),
        (_FABRIC, _WOOD),
    ),
    CatalogEntry(
        ids.SHELF,
        "Ladder Shelf",
        "AF-SHF-005",
        "420.00",
        "Wall shelf on a metal ladder",
        (ids.TAG_STORAGE,),
        (_WOOD, _METAL, ("Boards", "Number", (3, 7, 1))),
    ),
    CatalogEntry(
        ids.DESK,
        "Quill Desk",
        "AF-DSK-006",
        "990.00",
        "Writing desk with a cable channel",
        (ids.TAG_TABLES,),
        (_WOOD, _METAL, ("Height", "String", ("Fixed", "Adjustable"))),
    ),
    CatalogEntry(
        ids.FLOOR_LAMP,
        "Heron Floor Lamp",
        "AF-LMP-007",
        "349.00",
        "Floor lamp with a swivel arm",
        (ids.TAG_LIGHTING,),
        (_METAL, ("Cable", "String", ("Black", "Linen"))),
    ),
    CatalogEntry(
        ids.BED,
        "Nest Bed",
        "AF-BED-008",
        "1490.00",
        "Bed with an upholstered headboard",
        (ids.TAG_BEDROOM,),
        (_FABRIC, _WOOD, ("Width", "String", ("140 cm", "160 cm", "180 cm"))),
    ),
    CatalogEntry(
        ids.WARDROBE,
        "Nest Wardrobe",
        "AF-WRD-009",
        "2190.00",
        "Wardrobe with sliding doors",
        (ids.TAG_BEDROOM, ids.TAG_STORAGE),
        (_WOOD, ("Doors", "Number", (2, 4, 1))),
    ),
    CatalogEntry(
        ids.SIDEBOARD,
        "Meadow Sideboard",
        "AF-SID-010",
        "1350.00",
        "Sideboard with three doors",
        (ids.TAG_STORAGE,),
        (_WOOD, _METAL),
    ),
    CatalogEntry(
        ids.COFFEE_TABLE,
        "Pebble Coffee Table",
        "AF-COF-011",
        "459.00",
        "Low round table",
        (ids.TAG_TABLES,),
        (_WOOD, _METAL),
    ),
    CatalogEntry(
        ids.BENCH,
        "Meadow Bench",
        "AF-BEN-012",
        "560.00",
        "Bench for hall or dining room",
        (ids.TAG_SEATING,),
        (_FABRIC, _WOOD),
    ),
)

OPTIONS: tuple[CatalogEntry, ...] = (
    CatalogEntry(ids.FABRIC_BOUCLE_SAND, "Bouclé Sand", "FAB-BOU-SAN", "0.00", "Looped wool", (ids.TAG_FABRIC,)),
    CatalogEntry(ids.FABRIC_WOOL_MOSS, "Wool Moss", "FAB-WOO-MOS", "90.00", "Felted wool", (ids.TAG_FABRIC,)),
    CatalogEntry(ids.FABRIC_VELVET_NAVY, "Velvet Navy", "FAB-VEL-NAV", "120.00", "Cotton velvet", (ids.TAG_FABRIC,)),
    CatalogEntry(
        ids.FABRIC_LEATHER_COGNAC, "Leather Cognac", "FAB-LEA-COG", "640.00", "Aniline hide", (ids.TAG_FABRIC,)
    ),
    CatalogEntry(ids.WOOD_OAK_NATURAL, "Natural Oak", "WOD-OAK-NAT", "0.00", "Oiled oak", (ids.TAG_WOOD,)),
    CatalogEntry(ids.WOOD_OAK_SMOKED, "Smoked Oak", "WOD-OAK-SMO", "60.00", "Fumed oak", (ids.TAG_WOOD,)),
    CatalogEntry(ids.WOOD_WALNUT, "Walnut", "WOD-WAL", "180.00", "American walnut", (ids.TAG_WOOD,)),
    CatalogEntry(ids.WOOD_ROSEWOOD, "Rosewood", "WOD-ROS", "980.00", "Needs a species permit", (ids.TAG_WOOD,)),
    CatalogEntry(ids.METAL_STEEL_BLACK, "Black Steel", "MET-STE-BLA", "0.00", "Powder coated", (ids.TAG_METAL,)),
    CatalogEntry(ids.METAL_BRASS_BRUSHED, "Brushed Brass", "MET-BRA-BRU", "75.00", "Lacquered", (ids.TAG_METAL,)),
)

ENTRIES = {entry.id: entry for entry in (*ITEMS, *OPTIONS)}


def price_in(euro: str, currency: str) -> float:
    """Return a list price in another currency of the seed: whole yen, else hundredths."""
    step = Decimal(1) if currency == "JPY" else Decimal("0.01")
    return float((Decimal(euro) * _RATES[currency]).quantize(step))


def assets() -> list[Record]:
    """Return all assets: items, options, and the models and materials behind them (docs/vendor/threekit.md 2.3)."""
    return [_asset(entry) for entry in ENTRIES.values()] + [_visual(entry) for entry in ENTRIES.values()]


def definitions() -> dict[str, Record]:
    """Return the ``product`` part of the catalogue export by item id (docs/vendor/threekit.md 2.4)."""
    return {entry.id: _definition(entry) for entry in ENTRIES.values()}


def _asset(entry: CatalogEntry) -> Record:
    return {
        **bare_asset(entry.id, entry.name, "item"),
        "description": entry.description,
        "metadata": _metadata(entry),
        "tags": [TAG_NAMES[tag] for tag in entry.tag_ids],
        "tagids": list(entry.tag_ids),
        "proxyId": ids.model_of(entry.id),
        "proxyType": "material" if entry in OPTIONS else "model",
        "parentFolderId": "catalog",
        "publishedAt": PUBLISHED,
        "customId": entry.sku,
    }


def _metadata(entry: CatalogEntry) -> dict[str, str]:
    return {"SKU": entry.sku, "_thumbnail": f"https://images.example.com/{entry.sku.lower()}.png"}


def _visual(entry: CatalogEntry) -> Record:
    kind = "material" if entry in OPTIONS else "model"
    return {**bare_asset(ids.model_of(entry.id), f"{entry.name} {kind}", kind), "parentFolderId": None}


def bare_asset(asset_id: str, name: str, kind: str) -> Record:
    """Return an asset with every known field and little in them (docs/vendor/threekit.md 2.3)."""
    return {
        "id": asset_id,
        "name": name,
        "type": kind,
        "orgId": ids.ORG,
        "description": "",
        "metadata": {},
        "tags": [],
        "tagids": [],
        "keywords": [],
        "publicShare": False,
        "importedFileId": None,
        "proxyId": None,
        "proxyType": None,
        "parentFolderId": None,
        "publishedAt": None,
        "defaultStageId": None,
        "defaultCompositeId": None,
        "nodetags": [],
        "warnings": False,
        "advancedAr": False,
        "fileSize": None,
        "categoryId": None,
        "customId": None,
        "createdAt": CREATED,
        "createdBy": ids.USER_CONTENT_TEAM,
        "updatedAt": PUBLISHED,
        "deletedAt": None,
    }


def _definition(entry: CatalogEntry) -> Record:
    choices = [_attribute(entry.id, place, *choice) for place, choice in enumerate(entry.choices)]
    return {
        "name": entry.name,
        "type": "item",
        "description": entry.description,
        "parentFolderId": "catalog",
        "tags": [TAG_NAMES[tag] for tag in entry.tag_ids],
        "keywords": [],
        "asset": {
            "assetId": ids.model_of(entry.id),
            "configuration": {},
            "type": "material" if entry in OPTIONS else "model",
        },
        "metadata": [
            {"name": name, "type": "String", "defaultValue": text, "blacklist": [], "values": []}
            for name, text in _metadata(entry).items()
        ],
        "attributes": [*choices, _pricing(entry, len(choices))],
        "rules": _rules(entry.id) if entry.id == ids.SHELF else [],
    }


def _attribute(item_id: str, place: int, name: str, kind: str, values: Sequence[object]) -> Record:
    # The export sample shows no attribute id, yet its rules refer to one: that exported attributes carry it is assumed.
    head: Record = {"id": ids.attribute_of(item_id, place), "name": name}
    if kind == "tag":
        first = next(option.id for option in OPTIONS if TAG_NAMES[option.tag_ids[0]] == str(values[0])[1:])
        return {
            **head,
            "type": "Asset",
            "assetType": "item",
            "blacklist": [],
            "values": list(values),
            "defaultValue": {"assetId": first},
        }
    if kind == "Number":
        low, high, step = values
        return {
            **head,
            "type": "Number",
            "min": low,
            "max": high,
            "step": step,
            "lockToStep": True,
            "defaultValue": low,
        }
    return {**head, "type": "String", "blacklist": [], "values": list(values), "defaultValue": values[0]}


def _pricing(entry: CatalogEntry, place: int) -> Record:
    books = {ids.PRICEBOOK_EUROPE: ("EUR", "GBP"), ids.PRICEBOOK_INTERNATIONAL: ("USD", "JPY")}
    values = [
        {"pricebook": book, "currencies": {currency: price_in(entry.euro, currency) for currency in currencies}}
        for book, currencies in books.items()
    ]
    return {
        "id": ids.attribute_of(entry.id, place),
        "type": "Pricing",
        "name": "Pricing",
        "values": values,
        "defaultValue": {},
    }


def _rules(item_id: str) -> list[list[Record]]:
    wood, metal = ids.attribute_of(item_id, 0), ids.attribute_of(item_id, 1)
    condition = {"attributeId": wood, "attribute": "Wood", "operator": "==", "value": {"assetId": ids.WOOD_ROSEWOOD}}
    action = {
        "type": "set-attribute-value-enabled",
        "attributeId": metal,
        "attribute": "Metal",
        "values": [ids.METAL_BRASS_BRUSHED],
        "enabled": False,
    }
    return [[{"name": "No brass on rosewood", "conditions": [condition], "actions": [action]}]]
