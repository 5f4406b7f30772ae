"""How the Threekit simulator is subscribed to and pushes (docs/vendor/threekit.md 3)."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.threekit.threekit_callers import private, refused
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


def test_subscription_life(api: httpx.Client) -> None:
    made = api.post("/api/webhooks", json={"topic": "orders", "address": "https://hook.example.com/a"}).json()[
        "webhook"
    ]
    path = f"/api/webhooks/{made['id']}"
    assert api.get(path).json() == {"webhook": made}
    listing = api.get("/api/webhooks", params={"topic": "orders"}).json()
    assert (listing["webhooks"], listing["page"]) == ([made], 1)
    changed = api.put(path, json={"filter": {"status": ["New"]}}).json()["webhook"]
    assert changed["filter"] == {"status": ["New"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert api.delete(path).json()["webhook"]["deletedAt"]
    assert api.get(path).status_code == 200
    assert api.get("/api/webhooks").json()["webhooks"] == []
    assert api.post(f"{path}/restore").json()["webhook"]["deletedAt"] is None
    refused(api.get("/api/webhooks/unknown"), 404)


def test_any_topic_is_accepted(api: httpx.Client) -> None:
    body = {"topic": "no-such-topic", "address": "https://hook.example.com/a"}
    assert api.post("/api/webhooks", json=body).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "orders"},
        {"address": "https://hook.example.com"},
        {"topic": "orders", "address": "hook"},
        {"topic": "orders", "address": "https://hook.example.com", "secret": "x"},
        {"topic": "orders", "address": "https://hook.example.com", "filter": {"status": ["Shipped"]}},
    ],
)
def test_subscription_refuses_wrong_fields(api: httpx.Client, body: dict[str, Any]) -> None:
    refused(api.post("/api/webhooks", json=body), 422)


def test_created_order_is_pushed_once_and_unsigned(receiver: WebhookReceiver) -> None:
    receiver.statuses = [503]
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        order = api.post("/api/orders", json={"name": "pushed"}).json()
        api.put(f"/api/orders/{order['id']}", json={"name": "not pushed"})
        assert sim.wait_pushed()
    assert receiver.documents == [{"topic": "orders", "action": "created", "data": order}]
    assert set(receiver.headers[0]) <= {"host", "accept-encoding", "content-length", "content-type"}
    assert [(push.status, push.tries) for push in sim.pushes] == [(503, 1)]


def test_completed_job_is_pushed(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator() as sim:
        sim.subscribe("jobs", receiver.url, {"status": ["failed"], "type": ["import"]})
        for kind, result in (("import", "success"), ("export", "failed"), ("import", "failed")):
            job = sim.add_job(kind)
            sim.complete_job(job["id"], "failed" if result == "failed" else "success")
        assert sim.wait_pushed()
    (pushed,) = receiver.documents
    assert (pushed["topic"], pushed["action"], pushed["data"]["id"]) == ("jobs", "updated", job["id"])
    assert pushed["data"]["status"] == "stopped"


def test_filter_and_deletion_keep_pushes_back(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator() as sim, private(sim) as api:
        hook = sim.subscribe("orders", receiver.url, {"status": ["New"]})
        sim.subscribe("order", receiver.url)
        for status in ("List", "New"):
            api.post("/api/orders", json={"status": status})
        api.delete(f"/api/webhooks/{hook['id']}")
        api.post("/api/orders", json={})
        assert sim.wait_pushed()
    assert [one["data"]["status"] for one in receiver.documents] == ["New"]


def test_order_updates_are_pushed_when_switched_on(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url, push_order_updates=True) as sim, private(sim) as api:
        api.put(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}", json={"status": "Complete"})
        assert sim.wait_pushed()
    assert [(one["action"], one["data"]["status"]) for one in receiver.documents] == [("updated", "Complete")]


def test_pushes_are_dropped_duplicated_delayed_and_silenced(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        sim.push.drop_next = 1
        api.post("/api/orders", json={"name": "lost"})
        sim.push.duplicates = 1
        sim.push.delay_seconds = 0.05
        api.post("/api/orders", json={"name": "twice"})
        sim.push.silent = True
        api.post("/api/orders", json={"name": "silent"})
        assert sim.wait_pushed()
    assert [one["data"]["name"] for one in receiver.documents] == ["twice", "twice"]
    assert [push.dropped for push in sim.pushes] == [True, False, False]


def test_delayed_push_waits(receiver: WebhookReceiver) -> None:
    with ThreekitSimulator(webhook_url=receiver.url) as sim, private(sim) as api:
        sim.push.delay_seconds = 60
        api.post("/api/orders", json={})
        assert not sim.wait_pushed(0.05)
    assert receiver.documents == []
