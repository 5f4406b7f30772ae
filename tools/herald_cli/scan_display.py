"""A scan as somebody watches it: a bar on a terminal, else a line whenever the stage changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from herald.domain.catalog.run import Run
from herald_cli.scan_ask import Sight
from herald_cli.scan_progress import progress_words

GIVEN_UP = "a step of a scan was given up meanwhile: `herald redrive scan --dry-run` says why"
NOT_YET = "asked for, not begun yet"


class Display(Protocol):
    """Shows what is to be seen."""

    def __call__(self, sight: Sight) -> None:
        """Show it in place of what was shown before."""
        ...


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """Give what shows sights on a console for the length of the block."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[told]}"), TimeElapsedColumn()
    with Bars(*columns, console=console, transient=True) as bars:
        yield _Bar(bars)


class _Bar:
    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task(NOT_YET, total=None, told="")
        self._warned = False

    def __call__(self, sight: Sight) -> None:
        if sight.given_up and not self._warned:
            self._warned = True
            self._bars.console.print(Text(f"! {GIVEN_UP}", style="yellow"))
        progress = sight.progress
        self._bars.update(
            self._task, description=what(sight), told=progress_words(progress) if progress else "",
            total=progress.total if progress and progress.done is not None else None,
            completed=progress.done or 0 if progress else 0,
        )  # fmt: skip


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: list[str] = []

    def __call__(self, sight: Sight) -> None:
        self._say(what(sight), progress_words(sight.progress) if sight.progress else "")
        if sight.given_up:
            self._say(GIVEN_UP)

    def _say(self, what_it_is: str, details: str = "") -> None:
        if what_it_is not in self._said:
            self._said.append(what_it_is)
            line = f"{what_it_is}: {details}" if details else what_it_is
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def what(sight: Sight) -> str:
    """Return what a scan that was asked for is at."""
    if sight.run is not None:
        return f"{sight.run.id} is {sight.run.stage}"
    return f"waits for {named(sight.ahead)}, which is {sight.ahead.stage}" if sight.ahead else NOT_YET


def named(run: Run) -> str:
    """Return a run's id with what it scans."""
    return f"{run.id} ({', '.join(run.partitions)}{', dry' if run.dry else ''})"
