"""From nothing to a running stack and back to nothing."""

import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from localrun.build_and_deploy import built, deploy
from localrun.build_target import target_of
from localrun.emulator import running_emulator
from localrun.http_routes import add_http_routes
from localrun.public_address import address_links
from localrun.queue_concurrency import number_concurrency
from localrun.stack import LocalStack, read_outputs

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def local_stack(
    *,
    threekit_url: str,
    opentext_url: str,
    parameters: Mapping[str, str] | None = None,
    function_environment: Mapping[str, str] | None = None,
    root: Path = ROOT,
    emulator_python: Path | None = None,
    log_file: Path | None = None,
) -> Iterator[LocalStack]:
    """Run the whole stack for the length of the block; at its end, or at Ctrl-C or SIGTERM, nothing is left running.

    ``threekit_url`` and ``opentext_url`` are the origins the functions call, usually the simulators'. ``parameters``
    are the template's own and win over ``samconfig.toml``. Builds stay in ``.local/`` so that the next start is quick.
    ``function_environment`` is what functions find beside what the template gives them.
    ``log_file`` is where the emulator writes; runs at the same time want one each.
    """
    python = emulator_python or root / ".venv-emulator" / "bin" / "python"
    chosen = {"ThreekitBaseUrl": threekit_url, "OpenTextBaseUrl": opentext_url, **(parameters or {})}
    log = log_file or root / ".local" / "emulator.log"
    with _ended_by_sigterm(), running_emulator(python, log, function_environment or {}) as emulator:
        with built(root, target_of(python)) as build:
            name = deploy(build, emulator, chosen)
        outputs = read_outputs(emulator, name)
        add_http_routes(emulator, name, outputs.api_id)
        number_concurrency(emulator)
        stack = LocalStack(name, outputs, emulator)
        address_links(stack)
        yield stack


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the block as Ctrl-C does; Python's default ends the process and leaves children behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
