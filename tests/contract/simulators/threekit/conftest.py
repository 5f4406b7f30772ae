"""The simulator, and who calls it."""

from collections.abc import Iterator

import httpx
import pytest
from tests.contract.simulators.threekit.threekit_callers import private, public

from simulators.threekit.simulator import ThreekitSimulator


@pytest.fixture
def sim() -> Iterator[ThreekitSimulator]:
    with ThreekitSimulator() as running:
        yield running


@pytest.fixture
def api(sim: ThreekitSimulator) -> Iterator[httpx.Client]:
    with private(sim) as client:
        yield client


@pytest.fixture
def browser(sim: ThreekitSimulator) -> Iterator[httpx.Client]:
    with public(sim) as client:
        yield client
