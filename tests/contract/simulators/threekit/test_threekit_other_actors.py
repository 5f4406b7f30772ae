"""Orders that a storefront makes and another integration changes, without a client of the test's."""

import copy
import re
from typing import Any

import httpx
import pytest
from tests.contract.simulators.threekit.threekit_callers import private
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


def test_a_storefronts_order_is_as_one_of_the_route_and_pushed(receiver: WebhookReceiver) -> None:
    cart = [{"configurationId": ids.CONFIGURATION_LAMP_BRASS, "count": 2}]
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        order = sim.add_order(name="Shop", cart=cart, metadata={"region": "EMEA"})
        assert api.get(f"/api/orders/{order['id']}").json() == order
        assert set(order) == set(api.post("/api/orders", json={}).json())
        sim.push.silent = True
        sim.add_order(name="Untold")
        assert sim.wait_pushed()
    assert (order["status"], order["cart"]) == ("New", cart)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{7,14}", order["shortId"])
    assert receiver.documents[0] == {"topic": "orders", "action": "created", "data": order}
    assert len(receiver.documents) == 2


def test_what_is_given_and_returned_are_copies(sim: ThreekitSimulator) -> None:
    metadata = {"a": {"b": 1}}
    order = sim.add_order(metadata=metadata)
    metadata["a"]["b"] = 2
    order["metadata"]["a"]["b"] = 3
    assert sim.orders[order["id"]]["metadata"] == {"a": {"b": 1}}
    sim.change_order(order["id"], metadata=metadata)["name"] = "x"
    metadata["a"]["b"] = 4
    assert (sim.orders[order["id"]]["metadata"], sim.orders[order["id"]]["name"]) == ({"a": {"b": 2}}, None)


def test_another_integrations_change_is_as_a_put(api: httpx.Client, sim: ThreekitSimulator) -> None:
    before = copy.deepcopy(sim.orders[ids.ORDER_BERLIN_SOFA_NEW])
    changed = sim.change_order(
        ids.ORDER_BERLIN_SOFA_NEW, name="n", status="Complete", metadata={"x": 1}, derivative={"d": 1}
    )
    assert api.get(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}").json() == changed
    assert (changed["name"], changed["status"], changed["derivative"]) == ("n", "Complete", {"d": 1})
    assert (changed["metadata"], changed["cart"]) == ({"x": 1}, before["cart"])
    assert changed["updatedAt"] > before["updatedAt"]
    sim.switches.metadata_put = "merge"
    again = sim.change_order(ids.ORDER_BERLIN_SOFA_NEW, metadata={"y": 2})
    assert again["metadata"] == {"x": 1, "y": 2}
    assert again["updatedAt"] > changed["updatedAt"]


def test_a_change_is_pushed_only_when_switched_on(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim:
        sim.change_order(ids.ORDER_LYON_WISHLIST, name="untold")
        sim.switches.push_order_updates = True
        sim.change_order(ids.ORDER_LYON_WISHLIST, name="told")
        assert sim.wait_pushed()
    assert [(one["action"], one["data"]["name"]) for one in receiver.documents] == [("updated", "told")]


def test_wrong_fields_and_orders_are_refused(sim: ThreekitSimulator) -> None:
    before = copy.deepcopy(sim.orders)
    for wrong in ({"surprise": 1}, {"status": "Shipped"}, {"orgId": ids.SOFA}):
        with pytest.raises(ValueError, match=r"surprise|status|org"):
            sim.add_order(**wrong)
    refused_changes: tuple[dict[str, Any], ...] = ({"cart": []}, {"status": "Shipped"})
    for fields in refused_changes:
        with pytest.raises(ValueError, match=r"cart|status"):
            sim.change_order(ids.ORDER_LYON_WISHLIST, **fields)
    with pytest.raises(KeyError):
        sim.change_order("unknown", name="x")
    assert sim.orders == before
