"""Loopback stand-ins for the two vendors: real HTTP, as strict as the vendor fact sheets, with faults on demand.

Start one in a test with ``with ThreekitSimulator() as sim: sim.url`` or from the shell with ``python -m simulators``.
For tests of volume ``simulators.in_process`` reaches one without sockets.
"""

from simulators.faults import Fault, FaultQueue
from simulators.opentext.simulator import OpenTextSimulator
from simulators.threekit.simulator import ThreekitSimulator

__all__ = ["Fault", "FaultQueue", "OpenTextSimulator", "ThreekitSimulator"]
