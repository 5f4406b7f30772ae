"""The faults that both simulators play, shown on one of them."""

from typing import Any

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE
from tests.contract.simulators.opentext.opentext_requests import (
    EMAILS,
    SMS,
    email,
    job_of,
    refused,
    sms,
    wait_until,
    with_id,
)

from simulators.faults import Fault
from simulators.opentext.simulator import OpenTextSimulator


def test_status_fault_answers_once_without_effect(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {EMAILS}", status=429, body={"message": "slow down"}, headers={"Retry-After": "7"})
    answer = api.post(EMAILS, json=email())
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (429, "7", {"message": "slow down"})
    assert sim.submits == []
    job_of(api.post(EMAILS, json=email()))
    assert [seen.status for seen in sim.requests] == [429, 200]


def test_status_fault_after_the_effect(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", status=502, body="bad gateway", effect_done=True)
    answer = api.post(SMS, json=sms(**with_id("m1")))
    assert (answer.status_code, answer.text) == (502, "bad gateway")
    assert [one.message_id for one in sim.submits] == ["m1"]


def test_faults_queue_per_route_and_times(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next("POST /mra/v1/outbound/*", times=2, status=500)
    sim.faults.next("* /mra/v1/outbound/sms", status=503)
    assert api.get(f"{EMAILS}/status?job_id=x").status_code == 404
    assert [api.post(SMS, json=sms()).status_code for _ in range(4)] == [500, 500, 503, 200]


def test_delay_fault_waits_then_serves(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", delay_seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        api.post(SMS, json=sms(), timeout=0.05)
    sim.faults.next(f"POST {SMS}", delay_seconds=0.01)
    job_of(api.post(SMS, json=sms()))


@pytest.mark.parametrize(("point", "done"), [("before_body", 0), ("before_effect", 0), ("after_effect", 1)])
def test_resets(api: httpx.Client, sim: OpenTextSimulator, point: str, done: int) -> None:
    sim.faults.next(f"POST {SMS}", reset=point)
    with pytest.raises((httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)):
        api.post(SMS, json=sms())
    assert len(sim.submits) == done
    assert sim.requests[0].request.body == (
        b"" if point == "before_body" else api.build_request("POST", SMS, json=sms()).content
    )
    assert job_of(api.post(SMS, json=sms())) == f"xsi-{done + 1}"


def test_hang_does_the_effect_and_loses_the_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", hang_seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        api.post(SMS, json=sms(), timeout=0.2)
    wait_until(lambda: len(sim.submits) == 1)


def test_truncated_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", answer="truncated")
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(SMS, json=sms())
    assert len(sim.submits) == 1


def test_invalid_json_answer(api: httpx.Client, sim: OpenTextSimulator) -> None:
    sim.faults.next(f"POST {SMS}", answer="invalid_json")
    answer = api.post(SMS, json=sms())
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert len(sim.submits) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": 500, "reset": "before_body"},
        {"reset": "sometime"},
        {"answer": "odd"},
        {"body": "x", "delay_seconds": 1},
        {"effect_done": True, "hang_seconds": 1},
    ],
)
def test_contradicting_faults_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Fault("POST /x", **fields)
    with pytest.raises(ValueError, match="METHOD"):
        Fault("/x", status=500)


def test_faults_over_http(api: httpx.Client, sim: OpenTextSimulator) -> None:
    own = f"{sim.url}/_simulator/faults"
    fault = {"route": f"POST {SMS}", "times": 2, "status": 503}
    assert len(BARE.post(own, json=[fault, {"route": "GET /x", "reset": "after_effect"}]).json()["faults"]) == 3
    assert api.post(SMS, json=sms()).status_code == 503
    assert len(BARE.get(own).json()["faults"]) == 2
    assert BARE.delete(own).json() == {"faults": []}
    job_of(api.post(SMS, json=sms()))
    for wrong in ({"status": 500}, {"route": "GET /x", "odd": 1}, {"route": "GET /x", "status": 500, "times": 0}, "x"):
        refused(BARE.post(own, json=wrong), 422)
    refused(BARE.post(own, content=b"{"), 422)
