"""Another writer between two requests of a client, over sockets and without."""

from collections.abc import Iterator

import httpx
import pytest
from tests.contract.simulators.loopback_client import loopback_client

from simulators.in_process import IN_PROCESS_URL, in_process
from simulators.opentext.simulator import OpenTextSimulator
from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator

ORDER = f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}"


@pytest.fixture
def sim() -> ThreekitSimulator:
    return ThreekitSimulator()


@pytest.fixture(params=["sockets", "in process"])
def api(sim: ThreekitSimulator, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sim.tokens.private}"}
    if request.param == "in process":
        with httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(sim), headers=headers) as client:
            yield client
    else:
        with sim, loopback_client(base_url=sim.url, headers=headers) as client:
            yield client


def test_another_writer_comes_between_the_read_and_the_write(api: httpx.Client, sim: ThreekitSimulator) -> None:
    def write() -> None:
        sim.change_order(ids.ORDER_BERLIN_SOFA_NEW, metadata={"other": 1}, name="other")

    sim.interlude("PUT /api/orders/*", write)
    read = api.get(ORDER).json()
    assert "other" not in read["metadata"]
    written = api.put(ORDER, json={"metadata": {**read["metadata"], "mine": 1}}).json()
    assert ("other" in written["metadata"], written["metadata"]["mine"], written["name"]) == (False, 1, "other")


def test_an_interlude_is_played_once_and_only_for_its_route(api: httpx.Client, sim: ThreekitSimulator) -> None:
    played: list[str] = []
    sim.interlude("* /api/orders/*", lambda: played.append("first"))
    sim.interlude(f"get {ORDER}", lambda: played.append("second"))
    api.get("/api/assets")
    api.get("/_simulator/state")
    assert played == []
    seen = []
    for _ in range(3):
        api.get(ORDER)
        seen.append(list(played))
    assert seen == [["first"], ["first", "second"], ["first", "second"]]


def test_an_interlude_may_call_the_simulator_itself(api: httpx.Client, sim: ThreekitSimulator) -> None:
    def call() -> None:
        with httpx.Client(base_url=api.base_url, headers=api.headers, transport=in_process(sim)) as other:
            assert other.put(ORDER, json={"name": "other"}).status_code == 200

    sim.interlude("PUT /api/orders/*", call)
    assert api.put(ORDER, json={"status": "Complete"}).json()["name"] == "other"
    assert [seen.request.method for seen in sim.requests] == ["PUT", "PUT"]


def test_an_interlude_may_call_over_the_network() -> None:
    with ThreekitSimulator() as sim:
        headers = {"Authorization": f"Bearer {sim.tokens.private}"}
        with loopback_client(base_url=sim.url, headers=headers) as api:

            def call() -> None:
                with loopback_client(base_url=sim.url, headers=headers) as other:
                    other.put(ORDER, json={"name": "other"})

            sim.interlude("PUT /api/orders/*", call)
            assert api.put(ORDER, json={"status": "Complete"}).json()["name"] == "other"


def test_a_request_that_is_not_handled_leaves_the_interlude_waiting(api: httpx.Client, sim: ThreekitSimulator) -> None:
    played: list[int] = []
    sim.interlude(f"GET {ORDER}", lambda: played.append(1))
    sim.faults.next(f"GET {ORDER}", status=503)
    api.get(ORDER)
    assert played == []
    sim.faults.next(f"GET {ORDER}", status=503, effect_done=True)
    api.get(ORDER)
    assert played == [1]


def test_an_outage_leaves_the_interlude_waiting() -> None:
    sim, played = OpenTextSimulator(outage=True), list[int]()
    sim.interlude("* *", lambda: played.append(1))
    with httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(sim)) as api:
        api.get("/mra/v1/outbound/sms/status")
        assert played == []
        sim.switches.outage = False
        api.get("/mra/v1/outbound/sms/status")
    assert played == [1]


def test_reset_forgets_interludes_and_a_wrong_route_is_refused() -> None:
    played: list[int] = []
    for sim in (ThreekitSimulator(), OpenTextSimulator()):
        sim.interlude("* *", lambda: played.append(1))
        sim.reset()
        with httpx.Client(base_url=IN_PROCESS_URL, transport=in_process(sim)) as api:
            api.get("/anything")
        with pytest.raises(ValueError, match="METHOD"):
            sim.interlude("/api/orders", lambda: None)
    assert played == []
