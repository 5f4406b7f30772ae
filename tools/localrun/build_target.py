"""What the local run builds for: the emulator runs functions under its own interpreter, whatever the template says."""

import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


class UnsupportedHostError(RuntimeError):
    """This machine runs nothing the template can be built for."""


@dataclass(frozen=True)
class BuildTarget:
    """A Python version and an architecture, in the template's words."""

    python_version: str
    architecture: str

    @property
    def name(self) -> str:
        """A folder name for what is built for it."""
        return f"python{self.python_version}-{self.architecture}"

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters."""
        return {"PythonVersion": self.python_version, "Architecture": self.architecture}

    @property
    def environment(self) -> dict[str, str]:
        """What the layers' Makefiles read, because `sam build` hands them no parameters."""
        return {"HERALD_PYTHON_VERSION": self.python_version, "HERALD_ARCHITECTURE": self.architecture}


def target_of(python: Path) -> BuildTarget:
    """The target that runs under this interpreter on this machine."""
    question = [str(python), "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(question, check=True, capture_output=True, text=True).stdout.strip()
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise UnsupportedHostError(f"functions run on {sorted(set(_ARCHITECTURES.values()))}, not on {machine}")
    return BuildTarget(version, _ARCHITECTURES[machine])
