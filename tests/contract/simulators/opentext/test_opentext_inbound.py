"""Registering for WhatsApp replies, and the replies of both channels (docs/vendor/opentext.md 5)."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.opentext.opentext_requests import NUMBER, b64, refused
from tests.contract.simulators.webhook_receiver import WebhookReceiver

from simulators.opentext.callbacks import WebhookTarget
from simulators.opentext.simulator import OpenTextSimulator

WEBHOOK = "/mra/v1/inbound/whatsapp/messages/webhook"


def test_one_url_is_registered_read_replaced_and_removed(api: httpx.Client) -> None:
    refused(api.get(WEBHOOK), 404)
    refused(api.delete(WEBHOOK), 404)
    for url in ("https://hook.example.com/a", "http://127.0.0.1:8000/b"):
        assert api.post(WEBHOOK, json={"url": url}).json() == {"url": url}
        assert api.get(WEBHOOK).json() == {"url": url}
    removed = api.delete(WEBHOOK)
    assert (removed.status_code, removed.json()) == (200, {})
    refused(api.get(WEBHOOK), 404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": ""},
        {"url": None},
        {"url": "hook"},
        {"url": "http://hook.example.com/a"},
        {"url": "http://localhost/a"},
        {"url": "https://"},
        {"url": "https://[hook/a"},
        {"url": "https://hook.example.com/a", "secret": "x"},
        {"url": "https://hook.example.com/a", "headers": {}},
    ],
)
def test_registration_takes_an_https_url_and_nothing_else(api: httpx.Client, body: dict[str, Any]) -> None:
    refused(api.post(WEBHOOK, json=body), 422)
    refused(api.get(WEBHOOK), 404)


def test_registration_checks_caller_query_and_form(api: httpx.Client, sim: OpenTextSimulator) -> None:
    url = {"url": "https://hook.example.com/a"}
    for method in ("POST", "GET", "DELETE"):
        refused(BARE.request(method, sim.url + WEBHOOK, json=url), 401)
        refused(api.request(method, f"{WEBHOOK}?channel=x", json=url), 422)
    refused(api.put(WEBHOOK, json=url), 405)
    refused(api.post(WEBHOOK, data=url), 415)
    refused(api.post(WEBHOOK, content=b"{", headers={"Content-Type": "application/json"}), 400)


def test_whatsapp_reply_goes_to_the_registered_url(
    api: httpx.Client, sim: OpenTextSimulator, receiver: WebhookReceiver
) -> None:
    sim.replies_to(WebhookTarget("http://127.0.0.1:9/sms", basic=("user", "word")))
    with pytest.raises(ValueError, match="whatsapp"):
        sim.reply("whatsapp", NUMBER, "Yes")
    api.post(WEBHOOK, json={"url": receiver.url})
    body = sim.reply("whatsapp", NUMBER, "Yes")
    assert sim.wait_pushed()
    assert receiver.documents == [body]
    assert set(body) == {"message_id", "from", "to", "text", "received_at"}
    assert (body["from"], body["text"], body["received_at"]) == (NUMBER, "Yes", "2025-11-03T09:00:00.000Z")
    assert "authorization" not in receiver.headers[0]
    api.delete(WEBHOOK)
    with pytest.raises(ValueError, match="whatsapp"):
        sim.reply("whatsapp", NUMBER, "Yes")


def test_sms_reply_goes_to_its_target_with_its_credentials(sim: OpenTextSimulator, receiver: WebhookReceiver) -> None:
    with pytest.raises(ValueError, match="sms"):
        sim.reply("sms", NUMBER, "STOP")
    sim.replies_to(WebhookTarget(receiver.url, ("user", "word"), ("X-Key", "k")))
    bodies = [sim.reply("sms", NUMBER, "STOP", "r1"), sim.reply("sms", "+447700900123", "STOP")]
    assert sim.wait_pushed()
    assert receiver.documents == bodies
    assert [(one["from"], one.get("ref")) for one in bodies] == [(NUMBER, "r1"), ("+447700900123", None)]
    assert "ref" not in bodies[1]
    assert bodies[0]["message_id"] != bodies[1]["message_id"]
    assert receiver.headers[0]["authorization"] == f"Basic {b64('user:word')}"
    assert receiver.headers[0]["x-key"] == "k"


def test_a_reply_comes_by_sms_or_whatsapp(sim: OpenTextSimulator, receiver: WebhookReceiver) -> None:
    sim.replies_to(WebhookTarget(receiver.url))
    with pytest.raises(ValueError, match="one of"):
        sim.reply("email", NUMBER, "Yes")  # type: ignore[arg-type]


def test_replies_are_lost_repeated_and_tried_again_like_status(
    sim: OpenTextSimulator, receiver: WebhookReceiver
) -> None:
    sim.replies_to(WebhookTarget(receiver.url))
    sim.push.drop_next, sim.push.duplicates, sim.switches.webhook_retries = 1, 1, 1
    receiver.statuses = [500]
    sim.reply("sms", NUMBER, "Yes")
    assert sim.wait_pushed()
    assert [(push.dropped, push.tries) for push in sim.pushes] == [(True, 0), (False, 2)]


def test_replies_over_the_own_route(sim: OpenTextSimulator, receiver: WebhookReceiver) -> None:
    reply = {"channel": "sms", "sender": NUMBER, "text": "Yes", "reference": "r1"}
    with loopback_client(base_url=f"{sim.url}/_simulator") as own:
        refused(own.post("/replies", json=reply), 422)
        sim.replies_to(WebhookTarget(receiver.url))
        body = own.post("/replies", json=reply).json()
        for wrong in ({}, {**reply, "channel": "email"}, {**reply, "odd": 1}, {**reply, "text": None}):
            refused(own.post("/replies", json=wrong), 422)
    assert sim.wait_pushed()
    assert (receiver.documents, body["ref"]) == ([body], "r1")


def test_reset_forgets_the_registration_and_keeps_the_target(
    api: httpx.Client, sim: OpenTextSimulator, receiver: WebhookReceiver
) -> None:
    sim.replies_to(WebhookTarget(receiver.url))
    api.post(WEBHOOK, json={"url": receiver.url})
    assert sim.snapshot()["inbound_whatsapp_url"] == receiver.url
    sim.reset()
    refused(api.get(WEBHOOK), 404)
    assert sim.reply("sms", NUMBER, "Yes")["from"] == NUMBER
