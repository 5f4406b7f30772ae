"""Ten saved configurations: what visitors built (docs/vendor/threekit.md 2.2). Variants are keyed by attribute name."""

import copy

from simulators.json_types import Record
from simulators.threekit.seed import ids

_SAVED: tuple[tuple[str, str, str, str | None, Record], ...] = (
    (
        ids.CONFIGURATION_SOFA_BOUCLE,
        "sofaBcl1",
        ids.SOFA,
        ids.CUSTOMER_BRANDT,
        {"Fabric": {"assetId": ids.FABRIC_BOUCLE_SAND}, "Wood": {"assetId": ids.WOOD_OAK_NATURAL}, "Seats": "3 seats"},
    ),
    (
        ids.CONFIGURATION_SOFA_LEATHER,
        "sofaLth2",
        ids.SOFA,
        ids.CUSTOMER_HARBOR_HOTELS,
        {"Fabric": {"assetId": ids.FABRIC_LEATHER_COGNAC}, "Wood": {"assetId": ids.WOOD_WALNUT}, "Seats": "4 seats"},
    ),
    (
        ids.CONFIGURATION_ARMCHAIR_MOSS,
        "armMoss3",
        ids.ARMCHAIR,
        ids.CUSTOMER_HARBOR_HOTELS,
        {"Fabric": {"assetId": ids.FABRIC_WOOL_MOSS}, "Wood": {"assetId": ids.WOOD_OAK_SMOKED}},
    ),
    (
        ids.CONFIGURATION_TABLE_OAK,
        "tabOak_4",
        ids.DINING_TABLE,
        ids.CUSTOMER_MOREAU,
        {"Wood": {"assetId": ids.WOOD_OAK_NATURAL}, "Length in cm": 220},
    ),
    (
        ids.CONFIGURATION_TABLE_ROSEWOOD,
        "tabRose5",
        ids.DINING_TABLE,
        ids.CUSTOMER_WHITFIELD,
        {"Wood": {"assetId": ids.WOOD_ROSEWOOD}, "Length in cm": 280},
    ),
    (
        ids.CONFIGURATION_DESK_WALNUT,
        "dskWal-6",
        ids.DESK,
        ids.CUSTOMER_SATO,
        {"Wood": {"assetId": ids.WOOD_WALNUT}, "Metal": {"assetId": ids.METAL_STEEL_BLACK}, "Height": "Adjustable"},
    ),
    (
        ids.CONFIGURATION_LAMP_BRASS,
        "lampBra7",
        ids.FLOOR_LAMP,
        ids.CUSTOMER_WHITFIELD,
        {"Metal": {"assetId": ids.METAL_BRASS_BRUSHED}, "Cable": "Linen"},
    ),
    (
        ids.CONFIGURATION_BED_NAVY,
        "bedNavy8",
        ids.BED,
        ids.CUSTOMER_BRANDT,
        {"Fabric": {"assetId": ids.FABRIC_VELVET_NAVY}, "Wood": {"assetId": ids.WOOD_OAK_SMOKED}, "Width": "160 cm"},
    ),
    (
        ids.CONFIGURATION_SHELF_SMOKED,
        "shfSmok9",
        ids.SHELF,
        ids.CUSTOMER_RIVERA,
        {"Wood": {"assetId": ids.WOOD_OAK_SMOKED}, "Metal": {"assetId": ids.METAL_STEEL_BLACK}, "Boards": 5},
    ),
    (
        ids.CONFIGURATION_CHAIR_OAK,
        "chrOak10",
        ids.DINING_CHAIR,
        None,
        {"Fabric": {"assetId": ids.FABRIC_WOOL_MOSS}, "Wood": {"assetId": ids.WOOD_OAK_NATURAL}},
    ),
)


def configurations() -> list[Record]:
    """Return the saved configurations, oldest first."""
    return [
        {
            "id": key,
            "shortId": short_id,
            "orgId": ids.ORG,
            "productId": product,
            "productVersion": "v1",
            "variant": copy.deepcopy(variant),
            "metadata": {},
            "customerId": customer,
            "identifier": None,
            "scope": None,
            "thumbnail": f"sha256-{key.replace('-', '')}",
            "attachments": {},
            "sceneGraphState": None,
            "sessionId": None,
            "publishFileId": None,
            "creator": None,
            "createdAt": f"2025-09-{number:02d}T10:15:00.000Z",
            "updatedAt": f"2025-09-{number:02d}T10:15:00.000Z",
            "deletedAt": None,
        }
        for number, (key, short_id, product, customer, variant) in enumerate(_SAVED, start=1)
    ]
