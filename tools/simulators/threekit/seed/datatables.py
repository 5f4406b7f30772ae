"""One datatable, of finishes and their prices (docs/vendor/threekit.md 2.7)."""

from simulators.json_types import Record
from simulators.threekit.seed import ids
from simulators.threekit.seed.catalog import ITEMS
from simulators.threekit.seed.people import CREATED

COLUMNS = [
    {"name": "SKU", "type": "String"},
    {"name": "EUR", "type": "Number"},
    {"name": "Finish", "type": "Asset"},
]
_FINISHES = (ids.WOOD_OAK_NATURAL, ids.WOOD_OAK_SMOKED, ids.WOOD_WALNUT)


def datatables() -> list[Record]:
    """Return the datatables with their columns, which a list of datatables has as an id only."""
    return [
        {
            "id": ids.DATATABLE_FINISHES,
            "orgId": ids.ORG,
            "name": "Finishes",
            "columnInfo": COLUMNS,
            "createdAt": CREATED,
            "createdBy": ids.USER_CONTENT_TEAM,
            "updatedAt": CREATED,
            "deletedAt": None,
        }
    ]


def rows() -> dict[str, list[Record]]:
    """Return the rows by the datatable's id: one for each item. How an asset stands in a cell is assumed: by its id."""
    return {
        ids.DATATABLE_FINISHES: [
            row(ids.datatable_row(place), entry.sku, float(entry.euro), _FINISHES[place % len(_FINISHES)])
            for place, entry in enumerate(ITEMS, start=1)
        ]
    }


def row(key: str, sku: object, euro: object, finish: str) -> Record:
    """Return one row."""
    return {
        "id": key,
        "orgId": ids.ORG,
        "tableId": ids.DATATABLE_FINISHES,
        "createdAt": CREATED,
        "value": {"SKU": sku, "EUR": euro, "Finish": finish},
    }
