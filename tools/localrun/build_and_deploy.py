"""`sam build` and `sam deploy` of the real template: the same commands and the same template a stage gets."""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localrun.build_target import BuildTarget
from localrun.child_process import run_to_end
from localrun.emulator import Emulator

CONFIG_ENVIRONMENT = "local"
ARTIFACT_BUCKET = "herald-local-artifacts"


@dataclass(frozen=True)
class Build:
    """A finished build, and where its commands write what they say."""

    root: Path
    folder: Path
    target: BuildTarget

    @property
    def artifacts(self) -> Path:
        """The built template and layers."""
        return self.folder / "artifacts"


@contextmanager
def built(root: Path, target: BuildTarget) -> Iterator[Build]:
    """Build, unless nothing changed since the last time; for the length of the block no other run builds over it."""
    build = Build(root, root / ".local" / "build" / target.name, target)
    build.folder.mkdir(parents=True, exist_ok=True)
    with (build.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = build.folder / "built-from"
        sources = _fingerprint(root)
        if not stamp.exists() or stamp.read_text() != sources or not (build.artifacts / "template.yaml").exists():
            stamp.unlink(missing_ok=True)
            _run_build(build)
            stamp.write_text(sources)
        yield build


def deploy(build: Build, emulator: Emulator, parameters: Mapping[str, str]) -> str:
    """Deploy a build into the emulator and return the stack's name. ``parameters`` win over ``samconfig.toml``."""
    config = tomllib.loads((build.root / "samconfig.toml").read_text())[CONFIG_ENVIRONMENT]["deploy"]["parameters"]
    configured = dict(pair.split("=", 1) for pair in config["parameter_overrides"])
    merged = configured | build.target.parameters | dict(parameters)
    # A bucket of our own, because `--resolve-s3` waits a quarter of a minute for one
    emulator.client("s3").create_bucket(Bucket=ARTIFACT_BUCKET)
    command = [
        *(_sam(), "deploy", "--config-env", CONFIG_ENVIRONMENT, "--config-file", str(build.root / "samconfig.toml")),
        *("--template-file", str(build.artifacts / "template.yaml"), "--s3-bucket", ARTIFACT_BUCKET),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in merged.items())),
    ]
    _run(build, command, emulator.aws_environment() | {"SAM_CLI_POLL_DELAY": "0.1"}, "deploy.log")
    return str(config["stack_name"])


def _run_build(build: Build) -> None:
    command = [
        *(_sam(), "build", "--config-env", CONFIG_ENVIRONMENT, "--template-file", str(build.root / "template.yaml")),
        *("--build-dir", str(build.artifacts), "--cache-dir", str(build.folder / "cache")),
        *("--parameter-overrides", *(f"{name}={value}" for name, value in build.target.parameters.items())),
    ]
    _run(build, command, build.target.environment, "build.log")


def _run(build: Build, command: list[str], environment: Mapping[str, str], log: str) -> None:
    # SAM leaves folders behind in the temporary directory, so it gets one of its own
    with tempfile.TemporaryDirectory(prefix="herald-sam-", ignore_cleanup_errors=True) as scratch:
        own = _environment() | dict(environment) | {"TMPDIR": scratch}
        run_to_end(command, own, build.folder / log, build.root)


def _fingerprint(root: Path) -> str:
    """Of all that is built: functions are not, they are packed as they stand."""
    digest = hashlib.sha256()
    layers = sorted(path for path in (root / "layers").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in (root / "template.yaml", *layers):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _environment() -> dict[str, str]:
    """The host's, because pip finds its index there; without what concerns AWS, and with our tools first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_CLI_", "HERALD_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "SAM_CLI_TELEMETRY": "0"}


def _sam() -> str:
    beside = Path(sys.executable).with_name("sam")
    return str(beside) if beside.exists() else shutil.which("sam") or "sam"
