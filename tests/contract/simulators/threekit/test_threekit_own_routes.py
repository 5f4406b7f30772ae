"""The Threekit simulator's routes and switches that are not the vendor's."""

import dataclasses
import json

from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.threekit.threekit_callers import refused
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator
from simulators.threekit.state import ThreekitSwitches, ThreekitSwitchValues


def test_switch_keywords_are_the_switches() -> None:
    names = {spec.name for spec in dataclasses.fields(ThreekitSwitches)}
    assert set(ThreekitSwitchValues.__annotations__) == names


def test_own_routes_show_and_change_the_state_without_a_token(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, loopback_client(base_url=f"{sim.url}/_simulator") as own:
        BARE.get(f"{sim.url}/api/orders?bearer_token={sim.tokens.private}", headers={"Authorization": "Bearer x"})
        (seen,) = own.get("/requests").json()
        assert (seen["path"], seen["status"]) == ("/api/orders", 401)
        assert sim.tokens.private not in json.dumps(seen)
        switched = own.post("/switches", json={"metadata_put": "merge", "push": {"duplicates": 1}}).json()
        assert (switched["metadata_put"], sim.push.duplicates) == ("merge", 1)
        for wrong in (
            {"metadata_put": "guess"},
            {"no_switch": 1},
            {"push_order_updates": 1},
            {"push": {"drop_next": "x"}},
        ):
            refused(own.post("/switches", json=wrong), 422)
        job = own.post("/jobs", json={"type": "import", "title": "Import"}).json()
        assert own.post(f"/jobs/{job['id']}/complete", json={"result": "failed"}).json()["taskResultFailures"] == 1
        refused(own.post(f"/jobs/{job['id']}/complete", json={"result": "odd"}), 422)
        refused(own.post("/jobs/unknown/complete", json={}), 404)
        assert own.post("/catalog_defects/unavailable_option").json() == {"id": ids.FABRIC_VELVET_NAVY}
        refused(own.post("/catalog_defects/unknown"), 404)
        patched = own.patch(f"/records/assets/{ids.SOFA}", json={"publishedAt": None, "metadata": {"lead": 4}}).json()
        assert (patched["publishedAt"], patched["metadata"]["SKU"]) == (None, "AF-SOF-001")
        refused(own.patch("/records/assets/unknown", json={}), 404)
        assert sim.wait_pushed()
        state = own.get("/state").json()
        assert len(state["pushes"]) == 2
        assert own.post("/reset").json() == {"reset": True}
        assert own.get("/requests").json() == []
