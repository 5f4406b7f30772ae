"""Scans printed for people."""

from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.domain.catalog.run import Run
from herald_cli.scan_display import named
from herald_cli.scan_progress import Progress, progress_words
from herald_cli.scan_status import Scans, duration, overdue_words
from herald_cli.scan_words import count, moment, span
from herald_cli.status_report import ago

COUNTS = {
    "items": "items", "looked_at": "looked at, as they or what is around them changed",
    "written": "remembered anew", "findings": "findings",
    "exempt": "findings exempt", "opened": "issues opened", "resolved": "issues resolved", "open": "issues open",
    "muted": "issues muted", "changes": "items published, changed or withdrawn", "ready": "items ready in a region",
    "late": "items late in a language", "check_errors": "checks that failed", "assets": "assets",
    "configurations": "saved configurations",
}  # fmt: skip


def plain_table(*headers: str) -> Table:
    """Return a table without lines."""
    return Table(*headers, box=None, padding=(0, 2, 0, 0))


def print_summary(console: Console, run: Run, bucket: str, now: datetime) -> None:
    """Print what a finished scan found, and where its report is."""
    console.print(Text.assemble(("finished", "green"), f" {named(run)} in {span(duration(run, now))}"))
    table = Table.grid(padding=(0, 2))
    for name, told in COUNTS.items():
        if name in run.counts:
            bad = name == "check_errors" and run.counts[name]
            table.add_row(told, Text(count(run.counts[name]), style="red" if bad else "", justify="right"))
    console.print(table)
    if run.dry:
        console.print("It was dry: nobody was told anything, and nothing is remembered of it.", highlight=False)
    console.print(f"report: `herald scan report --run {run.id}`", highlight=False, soft_wrap=True)
    console.print(f"        s3://{bucket}/reports/{run.id}/all.csv", highlight=False, markup=False, soft_wrap=True)


def print_scans(console: Console, scans: Scans, progress: Progress | None, most: int, now: datetime) -> None:
    """Print how scans stand."""
    grid = Table.grid(padding=(0, 2))
    grid.add_row("now", _present(scans.present, progress, now))
    last = f"{named(scans.finished)}, " if scans.finished else ""
    grid.add_row("last finished", Text(f"{last}{ago(scans.finished_at, now)}"))
    console.print(grid)
    if scans.runs:
        console.print()
        console.print(_runs(scans.runs[:most], now))
    for overdue in scans.overdue:
        console.print(Text(f"! {overdue_words(overdue)}", style="red"), soft_wrap=True)
    if not scans.runs:
        console.print("nothing was ever scanned: `herald scan run` does it now")


def _present(run: Run | None, progress: Progress | None, now: datetime) -> Text:
    if run is None:
        return Text("no scan is under way")
    at = f", {progress_words(progress)}" if progress else ""
    since = f" for {span(now - run.stage_at)}" if run.stage_at else ""
    return Text(f"{named(run)} began {ago(run.began_at, now)}, is {run.stage}{since}{at}")


def _runs(runs: tuple[Run, ...], now: datetime) -> Table:
    table = plain_table()
    table.add_column("scan", no_wrap=True)
    for header in ("began, UTC", "took", "partitions", "asked by"):
        table.add_column(header)
    for header in ("items", "looked at", "findings", "opened", "resolved", "open", "changes"):
        table.add_column(header, justify="right")
    for run in runs:
        took = span(duration(run, now)) if run.finished_at else str(run.stage)
        numbers = (
            count(run.counts[name]) if name in run.counts else "-"
            for name in ("items", "looked_at", "findings", "opened", "resolved", "open", "changes")
        )
        dry = " (dry)" if run.dry else ""
        table.add_row(
            Text(run.id), moment(run.began_at), took + dry,
            Text(", ".join(run.partitions), overflow="fold"), Text(run.asked_by, overflow="fold"), *numbers,
        )  # fmt: skip
    return table
