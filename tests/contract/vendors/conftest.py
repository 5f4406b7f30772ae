"""Both vendors, simulated strictly on loopback; a test finds them as if just started."""

from collections.abc import Iterator

import pytest

from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.opentext.simulator import OpenTextSwitches


@pytest.fixture(scope="package")
def running_opentext() -> Iterator[OpenTextSimulator]:
    with OpenTextSimulator(manual=True) as simulator:
        yield simulator


@pytest.fixture(scope="package")
def running_threekit() -> Iterator[ThreekitSimulator]:
    with ThreekitSimulator() as simulator:
        yield simulator


@pytest.fixture
def opentext(running_opentext: OpenTextSimulator) -> OpenTextSimulator:
    running_opentext.reset()
    running_opentext.switches = OpenTextSwitches(manual=True)
    return running_opentext


@pytest.fixture
def threekit(running_threekit: ThreekitSimulator) -> ThreekitSimulator:
    running_threekit.reset()
    return running_threekit
