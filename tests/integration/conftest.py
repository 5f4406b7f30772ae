"""A house with its vendors, fresh for each test."""

from collections.abc import Iterator

import pytest
from tests.contract.conftest import emulated_aws
from tests.integration.configuration import all_flows, two_rules
from tests.integration.house import House

from simulators import OpenTextSimulator, ThreekitSimulator

__all__ = ["emulated_aws"]


@pytest.fixture
def threekit() -> Iterator[ThreekitSimulator]:
    """A Threekit org with its seed orders."""
    with ThreekitSimulator() as simulator:
        yield simulator


@pytest.fixture
def opentext() -> Iterator[OpenTextSimulator]:
    """An OpenText account whose jobs move when the house lets them."""
    with OpenTextSimulator(manual=True) as simulator:
        yield simulator


@pytest.fixture
def house(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> House:
    """The house, with two rules: one for each new order, one for large ones."""
    return House(threekit, opentext, two_rules())


@pytest.fixture
def whole_house(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> House:
    """The house with a rule for everything workflows and connectors tell."""
    return House(threekit, opentext, all_flows())
