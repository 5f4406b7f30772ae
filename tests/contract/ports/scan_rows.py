"""Rows as Threekit tells them, and ids to tell them apart by."""

from typing import Any

from herald.catalog_ports import OrderLine


def made_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


SOFA, BENCH, OAK, MOSS, TAG, OTHER_TAG = (made_id(number) for number in range(1, 7))
MIXED = "abcdef00-0000-4000-8000-00000000000a"
ODD_IDS = ["sofa", "", "x" * 300, MIXED.upper(), MIXED, MIXED.replace("-", ""), "söfa \ud800", "0" * 16]


def an_asset(identity: str, **row: Any) -> dict[str, Any]:
    return {"id": identity, "type": "item", "publishedAt": "2026-03-01T00:00:00.000Z", "tagids": [], **row}


def a_configuration(number: int, item: str = SOFA, **variant: Any) -> dict[str, Any]:
    return {"id": f"configuration-{number:03d}", "productId": item, "variant": variant}


def a_line(order: str = "order-1", named: str = SOFA, **told: Any) -> OrderLine:
    facts: dict[str, Any] = {"is_open": True, "market": "EMEA", "currency": "EUR", "amount": "10.50", **told}
    return OrderLine(order, named, **facts)
