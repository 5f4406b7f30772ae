"""Brings the real stack up on one machine, without AWS and without Docker: ``with local_stack(...) as stack:``."""

from localrun.bring_up import local_stack
from localrun.emulator import Emulator, EmulatorError
from localrun.stack import LocalStack, StackOutputs

__all__ = ["Emulator", "EmulatorError", "LocalStack", "StackOutputs", "local_stack"]
