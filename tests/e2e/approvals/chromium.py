"""The Chromium of the browser tests: found, or put there by ``python -m tests.e2e.approvals.chromium``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FIX = "install chromium (apt-get install chromium, or: playwright install chromium), or name one in HERALD_CHROMIUM"


def found() -> str | None:
    """Return the path of a Chromium that starts; ``None`` if there is none."""
    return next((path for path in _places() if Path(path).is_file() and _ends_well([path, "--version"])), None)


def made_sure() -> bool:
    """Install one if there is none; return whether there is one then."""
    return found() is not None or any(_ends_well(*way) and found() is not None for way in _ways())


def _places() -> Iterator[str]:
    if "HERALD_CHROMIUM" in os.environ:
        yield os.environ["HERALD_CHROMIUM"]
        return
    yield from filter(None, map(shutil.which, NAMES))
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def _ways() -> Iterator[Sequence[Sequence[str]]]:
    if "HERALD_CHROMIUM" in os.environ:
        return
    root = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if root:
        yield ["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "chromium"]
    yield ([sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium"],)


def _ends_well(*commands: Sequence[str]) -> bool:
    for words in commands:
        ended = subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
        if ended.returncode:
            return False
    return True


if __name__ == "__main__":
    # The browser tests say the same again where they fail; all others need no browser.
    if not made_sure():
        print(f"there is no Chromium for the browser tests: {FIX}", file=sys.stderr)  # noqa: T201
