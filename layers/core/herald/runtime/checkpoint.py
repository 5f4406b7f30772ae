"""The fault port: where a test lets a function's process die between two steps."""

import os
from pathlib import Path

from herald.ports import Checkpoint

VARIABLE = "HERALD_FAULTS_FILE"


def no_checkpoint(name: str, subject: str) -> None:
    """Do nothing: what every deployed function uses."""


def checkpoint(faults_file: str | None) -> Checkpoint:
    """Return the checkpoint that kills the process where the file says so, or the one that does nothing.

    The file holds lines ``<checkpoint> <subject>``; a line is taken out before the process ends, so it dies there once.
    """
    if not faults_file:
        return no_checkpoint
    path = Path(faults_file)

    def die_if_told(name: str, subject: str) -> None:
        marker = path.parent / f"{path.name}.{name}.{subject.replace('/', '_')}"
        wanted = path.exists() and f"{name} {subject}" in path.read_text(encoding="utf-8").splitlines()
        if wanted and not marker.exists():
            marker.touch()
            os._exit(137)

    return die_if_told
