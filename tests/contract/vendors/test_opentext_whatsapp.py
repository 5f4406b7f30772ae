"""The registration of the URL for inbound WhatsApp messages (docs/vendor/opentext.md 5)."""

import json
from typing import Any

import pytest
from tests.builders import MovingClock
from tests.contract.vendors.clients import OPENTEXT_SECRET, PATIENT, Secret, whatsapp_at

from herald.adapters.http_client import HttpClient
from herald.adapters.opentext_authentication import OAuth2Authentication
from herald.domain.errors import CallFailed, Fate, Reason
from simulators import OpenTextSimulator
from simulators.opentext.credentials import TENANT

PATH = "/mra/v1/inbound/whatsapp/messages/webhook"
URL = "https://herald.example.com/opentext/whatsapp?token=t"


def test_a_url_is_registered_read_replaced_and_removed(opentext: OpenTextSimulator) -> None:
    webhook = whatsapp_at(opentext.url)
    assert webhook.registered() is None
    webhook.register("https://old.example.com/")
    webhook.register(URL)
    assert webhook.registered() == URL
    webhook.unregister()
    assert webhook.registered() is None


def test_the_requests(opentext: OpenTextSimulator) -> None:
    webhook = whatsapp_at(opentext.url)
    webhook.register(URL)
    webhook.registered()
    webhook.unregister()
    seen = [one.request for one in opentext.requests]
    assert [(one.method, one.path, one.query) for one in seen] == [(m, PATH, {}) for m in ("POST", "GET", "DELETE")]
    assert all(one.headers["authorization"].startswith("Basic ") for one in seen)
    assert (seen[0].headers["content-type"], json.loads(seen[0].body)) == ("application/json", {"url": URL})
    assert seen[1].body == seen[2].body == b""


def test_removing_what_is_not_there_is_told(opentext: OpenTextSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        whatsapp_at(opentext.url).unregister()
    assert (failed.value.fate, failed.value.reason) == (Fate.PERMANENT, Reason.NOT_FOUND)


def test_a_url_that_opentext_refuses_is_permanent(opentext: OpenTextSimulator) -> None:
    with pytest.raises(CallFailed) as failed:
        whatsapp_at(opentext.url).register("http://herald.example.com/")
    assert (failed.value.fate, failed.value.status) == (Fate.PERMANENT, 422)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"url": URL, "more": 1}, URL),
        ({}, "{}"),
        ({"webhook": {"url": URL}}, f'{{"webhook":{{"url":"{URL}"}}}}'),
        ({"url": ""}, '{"url":""}'),
        ({"url": 7.5}, '{"url":7.5}'),
        ([URL], f'["{URL}"]'),
        ("null", "null"),
    ],
)
def test_an_answer_of_another_shape_is_told_as_it_is(opentext: OpenTextSimulator, body: Any, told: str) -> None:
    opentext.faults.next(f"GET {PATH}", status=200, body=body)
    assert whatsapp_at(opentext.url).registered() == told


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("body", ["", "done", {"id": 1}])
def test_of_the_answer_to_a_change_only_the_status_counts(opentext: OpenTextSimulator, status: int, body: Any) -> None:
    webhook = whatsapp_at(opentext.url)
    opentext.faults.next(f"* {PATH}", times=2, status=status, body="" if status == 204 else body)
    webhook.register(URL)
    webhook.unregister()
    assert len(opentext.requests) == 2


def test_a_revoked_token_is_renewed(opentext: OpenTextSimulator) -> None:
    http = HttpClient([opentext.url], MovingClock(), timeouts=PATIENT)
    token_url = f"{opentext.url}/tenants/{TENANT}/oauth2/token"
    authentication = OAuth2Authentication(http, token_url, Secret(OPENTEXT_SECRET), MovingClock())
    webhook = whatsapp_at(opentext.url, authentication=authentication)
    webhook.register(URL)
    opentext.credentials.revoke_all()
    assert webhook.registered() == URL
