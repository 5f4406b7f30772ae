"""What visitors of a generated catalogue have saved and ordered, in the forms of the seed data."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from simulators.json_types import Record, timestamp
from simulators.threekit.generated.catalogue import Generated, moment
from simulators.threekit.generated.numbering import Kind, id_of, mixed
from simulators.threekit.generated.vocabulary import CATEGORIES, members
from simulators.threekit.seed import ids
from simulators.threekit.seed.orders import OWNERS, PLACES, REQUESTERS
from simulators.threekit.seed.people import customer_metadata

_STATUSES = ("New", "In Progress", "Complete")
_CUSTOMERS = {
    "Berlin": ids.CUSTOMER_BRANDT,
    "Lyon": ids.CUSTOMER_MOREAU,
    "London": ids.CUSTOMER_WHITFIELD,
    "Boston": ids.CUSTOMER_RIVERA,
    "Tokyo": ids.CUSTOMER_SATO,
}
_ORDERED_WITHIN = timedelta(days=60)
# Saved configurations begin this long after the first asset was made, which is later than the last of a million.
_SAVED_AFTER = 200 * 86400


def configurations(catalogue: Generated) -> list[Record]:
    """Return the saved configurations, oldest first: of items without a fault, and then the planted stale ones."""
    found: list[Record] = []
    for number in _configured(catalogue):
        found.append(_saved(catalogue, len(found), number, _variant(catalogue, len(found), number)))
    for number, variant in catalogue.stale_variants():
        found.append(_saved(catalogue, len(found), number, variant))
    return found


def _configured(catalogue: Generated) -> Iterator[int]:
    if not any(catalogue.healthy(number) for number in range(catalogue.items)):
        return
    for turn in range(catalogue.configurations):
        number = turn * catalogue.items // max(1, catalogue.configurations)
        while not catalogue.healthy(number):
            number = (number + 1) % catalogue.items
        yield number


def _variant(catalogue: Generated, turn: int, number: int) -> Record:
    product = catalogue.definition(catalogue.item_id(number)) or {}
    chosen: Record = {}
    for attribute in product["attributes"]:
        values = attribute.get("values", [])
        if attribute["type"] == "String":
            chosen[attribute["name"]] = values[turn % len(values)]
        elif attribute["type"] == "Number":
            steps = (attribute["max"] - attribute["min"]) // attribute["step"] + 1
            chosen[attribute["name"]] = attribute["min"] + turn % steps * attribute["step"]
        elif attribute["type"] == "Asset":
            value = values[turn % len(values)]
            if isinstance(value, str):
                value = {"assetId": id_of(catalogue.seed, Kind.OPTION, members(value[1:]).start + turn % 10)}
            chosen[attribute["name"]] = value
    return chosen


def _saved(catalogue: Generated, turn: int, number: int, variant: Record) -> Record:
    key, when = id_of(catalogue.seed, Kind.CONFIGURATION, turn), moment(_SAVED_AFTER + turn * 60)
    return {
        "id": key,
        "shortId": f"gencfg-{turn:07d}",
        "orgId": ids.ORG,
        "productId": catalogue.item_id(number),
        "productVersion": "v1",
        "variant": variant,
        "metadata": {},
        "customerId": None,
        "identifier": None,
        "scope": None,
        "thumbnail": f"sha256-{key.replace('-', '')}",
        "attachments": {},
        "sceneGraphState": None,
        "sessionId": None,
        "publishFileId": None,
        "creator": None,
        "createdAt": when,
        "updatedAt": when,
        "deletedAt": None,
    }


def orders(catalogue: Generated, saved: list[Record], now: datetime) -> list[Record]:
    """Return the orders of the sixty days before a moment, oldest first; none where nothing is saved."""
    count = catalogue.orders if saved else 0
    return [
        _order(catalogue, saved, turn, now - _ORDERED_WITHIN * (count - turn) / (count + 1)) for turn in range(count)
    ]


def _order(catalogue: Generated, saved: list[Record], turn: int, when: datetime) -> Record:
    bits = mixed(catalogue.seed + 1, turn)
    place = list(PLACES)[bits % len(PLACES)]
    region, country, currency, locale = PLACES[place]
    created = timestamp(when)
    lines = [saved[(turn * 7 + line) % len(saved)] for line in range(1 + (bits >> 8) % 2)]
    return {
        "id": id_of(catalogue.seed, Kind.ORDER, turn),
        "shortId": f"genord-{turn:07d}",
        "orgId": ids.ORG,
        "originOrgId": ids.ORG,
        "customerId": _CUSTOMERS[place],
        "name": f"{place} {3000000 + turn}",
        "status": _STATUSES[(bits >> 16) % len(_STATUSES)],
        "platform": {"id": f"SHOP-{500000 + turn}", "platform": "shopify", "storeName": f"alder-{country.lower()}"},
        "metadata": {
            "currency": currency,
            "region": region,
            "country": country,
            "locale": {"currency": currency, "currencyLocale": locale},
            "requester": dict(REQUESTERS[region]),
            "owner": dict(OWNERS[region]),
            "customer": customer_metadata(_CUSTOMERS[place]),
        },
        "derivative": {},
        "items": [],
        "cart": [_cart_line(catalogue, one, currency, 1 + (bits >> 24) % 4) for one in lines],
        "createdAt": created,
        "updatedAt": created,
        "deletedAt": None,
    }


def _cart_line(catalogue: Generated, saved: Record, currency: str, count: int) -> Record:
    number = int(saved["productId"][24:], 16)
    options = [value["assetId"] for value in saved["variant"].values() if isinstance(value, dict)]
    price = catalogue.amounts(number)[currency] + sum(catalogue.option_amounts(key)[currency] for key in options)
    item = catalogue.asset(saved["productId"]) or {}
    code = CATEGORIES[number % len(CATEGORIES)].code
    return {
        "configurationId": saved["id"],
        "count": count,
        "metadata": {
            "price": round(price, 2),
            "sku": catalogue.sku(number),
            "title": item["name"],
            "components": [{"sku": f"CMP-{code}", "name": "Frame", "quantity": 1}],
        },
    }
