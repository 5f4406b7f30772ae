"""The simulator, and who calls it."""

from collections.abc import Iterator

import httpx
import pytest
from tests.contract.simulators.opentext.opentext_requests import Clock, client

from simulators.opentext.simulator import OpenTextSimulator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sim(clock: Clock) -> Iterator[OpenTextSimulator]:
    with OpenTextSimulator(manual=True, clock=clock) as running:
        yield running


@pytest.fixture
def api(sim: OpenTextSimulator) -> Iterator[httpx.Client]:
    with client(sim) as running:
        yield running
