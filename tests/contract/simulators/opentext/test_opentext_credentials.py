"""Who may call the OpenText simulator (docs/vendor/opentext.md 2)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE
from tests.contract.simulators.opentext.opentext_requests import SMS, TOKEN, Clock, refused, sms

from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET, USER_PASSWORD
from simulators.opentext.simulator import OpenTextSimulator


@pytest.mark.parametrize(
    "auth", [None, ("simulated-user", "wrong"), ("wrong", USER_PASSWORD), (CLIENT_ID, CLIENT_SECRET)]
)
def test_wrong_basic_is_401(sim: OpenTextSimulator, auth: Any) -> None:
    refused(BARE.post(sim.url + SMS, json=sms(), auth=auth), 401)
    refused(BARE.get(f"{sim.url}{SMS}/status?job_id=xsi-1", auth=auth), 401)
    assert sim.submits == []


def test_malformed_basic_is_401(sim: OpenTextSimulator) -> None:
    refused(BARE.post(sim.url + SMS, json=sms(), headers={"Authorization": "Basic %%%"}), 401)


def bearer(sim: OpenTextSimulator, token: str) -> httpx.Response:
    return BARE.post(sim.url + SMS, json=sms(), headers={"Authorization": f"Bearer {token}"})


def test_token_from_form_is_accepted_until_it_expires(sim: OpenTextSimulator, clock: Clock) -> None:
    sim.switches.token_lifetime_seconds = 60
    answer = BARE.post(sim.url + TOKEN, data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, CLIENT_SECRET))
    token = answer.json()["access_token"]
    assert answer.json()["expires_in"] == 60
    clock.now += timedelta(seconds=59)
    assert bearer(sim, token).status_code == 200
    clock.now += timedelta(seconds=1)
    refused(bearer(sim, token), 401)


def test_token_from_form_with_the_official_wrong_content_type(sim: OpenTextSimulator) -> None:
    headers = {"Content-Type": "application/json"}
    content = "grant_type=client_credentials"
    answer = BARE.post(sim.url + TOKEN, content=content, headers=headers, auth=(CLIENT_ID, CLIENT_SECRET))
    assert bearer(sim, answer.json()["access_token"]).status_code == 200


def test_token_from_json_form(sim: OpenTextSimulator) -> None:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    token = BARE.post(sim.url + TOKEN, json=body).json()["access_token"]
    assert bearer(sim, token).status_code == 200
    sim.credentials.revoke_all()
    refused(bearer(sim, token), 401)


@pytest.mark.parametrize(("path", "secret"), [(TOKEN, "wrong"), ("/tenants/other/oauth2/token", CLIENT_SECRET)])
def test_wrong_client_gets_the_fault_body(sim: OpenTextSimulator, path: str, secret: str) -> None:
    answer = BARE.post(sim.url + path, data={"grant_type": "client_credentials"}, auth=(CLIENT_ID, secret))
    assert answer.status_code == 401
    assert answer.json()["fault"]["detail"]["errorcode"] == "oauth.v2.InvalidApiKey"


def test_other_grants_are_400(sim: OpenTextSimulator) -> None:
    answer = BARE.post(sim.url + TOKEN, data={"grant_type": "password"}, auth=(CLIENT_ID, CLIENT_SECRET))
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


def test_client_secret_is_no_bearer_token(sim: OpenTextSimulator) -> None:
    refused(bearer(sim, CLIENT_SECRET), 401)
