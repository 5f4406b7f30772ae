"""The layers as their Makefiles build them: native code for the asked processor and Python, and no ballast."""

import hashlib
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tests.infra.template import ROOT

pytestmark = pytest.mark.slow

ELF_MACHINE = {62: "x86_64", 183: "arm64"}
UNPACKED_LIMIT_MB = 250
NO_INDEX = ("Temporary failure in name resolution", "NewConnectionError", "Network is unreachable")
TARGETS = [("3.13", "arm64"), (f"3.{sys.version_info.minor}", "x86_64")]


def make_layer(name: str, folder: Path, target: Path, **environment: str) -> None:
    """Run a layer's Makefile as `sam build` does. Skips where packages are neither cached nor reachable."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(  # noqa: S603
        ["make", "--directory", str(folder), f"build-{name}"],  # noqa: S607
        env={**os.environ, **environment, "PATH": path, "ARTIFACTS_DIR": str(target)},
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode and any(sign in run.stderr for sign in NO_INDEX):
        pytest.skip(f"{name} is not built yet and no package index answers")
    assert run.returncode == 0, f"`make build-{name}` in {folder} fails:\n{run.stderr[-2000:]}"


def dependencies(python_version: str, architecture: str) -> Path:
    """The built `deps` layer, kept between runs until its recipe changes."""
    folder = ROOT / "layers" / "deps"
    recipe = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()))
    kept = ROOT / ".local" / "layers" / f"deps-python{python_version}-{architecture}-{recipe.hexdigest()[:12]}"
    if not kept.exists():
        unfinished = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        asked = {"HERALD_PYTHON_VERSION": python_version, "HERALD_ARCHITECTURE": architecture}
        make_layer("DepsLayer", folder, unfinished, **asked)
        unfinished.rename(kept)
    return kept / "python"


@pytest.mark.parametrize(("python_version", "architecture"), TARGETS)
def test_native_code_is_for_the_asked_processor_and_python(python_version: str, architecture: str) -> None:
    built = dependencies(python_version, architecture)
    libraries = list(built.rglob("*.so"))
    assert {"cel_expr_python", "pydantic_core"} <= {library.parent.name for library in libraries}
    for library in libraries:
        (machine,) = struct.unpack_from("<H", library.read_bytes()[:20], 18)
        assert ELF_MACHINE.get(machine) == architecture, f"{library.name} is not for {architecture}: see --platform"
        # What keeps to the stable interface is built once for all versions.
        fits = (f"cpython-{python_version.replace('.', '')}-", ".abi3.")
        assert any(part in library.name for part in fits), f"{library.name} is not for {python_version}"


@pytest.mark.parametrize(("python_version", "architecture"), TARGETS)
def test_only_what_is_needed_is_shipped(python_version: str, architecture: str) -> None:
    built = dependencies(python_version, architecture)
    unneeded = [path for path in built.rglob("*") if path.name in {"tests", "__pycache__"} or path.suffix == ".pyi"]
    assert not unneeded, "let layers/deps/Makefile remove these"
    assert [path.name for path in (built / "cel_expr_python").rglob("*.so") if not path.name.startswith("cel.")] == []
    megabytes = sum(path.stat().st_size for path in built.rglob("*") if path.is_file()) / 1e6
    assert megabytes < UNPACKED_LIMIT_MB / 2, f"{megabytes:.0f} MB; Lambda takes {UNPACKED_LIMIT_MB} MB with everything"


def test_core_layer_holds_our_package_alone(tmp_path: Path) -> None:
    make_layer("CoreLayer", ROOT / "layers" / "core", tmp_path)
    assert [path.name for path in (tmp_path / "python").iterdir()] == ["herald"]
    assert not list(tmp_path.rglob("__pycache__"))
