"""How an order differs from what was approved last of the same products."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from herald.domain.approval.difference import Difference, difference_document, line_differences
from herald.domain.approval.policy import Part
from herald.domain.approval.stand import Line, Stand, line_content, present

MOST_LINES = 50
"""Of how many products of one order it is remembered how they were approved."""


def product_key(line: Line) -> str | None:
    """Return what a line's product is known by over many orders: its SKU, else its name."""
    key: str | None = line.get("sku", line.get("name"))
    return key


def remembered(stand: Stand, at: datetime, reference: str) -> dict[str, dict[str, Any]]:
    """Return what to remember of an approved stand, by product: its first line of each, of 50 products at most.

    A document holds ``attributes``, ``components``, ``unitPrice`` and ``currency`` as far as they are known, and in
    ``order`` and ``at`` which order was approved when.
    """
    documents: dict[str, dict[str, Any]] = {}
    for line in stand.lines:
        key = product_key(line)
        if key is None or key in documents or len(documents) == MOST_LINES:
            continue
        options = present(line_content(Part.OPTIONS, line), ("attributes", "components"))
        price = present(line, ("unitPrice",)) | present(stand.order, ("currency",))
        documents[key] = {**options, **price, "order": reference, "at": at}
    return documents


def compared(stand: Stand, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return ``order`` and ``at`` of the latest approval of one of the products, and the ``differences`` to each.

    ``known`` holds documents of ``remembered`` by product. Attributes and components are compared, unit prices only in
    the same currency. ``None`` if no product of the stand is known.
    """
    approved: list[Mapping[str, Any]] = []
    found: list[Difference] = []
    for line in stand.lines:
        document = known.get(product_key(line) or "")
        if document is not None:
            approved.append(document)
            found += _of_line(line, document, stand.order.get("currency"))
    if not approved:
        return None
    latest = max(approved, key=lambda document: (document["at"], document["order"]))
    differences = [difference_document(one) for one in sorted(found, key=lambda one: one.line)]
    return {"order": latest["order"], "at": latest["at"], "differences": differences}


def _of_line(line: Line, document: Mapping[str, Any], currency: str | None) -> tuple[Difference, ...]:
    fields = ["attributes", "components"]
    if currency == document.get("currency"):
        fields.append("unitPrice")
    called = line.get("name", line.get("sku", ""))
    return line_differences(present(document, fields), present(line, fields), called, (Part.PRICE, Part.OPTIONS))
