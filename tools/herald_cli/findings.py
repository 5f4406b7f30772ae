"""Findings: what is wrong in ``config/``, where, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding. Lines and columns count from 1; a finding about a whole file has line 1. Sorts as files are read.

    What is only a ``warning`` keeps nothing from shipping.
    """

    file: str
    line: int
    column: int
    code: str
    message: str
    fix: str = ""
    warning: bool = False

    def __str__(self) -> str:
        fix = f" ({self.fix})" if self.fix else ""
        kind = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {kind}{self.message}{fix} [{self.code}]"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return advice for a misspelt word: the nearest known ones, else all of them if they are few."""
    choices = sorted(known)
    near = difflib.get_close_matches(word, choices, n=2, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"`{choice}`" for choice in near) + "?"
    return "known: " + ", ".join(choices) if 0 < len(choices) <= 25 else ""
