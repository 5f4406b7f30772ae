"""An environment equal to the deployed one: the layers' packages and boto3 on the path, and nothing else."""

import hashlib
import os
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".local" / "bench"
REQUIREMENTS = ROOT / "layers" / "deps" / "requirements.txt"
RUNTIME_PACKAGE = "boto3"
"""Part of the Lambda runtime, with what it needs."""


def command(*arguments: str) -> list[str]:
    """Return the command of a fresh interpreter that sees no packages but those of its ``PYTHONPATH``."""
    return [sys.executable, "-S", "-s", *arguments]


def environment(function: str, **variables: str) -> dict[str, str]:
    """Return the whole environment of such an interpreter: nothing of this process's gets in.

    Compiled modules are kept apart from the source tree, so a second start finds all of them, as it must be measured.
    """
    path = [ROOT / "functions" / function, ROOT / "layers" / "core", packages()]
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        "PYTHONPYCACHEPREFIX": str(WORK / "pycache"),
        **variables,
    }


def packages() -> Path:
    """Return a folder with links to what the layer's requirements and boto3 install, and to nothing else."""
    closure = _closure([*_pinned(), RUNTIME_PACKAGE])
    named = sorted(f"{found.name}=={found.version}" for found in closure)
    digest = hashlib.sha256("\n".join([sys.version, *named]).encode()).hexdigest()
    folder = WORK / f"packages-{digest[:16]}"
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
        unfinished.mkdir(parents=True)
        for found in closure:
            for name in {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}:
                (unfinished / name).symlink_to(Path(str(found.locate_file(name))).resolve())
        unfinished.rename(folder)
    return folder


def _pinned() -> list[str]:
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _closure(wanted: list[str]) -> list[Distribution]:
    found: dict[str, Distribution] = {}
    while wanted:
        requirement = Requirement(wanted.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = package = distribution(name)
        wanted += package.requires or []
    return list(found.values())
