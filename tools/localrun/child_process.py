"""Child processes that never outlive the run: each leads a process group, and the group is ended as a whole."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

GRACE_SECONDS = 3.0


class CommandError(RuntimeError):
    """A command ended with an error. The message bears the end of what it said."""


@contextmanager
def child_process(
    command: Sequence[str], environment: Mapping[str, str], log_file: Path, directory: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own for the length of the block. Its output goes to ``log_file``."""
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end_group(process)


def run_to_end(command: Sequence[str], environment: Mapping[str, str], log_file: Path, directory: Path) -> None:
    """Run a command to its end, its output in ``log_file``. Raises ``CommandError`` where it fails."""
    with child_process(command, environment, log_file, directory) as process:
        code = process.wait()
    if code != 0:
        said = log_file.read_text(errors="replace").strip()[-4000:]
        raise CommandError(f"`{' '.join(command[:2])}` ended with {code}; the whole output is in {log_file}\n{said}")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it; a member may live on after its leader, so both signals go to the group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
