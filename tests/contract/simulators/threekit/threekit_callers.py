"""What the tests of this simulator send and expect."""

import httpx
from tests.contract.simulators.loopback_client import loopback_client

from simulators.threekit.simulator import ThreekitSimulator

ORIGIN = {"Origin": "https://shop.example.com"}


def private(sim: ThreekitSimulator) -> httpx.Client:
    return loopback_client(base_url=sim.url, headers={"Authorization": f"Bearer {sim.tokens.private}"})


def public(sim: ThreekitSimulator) -> httpx.Client:
    return loopback_client(base_url=sim.url, params={"bearer_token": sim.tokens.public}, headers=ORIGIN)


def refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    message: str = answer.json()["message"]
    assert message
    return message
