"""Ten orders over all five statuses, four currencies and three regions.

The order has no price, currency or address field of its own (docs/vendor/threekit.md 2.1): the storefront keeps them in
``metadata`` and ``cart[].metadata``, where ``price`` is the unit price in the order's currency.
"""

from dataclasses import dataclass

from simulators.json_types import Record
from simulators.threekit.seed import ids
from simulators.threekit.seed.catalog import ENTRIES, price_in
from simulators.threekit.seed.people import TAG_NAMES, customer_metadata

# The component that needs a species permit before it may be sold.
RESTRICTED_COMPONENT_SKU = "CMP-ROS-VENEER"

REQUESTERS = {
    "EMEA": {"name": "Lena Vogt", "email": "lena.vogt@example.com"},
    "AMER": {"name": "Marcus Hale", "email": "marcus.hale@example.com"},
    "APAC": {"name": "Mori Kenta", "email": "kenta.mori@example.com"},
}
OWNERS = {
    "EMEA": {"name": "Tilda Berg", "email": "tilda.berg@example.com"},
    "AMER": {"name": "Rosa Delgado", "email": "rosa.delgado@example.com"},
    "APAC": {"name": "Key accounts", "email": "key.accounts@example.com"},
}


@dataclass(frozen=True)
class _Line:
    configuration: str
    item: str
    options: tuple[str, ...]
    count: int
    components: tuple[tuple[str, str, int], ...]


_FRAME = ("CMP-FRM-SOLID", "Solid wood frame", 1)
_SOFA = _Line(
    ids.CONFIGURATION_SOFA_BOUCLE,
    ids.SOFA,
    (ids.FABRIC_BOUCLE_SAND, ids.WOOD_OAK_NATURAL),
    1,
    (_FRAME, ("CMP-CSH-75", "Seat cushion 75 cm", 3)),
)
_HOTEL_SOFA = _Line(
    ids.CONFIGURATION_SOFA_LEATHER,
    ids.SOFA,
    (ids.FABRIC_LEATHER_COGNAC, ids.WOOD_WALNUT),
    24,
    (_FRAME, ("CMP-CSH-75", "Seat cushion 75 cm", 4)),
)
_HOTEL_ARMCHAIR = _Line(
    ids.CONFIGURATION_ARMCHAIR_MOSS, ids.ARMCHAIR, (ids.FABRIC_WOOL_MOSS, ids.WOOD_OAK_SMOKED), 48, (_FRAME,)
)
_TABLE = _Line(
    ids.CONFIGURATION_TABLE_OAK,
    ids.DINING_TABLE,
    (ids.WOOD_OAK_NATURAL,),
    1,
    (("CMP-LEG-73", "Table leg 73 cm", 4), ("CMP-TOP-220", "Table top 220 cm", 1)),
)
_ROSEWOOD = _Line(
    ids.CONFIGURATION_TABLE_ROSEWOOD,
    ids.DINING_TABLE,
    (ids.WOOD_ROSEWOOD,),
    1,
    (("CMP-LEG-73", "Table leg 73 cm", 4), (RESTRICTED_COMPONENT_SKU, "Rosewood veneer", 2)),
)
_DESK = _Line(
    ids.CONFIGURATION_DESK_WALNUT,
    ids.DESK,
    (ids.WOOD_WALNUT, ids.METAL_STEEL_BLACK),
    2,
    (("CMP-LIFT-2", "Lifting column", 2),),
)
_LAMP = _Line(
    ids.CONFIGURATION_LAMP_BRASS, ids.FLOOR_LAMP, (ids.METAL_BRASS_BRUSHED,), 1, (("CMP-LED-9", "LED module 9 W", 1),)
)
_BED = _Line(
    ids.CONFIGURATION_BED_NAVY,
    ids.BED,
    (ids.FABRIC_VELVET_NAVY, ids.WOOD_OAK_SMOKED),
    1,
    (("CMP-SLAT-160", "Slatted base 160 cm", 1),),
)
_SHELF = _Line(
    ids.CONFIGURATION_SHELF_SMOKED,
    ids.SHELF,
    (ids.WOOD_OAK_SMOKED, ids.METAL_STEEL_BLACK),
    2,
    (("CMP-BRD-80", "Board 80 cm", 5),),
)
_CHAIRS = _Line(
    ids.CONFIGURATION_CHAIR_OAK, ids.DINING_CHAIR, (ids.FABRIC_WOOL_MOSS, ids.WOOD_OAK_NATURAL), 6, (_FRAME,)
)

# Region, country, currency and currency locale of an order, by where it was placed.
PLACES = {
    "Berlin": ("EMEA", "DE", "EUR", "de-DE"),
    "Lyon": ("EMEA", "FR", "EUR", "fr-FR"),
    "London": ("EMEA", "GB", "GBP", "en-GB"),
    "Boston": ("AMER", "US", "USD", "en-US"),
    "Tokyo": ("APAC", "JP", "JPY", "ja-JP"),
}

_Row = tuple[str, str, str, str, str, tuple[_Line, ...]]
# Id, short id, status, place, customer, lines.
_ORDERS: tuple[_Row, ...] = (
    (ids.ORDER_BERLIN_SOFA_NEW, "berSofa1", "New", "Berlin", ids.CUSTOMER_BRANDT, (_SOFA,)),
    (ids.ORDER_LYON_TABLE_NEW, "lyoTabl2", "New", "Lyon", ids.CUSTOMER_MOREAU, (_TABLE, _CHAIRS)),
    (ids.ORDER_LONDON_ROSEWOOD_NEW, "lonRose3", "New", "London", ids.CUSTOMER_WHITFIELD, (_ROSEWOOD,)),
    (
        ids.ORDER_BOSTON_HOTEL_NEW,
        "bosHotl4",
        "New",
        "Boston",
        ids.CUSTOMER_HARBOR_HOTELS,
        (_HOTEL_SOFA, _HOTEL_ARMCHAIR),
    ),
    (ids.ORDER_TOKYO_DESK_IN_PROGRESS, "tokDesk5", "In Progress", "Tokyo", ids.CUSTOMER_SATO, (_DESK,)),
    (ids.ORDER_BERLIN_BED_IN_PROGRESS, "berBed_6", "In Progress", "Berlin", ids.CUSTOMER_BRANDT, (_BED,)),
    (ids.ORDER_LONDON_LAMP_COMPLETE, "lonLamp7", "Complete", "London", ids.CUSTOMER_WHITFIELD, (_LAMP,)),
    (ids.ORDER_BOSTON_SHELF_IN_CART, "bosShlf8", "In Cart", "Boston", ids.CUSTOMER_RIVERA, (_SHELF,)),
    (ids.ORDER_LYON_WISHLIST, "lyoWish9", "List", "Lyon", ids.CUSTOMER_MOREAU, (_SOFA, _LAMP)),
    (ids.ORDER_BERLIN_DINING_COMPLETE, "berDin10", "Complete", "Berlin", ids.CUSTOMER_BRANDT, (_TABLE, _CHAIRS)),
)


def orders() -> list[Record]:
    """Return the orders, oldest first."""
    return [_order(number, row) for number, row in enumerate(_ORDERS, start=1)]


def _order(number: int, row: _Row) -> Record:
    key, short_id, status, place, customer, lines = row
    region, country, currency, locale = PLACES[place]
    created = f"2025-10-{number:02d}T09:{number:02d}:00.000Z"
    return {
        "id": key,
        "shortId": short_id,
        "orgId": ids.ORG,
        "originOrgId": ids.ORG,
        "customerId": customer,
        "name": f"{place} {2025000 + number}",
        "status": status,
        "platform": {"id": f"SHOP-{10000 + number}", "platform": "shopify", "storeName": f"alder-{country.lower()}"},
        "metadata": {
            "currency": currency,
            "region": region,
            "country": country,
            "locale": {"currency": currency, "currencyLocale": locale},
            "requester": dict(REQUESTERS[region]),
            "owner": dict(OWNERS[region]),
            "customer": customer_metadata(customer),
        },
        "derivative": {},
        "items": [],
        "cart": [_cart_line(line, currency) for line in lines],
        "createdAt": created,
        "updatedAt": created,
        "deletedAt": None,
    }


def _cart_line(line: _Line, currency: str) -> Record:
    item = ENTRIES[line.item]
    parts = (item, *(ENTRIES[option] for option in line.options))
    return {
        "configurationId": line.configuration,
        "count": line.count,
        "metadata": {
            "price": round(sum(price_in(part.euro, currency) for part in parts), 2),
            "sku": "-".join((item.sku, *(ENTRIES[option].sku.rsplit("-", 1)[1] for option in line.options))),
            "title": item.name,
            "category": TAG_NAMES[item.tag_ids[0]],
            "brand": "Alder & Finch",
            "components": [{"sku": sku, "name": name, "quantity": amount} for sku, name, amount in line.components],
        },
    }
