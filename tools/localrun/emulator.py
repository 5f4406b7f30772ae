"""The AWS emulator (ministack) as a child process: loopback only, and nothing of the host's environment in it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import httpx

from localrun.child_process import child_process

REGION = "us-east-1"
HOST = "127.0.0.1"
READY_WITHIN_SECONDS = 30.0
_ACCESS_KEY = "test"
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108
_PLENTY_BYTES = 6 * 1024**3


class EmulatorError(RuntimeError):
    """The emulator is missing or does not start."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    port: int
    log_file: Path

    @property
    def endpoint_url(self) -> str:
        """Where every AWS API answers."""
        return f"http://{HOST}:{self.port}"

    def aws_environment(self) -> dict[str, str]:
        """Variables under which any AWS tool talks to this emulator, and to no account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": _ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": f"{HOST},localhost",
            "no_proxy": f"{HOST},localhost",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator; profiles and configuration files of the host are not read."""
        unread = dict.fromkeys(("profile", "config_file", "credentials_file"), (None, None, None, None))
        session = boto3.Session(
            botocore_session=botocore.session.Session(unread),
            aws_access_key_id=_ACCESS_KEY,
            aws_secret_access_key=_ACCESS_KEY,
            region_name=REGION,
        )
        return session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]


@contextmanager
def running_emulator(python: Path, log_file: Path, function_environment: Mapping[str, str]) -> Iterator[Emulator]:
    """Start the emulator with the interpreter of its virtual environment, and end it and its functions at exit.

    Functions inherit the emulator's environment, so ``function_environment`` is handed to it.
    """
    if not python.exists():
        raise EmulatorError(f"{python} is missing: `make setup` creates it")
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix="herald-emulator-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as scratch:
        port = _free_port()
        environment = {**function_environment, **_environment(port, scratch)}
        with child_process([str(python), "-m", "ministack"], environment, log_file, Path(scratch)) as process:
            emulator = Emulator(port, log_file)
            _wait_until_ready(emulator, process)
            yield emulator


def _in_memory() -> Path | None:
    """Every function process unpacks its layers: a second quicker in memory. None where there is not plenty."""
    enough = _MEMORY_FOLDER.is_dir() and shutil.disk_usage(_MEMORY_FOLDER).free > _PLENTY_BYTES
    return _MEMORY_FOLDER if enough else None


def _environment(port: int, scratch: str) -> dict[str, str]:
    """All the emulator is told. Functions inherit it, so it holds nothing a function could mistake for its own."""
    return {
        "PATH": os.defpath,
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": _ACCESS_KEY,
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        # No X-Ray daemon listens here
        "POWERTOOLS_TRACE_DISABLED": "true",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    with httpx.Client(trust_env=False, timeout=2.0) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise EmulatorError(f"the emulator ended with {process.returncode}: see {emulator.log_file}")
            try:
                if client.get(f"{emulator.endpoint_url}/_ministack/health").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise EmulatorError(f"the emulator was not ready within {READY_WITHIN_SECONDS:.0f} s: see {emulator.log_file}")
