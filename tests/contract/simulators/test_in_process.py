"""Requests handed to a simulator without sockets: as over the network, but for time."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import loopback_client
from tests.contract.simulators.opentext.opentext_requests import SMS, email, job_of, refused, sms, status, with_id

from simulators.in_process import IN_PROCESS_URL, in_process
from simulators.opentext.credentials import USER_ID, USER_PASSWORD
from simulators.opentext.simulator import OpenTextSimulator
from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


@pytest.fixture
def sim() -> OpenTextSimulator:
    return OpenTextSimulator(manual=True)


@pytest.fixture
def api(sim: OpenTextSimulator) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=IN_PROCESS_URL, transport=in_process(sim), auth=(USER_ID, USER_PASSWORD), timeout=0.001
    ) as client:
        yield client


def test_a_simulator_that_does_not_listen_answers(api: httpx.Client, sim: OpenTextSimulator) -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = sim.url
    job_id = job_of(api.post(SMS, json=sms(**with_id("m1"))))
    sim.finish(job_id)
    assert status(api, SMS, job_id)["job_state"] == ["Complete", "Posted"]
    refused(api.post(SMS, json=sms(odd=1)), 422)
    refused(api.get("/mra/v1/nowhere"), 404)
    assert [seen.status for seen in sim.requests] == [200, 200, 422, 404]
    assert sim.requests[1].request.query == {"job_id": [job_id]}
    assert json.loads(sim.requests[0].request.body) == sms(**with_id("m1"))


def test_a_request_arrives_as_over_the_network(sim: OpenTextSimulator) -> None:
    def arrived(client: httpx.Client, url: str) -> dict[str, Any]:
        with client:
            sim.reset()
            client.post(
                f"{url}/MRA/a%20b/ü/?x=1&x=%2B&y=a+b&empty=",
                content="Grüße".encode(),
                headers={b"X-Odd": "Ü".encode()},
            )
            seen = sim.requests[0].summary()
            seen["headers"] = {name: text for name, text in seen["headers"].items() if name != "host"}
            return seen

    with sim:
        over_sockets = arrived(loopback_client(), sim.url)
    assert arrived(httpx.Client(transport=in_process(sim)), IN_PROCESS_URL) == over_sockets
    assert over_sockets["query"]["x"] == ["1", "+"]


def test_own_routes_are_served_and_not_recorded(api: httpx.Client, sim: OpenTextSimulator) -> None:
    assert api.post("/_simulator/switches", json={"job_prefix": "usme"}).json()["job_prefix"] == "usme"
    assert api.get("/_simulator/state").json()["submits"] == []
    assert sim.requests == []


def test_the_threekit_simulator_answers_too() -> None:
    sim = ThreekitSimulator()
    headers = {"Authorization": f"Bearer {sim.tokens.private}"}
    with httpx.Client(base_url="http://threekit.test", transport=in_process(sim), headers=headers) as api:
        order = api.put(f"/api/orders/{ids.ORDER_LYON_WISHLIST}", json={"name": "x"}).json()
        assert sim.orders[ids.ORDER_LYON_WISHLIST] == order
        sim.faults.next("GET /api/orders", reset="before_effect")
        with pytest.raises(httpx.ReadError):
            api.get("/api/orders")
        assert api.get("/api/orders").json()["count"] == 10


@pytest.mark.parametrize(
    ("fault", "raised", "effects"),
    [
        ({"reset": "before_body"}, httpx.ReadError, 0),
        ({"reset": "before_effect"}, httpx.ReadError, 0),
        ({"reset": "after_effect"}, httpx.ReadError, 1),
        ({"hang_seconds": 3600}, httpx.ReadTimeout, 1),
        ({"answer": "truncated"}, httpx.RemoteProtocolError, 1),
    ],
)
def test_faults_that_lose_the_answer(
    api: httpx.Client, sim: OpenTextSimulator, fault: dict[str, Any], raised: type[Exception], effects: int
) -> None:
    sim.faults.next(f"POST {SMS}", delay_seconds=3600, **fault)
    began = time.monotonic()
    with pytest.raises(raised) as caught:
        api.post(SMS, json=sms())
    assert type(caught.value) is raised
    assert time.monotonic() - began < 60
    assert len(sim.submits) == effects
    assert bool(sim.requests[0].request.body) == (fault.get("reset") != "before_body")
    assert sim.requests[0].fault is not None
    assert job_of(api.post(SMS, json=sms())) == f"xsi-{effects + 1}"


def test_faults_that_change_the_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", status=429, body="slow", headers={"Retry-After": "7"})
    answer = api.post(SMS, json=sms())
    assert (answer.status_code, answer.text, answer.headers["Retry-After"], len(sim.submits)) == (429, "slow", "7", 0)
    sim.faults.next(f"POST {SMS}", status=502, effect_done=True)
    assert (api.post(SMS, json=sms()).status_code, len(sim.submits)) == (502, 1)
    sim.faults.next(f"POST {SMS}", answer="invalid_json")
    odd = api.post(SMS, json=sms())
    assert (odd.status_code, len(sim.submits)) == (200, 2)
    with pytest.raises(ValueError, match="Expecting value"):
        odd.json()
    assert [seen.status for seen in sim.requests] == [429, 502, 200]


def test_a_delay_alone_does_not_wait(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", delay_seconds=3600)
    began = time.monotonic()
    job_of(api.post(SMS, json=sms()))
    assert time.monotonic() - began < 60


def test_chunked_bodies_are_411(api: httpx.Client, sim: OpenTextSimulator) -> None:
    refused(api.post(SMS, content=iter([b"{", b"}"])), 411)
    assert (sim.requests[0].status, sim.submits) == (411, [])


def test_thousands_of_submits_are_told_apart(api: httpx.Client, sim: OpenTextSimulator) -> None:
    for number in range(2000):
        api.post("/mra/v1/outbound/emails", json=email(**with_id(f"m{number % 1500}")))
    assert len(sim.submits) == 1500
    assert [sim.submits[place].arrivals for place in (0, 499, 500, 1499)] == [2, 2, 1, 1]
    for job_id in list(sim.jobs):
        sim.finish(job_id)
    assert sim.pushes == []
