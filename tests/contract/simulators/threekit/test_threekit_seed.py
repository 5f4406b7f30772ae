"""The seed data are sound, and each planted defect shows."""

import re

import pytest

from simulators.threekit.catalog_defects import DEFECTS
from simulators.threekit.seed.people import CURRENCIES
from simulators.threekit.simulator import ThreekitSimulator


def test_seed_orders_are_complete(sim: ThreekitSimulator) -> None:
    assert {order["status"] for order in sim.orders.values()} == {"List", "In Cart", "New", "In Progress", "Complete"}
    currencies = {order["metadata"]["currency"] for order in sim.orders.values()}
    assert currencies == {"EUR", "GBP", "USD", "JPY"}
    for order in sim.orders.values():
        metadata = order["metadata"]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{7,14}", order["shortId"])
        assert metadata["locale"]["currency"] == metadata["currency"]
        assert set(metadata["customer"]) == {"name", "email", "phone", "locale", "consent"}
        assert set(metadata["requester"]) == set(metadata["owner"]) == {"name", "email"}
        assert order["customerId"] in sim.customers
        for line in order["cart"]:
            assert line["configurationId"] in sim.configurations
            assert set(line["metadata"]) == {"price", "sku", "title", "category", "brand", "components"}


def test_seed_references_and_prices_are_whole(sim: ThreekitSimulator) -> None:
    names = {
        text for one in sim.definitions.values() for text in (one["name"], *(a["name"] for a in one["attributes"]))
    }
    for item, definition in sim.definitions.items():
        assert definition["asset"]["assetId"] in sim.assets
        (pricing,) = [one for one in definition["attributes"] if one["type"] == "Pricing"]
        assert {row["pricebook"]: tuple(row["currencies"]) for row in pricing["values"]} == CURRENCIES
        assert sim.assets[item]["metadata"]["SKU"]
    for language in ("de-DE", "fr-FR"):
        assert names <= set(sim.state.translations[language])
    for saved in sim.configurations.values():
        attributes = {one["name"] for one in sim.definitions[saved["productId"]]["attributes"]}
        assert set(saved["variant"]) <= attributes
        assert all(one["assetId"] in sim.assets for one in saved["variant"].values() if isinstance(one, dict))


def test_seed_is_the_same_every_time_and_after_reset(sim: ThreekitSimulator) -> None:
    before = sim.snapshot()
    sim.orders.clear()
    sim.break_catalog("missing_price")
    sim.reset()
    assert sim.snapshot() == before == ThreekitSimulator().snapshot()


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_shows_and_is_reset(sim: ThreekitSimulator, defect: str) -> None:
    before = sim.snapshot()
    sim.break_catalog(defect)
    broken = sim.snapshot()
    assert any(broken[part] != before[part] for part in ("definitions", "translations", "assets", "configurations"))
    sim.reset()
    assert sim.snapshot() == before
