"""Orders as Threekit tells them, and the facts the shipped mapping makes of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from herald.domain.canonical import fingerprint
from herald.domain.event import Event, Identity, Origin, Trust
from herald.domain.facts import SourceObjects, build_facts
from herald_cli.configuration_folder import read_folder

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONFIGURATION = read_folder(Path(__file__).parents[3] / "config")
BOUCLE, LEATHER = "5eed0006-0000-4000-8000-000000000001", "5eed0006-0000-4000-8000-000000000004"
OAK, ROSEWOOD = "5eed0006-0000-4000-8000-000000000005", "5eed0006-0000-4000-8000-000000000008"


def a_cart_line(price: Any = Decimal("1899.00"), count: Any = 1, **metadata: Any) -> dict[str, Any]:
    """One entry of a cart, with its price per piece."""
    told = {"price": price, "sku": "AF-SOF-001", "title": "Alder Sofa", "components": [], **metadata}
    return {"configurationId": "saved-1", "count": count, "metadata": told}


def an_order(*lines: dict[str, Any], status: str = "New", **metadata: Any) -> dict[str, Any]:
    """An order over the API: new, from Berlin, in euro; one sofa unless lines are given."""
    return {
        "id": "5eed000a-0000-4000-8000-000000000001",
        "shortId": "berSofa1",
        "name": "Berlin 2025001",
        "status": status,
        "metadata": {
            "currency": "EUR",
            "region": "EMEA",
            "country": "DE",
            "locale": {"currency": "EUR", "currencyLocale": "de-DE"},
            "requester": {"name": "Lena Vogt", "email": "lena.vogt@example.com"},
            "customer": {
                "name": "Jonas Brandt", "email": "jonas.brandt@example.com", "phone": "+493023125017",
                "consent": ["email", "sms"],
            },
            **metadata,
        },
        "cart": list(lines) or [a_cart_line()],
        "createdAt": "2025-10-01T09:01:00.000Z",
        "updatedAt": "2025-10-01T09:01:00.000Z",
        "deletedAt": None,
    }  # fmt: skip


def an_event_of(event_type: str, data: Mapping[str, Any], subject: str = "order/1") -> Event:
    """An event of a type; a connector's is signed."""
    connector = not event_type.startswith("threekit.")
    return Event(
        identity=Identity.of_sender_id("/threekit/main", "msg-1"),
        type=event_type,
        subject=subject,
        time=NOW,
        data=data,
        origin=Origin.CONNECTOR if connector else Origin.WEBHOOK,
        trust=Trust.SIGNED if connector else Trust.UNSIGNED,
        received_at=NOW,
        body_hash=fingerprint(data),
    )


def facts_of(
    order: Mapping[str, Any], variant: Mapping[str, Any] | None = None, mapping: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The facts of an order that was created, with one saved configuration if a variant is given."""
    saved = {"saved-1": {"variant": variant}} if variant is not None else {}
    event = an_event_of("threekit.order.created", {"id": order.get("id")})
    objects = SourceObjects(order=order, configurations=saved)
    return build_facts(event, objects, CONFIGURATION.mapping if mapping is None else mapping, NOW)


def facts_of_submitted(data: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a configuration that a storefront submitted."""
    return build_facts(an_event_of("configuration.submitted", data), SourceObjects(), CONFIGURATION.mapping, NOW)
