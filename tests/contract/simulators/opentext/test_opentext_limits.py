"""The outage and the limit of submits, both assumed (docs/vendor/opentext.md 6)."""

from datetime import timedelta

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.opentext.opentext_requests import (
    EMAILS,
    SMS,
    TOKEN,
    Clock,
    email,
    job_of,
    refused,
    sms,
    status,
)

from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET
from simulators.opentext.simulator import OpenTextSimulator


def test_outage_is_503_on_every_vendor_route_without_effect(api: httpx.Client, sim: OpenTextSimulator) -> None:
    job_id = job_of(api.post(SMS, json=sms()))
    sim.switches.outage = True
    client = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    refused(api.post(SMS, json=sms()), 503)
    refused(api.get(f"{SMS}/status?job_id={job_id}"), 503)
    refused(api.post("/mra/v1/inbound/whatsapp/messages/webhook", json={"url": "https://x.example.com"}), 503)
    refused(api.get("/mra/v1/nowhere"), 503)
    refused(BARE.post(sim.url + TOKEN, json=client), 503)
    assert BARE.get(f"{sim.url}/_simulator/state").json()["inbound_whatsapp_url"] is None
    assert [seen.status for seen in sim.requests] == [200, *[503] * 5]
    assert len(sim.submits) == 1
    with loopback_client(base_url=f"{sim.url}/_simulator") as own:
        assert own.post("/switches", json={"outage": False}).json()["outage"] is False
    assert status(api, SMS, job_id)["job_id"] == job_id


def test_submits_above_the_rate_are_429(api: httpx.Client, sim: OpenTextSimulator, clock: Clock) -> None:
    sim.switches.requests_per_second = 2
    for path, body in ((SMS, sms()), (EMAILS, email())):
        job_of(api.post(path, json=body))
    over = api.post(SMS, json=sms())
    refused(over, 429)
    assert over.headers["Retry-After"] == "1"
    assert len(sim.submits) == 2
    assert api.get(f"{SMS}/status?job_id=xsi-1").status_code == 200
    clock.now += timedelta(seconds=0.5)
    job_of(api.post(SMS, json=sms()))
    refused(api.post(SMS, json=sms()), 429)
    clock.now += timedelta(hours=1)
    assert [api.post(SMS, json=sms()).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(("rate", "seconds"), [(0.1, 10), (0.3, 4), (0.7, 2), (1.0, 1)])
def test_who_waits_as_long_as_told_is_taken(
    api: httpx.Client, sim: OpenTextSimulator, clock: Clock, rate: float, seconds: int
) -> None:
    sim.switches.requests_per_second = rate
    job_of(api.post(SMS, json=sms()))
    assert api.post(SMS, json=sms()).headers["Retry-After"] == str(seconds)
    for _ in range(seconds - 1):
        clock.now += timedelta(seconds=1)
        refused(api.post(SMS, json=sms()), 429)
    clock.now += timedelta(seconds=1)
    job_of(api.post(SMS, json=sms()))


def test_only_a_known_caller_uses_up_the_rate(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.switches.requests_per_second = 1
    refused(BARE.post(sim.url + SMS, json=sms()), 401)
    refused(api.post(SMS, json={}), 422)
    refused(api.post(SMS, json=sms()), 429)
    sim.reset()
    job_of(api.post(SMS, json=sms()))


def test_no_rate_is_no_limit_and_a_new_rate_starts_full(api: httpx.Client, sim: OpenTextSimulator) -> None:
    for _ in range(20):
        job_of(api.post(SMS, json=sms()))
    sim.switches.requests_per_second = 1
    job_of(api.post(SMS, json=sms()))
    refused(api.post(SMS, json=sms()), 429)
