"""People who approve, in a house with the shipped configuration."""

import pytest
from tests.integration.approvals.approving import Approving
from tests.integration.conftest import emulated_aws, opentext, threekit
from tests.integration.house import House
from tests.integration.paths import ROOT

from herald_cli.configuration_folder import read_folder
from localrun.running_house import without_hours_and_throttles
from simulators import OpenTextSimulator, ThreekitSimulator

__all__ = ["emulated_aws", "opentext", "threekit"]


@pytest.fixture
def people(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> Approving:
    """The people of the shipped configuration."""
    return Approving(House(threekit, opentext, without_hours_and_throttles(read_folder(ROOT / "config"))))
