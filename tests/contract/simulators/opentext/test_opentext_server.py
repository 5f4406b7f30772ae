"""The server under both simulators, and the routes that are not the vendor's."""

import dataclasses
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE, loopback_client
from tests.contract.simulators.opentext.opentext_requests import NUMBER, SMS, client, job_of, refused, sms, with_id

import simulators
from simulators.__main__ import build, parser
from simulators.opentext.credentials import USER_ID, USER_PASSWORD
from simulators.opentext.simulator import OpenTextSimulator, OpenTextSwitches, OpenTextSwitchValues


def test_one_connection_serves_many_requests(sim: OpenTextSimulator) -> None:
    with loopback_client(auth=(USER_ID, USER_PASSWORD), limits=httpx.Limits(max_connections=1)) as api:
        streams = set()
        for _ in range(3):
            answer = api.post(sim.url + SMS, json=sms())
            streams.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
    assert len(streams) == 1


def test_chunked_bodies_are_411(api: httpx.Client) -> None:
    refused(api.post(SMS, content=iter([b"{", b"}"]), headers={"Content-Type": "application/json"}), 411)


def test_parallel_submits_are_each_recorded_once(sim: OpenTextSimulator) -> None:
    def send(number: int) -> None:
        with client(sim) as api:
            for _ in range(2):
                api.post(SMS, json=sms(destinations=[{"sms": f"004477009{number:05d}"}], **with_id(f"m{number}")))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(sim.sends_per_recipient().values()) == {1}
    assert {one.arrivals for one in sim.submits} == {2}


def test_own_routes_show_and_change_the_state(api: httpx.Client, sim: OpenTextSimulator) -> None:
    with loopback_client(base_url=f"{sim.url}/_simulator") as own:
        assert (
            own.post("/outcomes", json={"address": "*", "outcome": "gamma_failure", "gamma_code": 7}).status_code == 200
        )
        refused(own.post("/outcomes", json={"address": "*", "outcome": "lost"}), 422)
        job_id = job_of(api.post(SMS, json=sms(**with_id("m1"))))
        assert own.post(f"/jobs/{job_id}/advance").json()["job_state"] == ["Processing"]
        assert own.post(f"/jobs/{job_id}/finish").json()["deliveries"][0]["delivery_attempts"][0]["gamma_code"] == 7
        state = own.get("/state").json()
        assert (state["submits"][0]["message_id"], state["sends_per_recipient"]) == ("m1", {NUMBER: 1})
        assert own.get("/requests").json()[0]["headers"]["authorization"] == "Basic ***"
        own.post(f"/jobs/{job_id}/purge")
        refused(api.get(f"{SMS}/status?job_id={job_id}"), 404)
        refused(own.post("/jobs/unknown/advance"), 404)
        assert own.post("/switches", json={"job_prefix": "xsi2", "step_seconds": 1}).json()["job_prefix"] == "xsi2"
        refused(own.post("/switches", json={"webhook_states": "some"}), 422)
        own.post("/reset")
        assert (sim.submits, sim.jobs, sim.requests) == ([], {}, [])
    assert job_of(api.post(SMS, json=sms())) == "xsi2-2"


def test_switch_keywords_are_the_switches() -> None:
    assert set(OpenTextSwitchValues.__annotations__) == {spec.name for spec in dataclasses.fields(OpenTextSwitches)}


def test_command_line_sets_the_switches() -> None:
    words = [
        "opentext",
        "--port",
        "0",
        "--no-dedupe",
        "--final-only",
        "--token-lifetime",
        "5",
        "--outcome",
        "*@x=error",
        "--outage",
        "--requests-per-second",
        "2.5",
        "--replies-url",
        "http://127.0.0.1:9/replies",
    ]
    sim = build(parser().parse_args([*words, "--webhook-url", "http://127.0.0.1:9/", "--webhook-header", "X-Key: k"]))
    assert isinstance(sim, OpenTextSimulator)
    switches = sim.switches
    assert (switches.dedupe_message_id, switches.webhook_states, switches.token_lifetime_seconds) == (False, "final", 5)
    assert (switches.outage, switches.requests_per_second) == (True, 2.5)
    assert sim.outcomes.of("a@x").name == "error"
    sim.reply("sms", NUMBER, "Yes")
    assert (sim.pushes[0].url, sim.pushes[0].headers) == ("http://127.0.0.1:9/replies", {"X-Key": "k"})
    with pytest.raises(ValueError, match="NAME:VALUE"):
        build(parser().parse_args(["opentext", "--webhook-url", "http://127.0.0.1:9/", "--webhook-basic", "x"]))


@pytest.mark.parametrize("kind", ["threekit", "opentext"])
def test_starts_from_the_shell_and_stops_on_terminate(kind: str) -> None:
    command = [sys.executable, "-m", "simulators", kind, "--port", "0"]
    here = {**os.environ, "PYTHONPATH": str(Path(simulators.__file__).parent.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=here) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert BARE.get(f"{url}/_simulator/state").status_code == 200
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()  # else a failure above would wait for the process for ever
