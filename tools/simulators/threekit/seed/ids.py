"""Every id of the seed data under a name that says what it is.

All ids are well-formed version 4 UUIDs that begin with ``5eed``, so that seed data is recognised in any log. Fifth to
eighth digit: the kind of record; the last digits: its number.
"""

_ORG, _PEOPLE, _PRICEBOOK, _TAG, _ITEM, _OPTION, _VISUAL, _ATTRIBUTE, _CONFIGURATION, _ORDER, _JOB, _TABLE = range(
    1, 13
)


def seed_id(kind: int, number: int) -> str:
    """Build the id of the ``number``-th seed record of a kind."""
    return f"5eed{kind:04x}-0000-4000-8000-{number:012x}"


def model_of(item_id: str) -> str:
    """Return the id of the visual asset (model or material) behind a seed item or option."""
    return seed_id(_VISUAL, int(item_id[4:8], 16) * 0x1000 + int(item_id[-4:], 16))


def attribute_of(item_id: str, position: int) -> str:
    """Return the id of the ``position``-th attribute of a seed item or option, counted from 0."""
    return seed_id(_ATTRIBUTE, int(item_id[4:8], 16) * 0x100000 + int(item_id[-4:], 16) * 0x100 + position)


def datatable_row(number: int) -> str:
    """Return the id of the ``number``-th row of the seed datatable."""
    return seed_id(_TABLE, 0x1000 + number)


ORG = seed_id(_ORG, 1)
ORG_SLUG = "alder-and-finch"

# Credentials of the simulator and of nothing else: they open no door anywhere.
PRIVATE_TOKEN = seed_id(_ORG, 0x11)
PUBLIC_TOKEN = seed_id(_ORG, 0x12)

USER_CONTENT_TEAM = seed_id(_PEOPLE, 1)
CUSTOMER_BRANDT = seed_id(_PEOPLE, 0x11)
CUSTOMER_MOREAU = seed_id(_PEOPLE, 0x12)
CUSTOMER_WHITFIELD = seed_id(_PEOPLE, 0x13)
CUSTOMER_RIVERA = seed_id(_PEOPLE, 0x14)
CUSTOMER_SATO = seed_id(_PEOPLE, 0x15)
CUSTOMER_HARBOR_HOTELS = seed_id(_PEOPLE, 0x16)

PRICEBOOK_EUROPE = seed_id(_PRICEBOOK, 1)
PRICEBOOK_INTERNATIONAL = seed_id(_PRICEBOOK, 2)

TAG_SEATING = seed_id(_TAG, 1)
TAG_TABLES = seed_id(_TAG, 2)
TAG_STORAGE = seed_id(_TAG, 3)
TAG_LIGHTING = seed_id(_TAG, 4)
TAG_BEDROOM = seed_id(_TAG, 5)
TAG_FABRIC = seed_id(_TAG, 6)
TAG_WOOD = seed_id(_TAG, 7)
TAG_METAL = seed_id(_TAG, 8)

SOFA = seed_id(_ITEM, 1)
ARMCHAIR = seed_id(_ITEM, 2)
DINING_TABLE = seed_id(_ITEM, 3)
DINING_CHAIR = seed_id(_ITEM, 4)
SHELF = seed_id(_ITEM, 5)
DESK = seed_id(_ITEM, 6)
FLOOR_LAMP = seed_id(_ITEM, 7)
BED = seed_id(_ITEM, 8)
WARDROBE = seed_id(_ITEM, 9)
SIDEBOARD = seed_id(_ITEM, 10)
COFFEE_TABLE = seed_id(_ITEM, 11)
BENCH = seed_id(_ITEM, 12)

FABRIC_BOUCLE_SAND = seed_id(_OPTION, 1)
FABRIC_WOOL_MOSS = seed_id(_OPTION, 2)
FABRIC_VELVET_NAVY = seed_id(_OPTION, 3)
FABRIC_LEATHER_COGNAC = seed_id(_OPTION, 4)
WOOD_OAK_NATURAL = seed_id(_OPTION, 5)
WOOD_OAK_SMOKED = seed_id(_OPTION, 6)
WOOD_WALNUT = seed_id(_OPTION, 7)
WOOD_ROSEWOOD = seed_id(_OPTION, 8)
METAL_STEEL_BLACK = seed_id(_OPTION, 9)
METAL_BRASS_BRUSHED = seed_id(_OPTION, 10)

CONFIGURATION_SOFA_BOUCLE = seed_id(_CONFIGURATION, 1)
CONFIGURATION_SOFA_LEATHER = seed_id(_CONFIGURATION, 2)
CONFIGURATION_ARMCHAIR_MOSS = seed_id(_CONFIGURATION, 3)
CONFIGURATION_TABLE_OAK = seed_id(_CONFIGURATION, 4)
CONFIGURATION_TABLE_ROSEWOOD = seed_id(_CONFIGURATION, 5)
CONFIGURATION_DESK_WALNUT = seed_id(_CONFIGURATION, 6)
CONFIGURATION_LAMP_BRASS = seed_id(_CONFIGURATION, 7)
CONFIGURATION_BED_NAVY = seed_id(_CONFIGURATION, 8)
CONFIGURATION_SHELF_SMOKED = seed_id(_CONFIGURATION, 9)
CONFIGURATION_CHAIR_OAK = seed_id(_CONFIGURATION, 10)

ORDER_BERLIN_SOFA_NEW = seed_id(_ORDER, 1)
ORDER_LYON_TABLE_NEW = seed_id(_ORDER, 2)
ORDER_LONDON_ROSEWOOD_NEW = seed_id(_ORDER, 3)
ORDER_BOSTON_HOTEL_NEW = seed_id(_ORDER, 4)
ORDER_TOKYO_DESK_IN_PROGRESS = seed_id(_ORDER, 5)
ORDER_BERLIN_BED_IN_PROGRESS = seed_id(_ORDER, 6)
ORDER_LONDON_LAMP_COMPLETE = seed_id(_ORDER, 7)
ORDER_BOSTON_SHELF_IN_CART = seed_id(_ORDER, 8)
ORDER_LYON_WISHLIST = seed_id(_ORDER, 9)
ORDER_BERLIN_DINING_COMPLETE = seed_id(_ORDER, 10)

JOB_IMPORT_DONE = seed_id(_JOB, 1)
JOB_EXPORT_FAILED = seed_id(_JOB, 2)
JOB_RENDER_WAITING = seed_id(_JOB, 3)

DATATABLE_FINISHES = seed_id(_TABLE, 1)
DATATABLE_COLUMNS = seed_id(_TABLE, 2)
