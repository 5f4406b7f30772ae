"""The org, its pricebooks and tags, and its customers.

Mail addresses are under example.com, example.org and example.net (RFC 2606). Telephone numbers are from the ranges kept
for fiction: 555-01xx in North America, 07700 900xxx in the United Kingdom, the media list in Germany,
06 39 98 xx xx in France. None is known for Japan, so the customer there has no number.
"""

from simulators.json_types import Record
from simulators.threekit.seed import ids

CREATED = "2025-01-15T08:00:00.000Z"

LANGUAGES = ("en-US", "de-DE", "fr-FR")
CURRENCIES = {ids.PRICEBOOK_EUROPE: ("EUR", "GBP"), ids.PRICEBOOK_INTERNATIONAL: ("USD", "JPY")}


def org() -> Record:
    """Return the org record (docs/vendor/threekit.md 2.10)."""
    labels = {"en-US": "English", "de-DE": "Deutsch", "fr-FR": "Français"}
    values = [{"label": labels[code], "value": code} for code in LANGUAGES]
    return {
        "id": ids.ORG,
        "slug": ids.ORG_SLUG,
        "name": "Alder & Finch",
        "members": [],
        "features": {},
        "playerSettings": {},
        "languages": {"values": values, "defaultValue": "en-US"},
    }


def pricebooks() -> list[Record]:
    """Return both pricebooks (docs/vendor/threekit.md 2.6)."""
    names = {ids.PRICEBOOK_EUROPE: "Retail Europe", ids.PRICEBOOK_INTERNATIONAL: "Retail International"}
    return [
        {
            "id": key,
            "orgId": ids.ORG,
            "name": name,
            "currencies": list(CURRENCIES[key]),
            "createdAt": CREATED,
            "createdBy": ids.USER_CONTENT_TEAM,
            "deletedAt": None,
        }
        for key, name in names.items()
    ]


TAG_NAMES = {
    ids.TAG_SEATING: "seating",
    ids.TAG_TABLES: "tables",
    ids.TAG_STORAGE: "storage",
    ids.TAG_LIGHTING: "lighting",
    ids.TAG_BEDROOM: "bedroom",
    ids.TAG_FABRIC: "fabric",
    ids.TAG_WOOD: "wood",
    ids.TAG_METAL: "metal",
}


def tags() -> list[Record]:
    """Return the tags (docs/vendor/threekit.md 2.10)."""
    return [
        {
            "id": key,
            "orgId": ids.ORG,
            "name": name,
            "legacyName": f"#{name}",
            "label": name.title(),
            "color": None,
            "type": "catalog",
            "createdAt": CREATED,
        }
        for key, name in TAG_NAMES.items()
    ]


_CUSTOMERS: tuple[tuple[str, str, str, str | None, str, str, str], ...] = (
    (ids.CUSTOMER_BRANDT, "Jonas Brandt", "jonas.brandt@example.com", "+491729980752", "de-DE", "Berlin", "DE"),
    (ids.CUSTOMER_MOREAU, "Claire Moreau", "claire.moreau@example.org", "+33639980142", "fr-FR", "Lyon", "FR"),
    (
        ids.CUSTOMER_WHITFIELD,
        "Amelia Whitfield",
        "amelia.whitfield@example.net",
        "+447700900123",
        "en-GB",
        "London",
        "GB",
    ),
    (ids.CUSTOMER_RIVERA, "Daniel Rivera", "daniel.rivera@example.com", "+16175550142", "en-US", "Boston", "US"),
    (ids.CUSTOMER_SATO, "Sato Haruka", "haruka.sato@example.net", None, "ja-JP", "Tokyo", "JP"),
    (ids.CUSTOMER_HARBOR_HOTELS, "Nora Feldman", "nora.feldman@example.org", "+16175550178", "en-US", "Boston", "US"),
)


def customers() -> list[Record]:
    """Return the customers (docs/vendor/threekit.md 2.10)."""
    return [
        {
            "id": key,
            "orgId": ids.ORG,
            "name": name,
            "position": None,
            "city": city,
            "country": country,
            "company": "Harbor Hotels" if key == ids.CUSTOMER_HARBOR_HOTELS else None,
            "email": email,
            "phone": phone,
            "ip": None,
            "metadata": {"locale": locale},
            "platform": {},
            "address": None,
            "createdAt": CREATED,
        }
        for key, name, email, phone, locale, city, country in _CUSTOMERS
    ]


def customer_metadata(customer_id: str) -> Record:
    """Return what the storefront stores about a customer in an order's metadata, with the channels they agreed to."""
    for key, name, email, phone, locale, _city, _country in _CUSTOMERS:
        if key == customer_id:
            consent = ["email", "sms"] if phone else ["email"]
            return {"name": name, "email": email, "phone": phone, "locale": locale, "consent": consent}
    raise KeyError(customer_id)
