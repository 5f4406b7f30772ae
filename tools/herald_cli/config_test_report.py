"""What came of a configuration's tests, printed for a person and as JSON."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald_cli.config_test_run import Result, Run


def print_run(console: Console, run: Run) -> None:
    """Print what failed and where it differs, then how many passed."""
    for result in run.results:
        if result.differences:
            console.print(Text.assemble(("✗ ", "red"), (result.case.where, "bold"), f" {result.case.entry.name}"))
            console.print(_table(result))
    passed = len(run.results) - run.failed
    colour = "green" if run.passed else "red"
    console.print(Text(f"{passed} of {len(run.results)} tests passed", style=colour))
    if run.untested and run.results:
        console.print(Text(f"no test makes these rules match: {', '.join(run.untested)}", style="yellow"))


def run_as_json(run: Run) -> dict[str, Any]:
    """Return the same for a script."""
    return {
        "passed": run.passed, "findings": [asdict(finding) for finding in run.findings],
        "tests": [
            {
                "file": result.case.document.file, "line": result.case.line, "name": result.case.entry.name,
                "passed": not result.differences, "differences": [asdict(one) for one in result.differences],
            }
            for result in run.results
        ],
        "untested": list(run.untested),
    }  # fmt: skip


def _table(result: Result) -> Table:
    table = Table("", "expected", "found", box=None, padding=(0, 2, 0, 2), header_style="dim")
    for one in result.differences:
        table.add_row(Text(one.what), Text(one.expected, "green"), Text(one.found, "red"))
    return table
