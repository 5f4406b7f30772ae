"""A catalogue of any size that is computed while it is asked for, with faults planted in it on request."""

from simulators.threekit.generated.catalogue import Generated
from simulators.threekit.generated.planting import KINDS, Faults, Planted

__all__ = ["KINDS", "Faults", "Generated", "Planted"]
