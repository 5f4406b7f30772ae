"""``config test``: the tests of ``config/tests/``, and what keeps ``config/`` from being put into force."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from herald.domain.errors import ConfigurationError
from herald_cli.terminal import EXIT_FINDINGS, ConfigOption, JsonOption, existing_folder, fail, out, print_json

if TYPE_CHECKING:
    from herald_cli.config_test_run import Run
    from herald_cli.findings import Finding


def run(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Run config/tests/: who would be told what, by which rule and when, for each sample. Sends nothing."""
    from herald_cli.config_test_report import print_run, run_as_json  # noqa: PLC0415 - keeps --help quick

    refuse_faults(folder, "tested")
    tested = _tested(folder)
    if as_json:
        print_json(run_as_json(tested))
    elif tested.results or tested.findings:
        for finding in tested.findings:
            print_finding(finding)
        print_run(out, tested)
    else:
        out.print(f"[yellow]there is no test in {folder}/tests[/]")
    if not tested.passed:
        raise typer.Exit(EXIT_FINDINGS)


def refuse_faults(folder: Path, done: str) -> None:
    """End the command if lint finds a fault; ``done`` is what was not."""
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    existing_folder(folder)
    findings = [finding for finding in lint_folder(folder) if not finding.warning]
    if findings:
        fail(f"{folder} may not ship, so nothing was {done}: run `herald config lint`")


def refuse_failing_tests(folder: Path) -> None:
    """End the command if a test of the folder fails, or cannot be run."""
    tested = _tested(folder)
    if not tested.passed:
        failing = f"{tested.failed} of its {len(tested.results)} tests fail"
        wrong = failing if tested.failed else "its tests cannot all be run"
        fail(f"{folder}: {wrong}, so nothing was applied: run `herald config test`")


def print_finding(finding: "Finding") -> None:
    """Print what lint found, with its place and its fix."""
    place = f"[bold]{finding.file}:{finding.line}:{finding.column}[/]"
    code = f"[yellow]warning {finding.code}[/]" if finding.warning else f"[red]{finding.code}[/]"
    out.print(f"{place} {code}", highlight=False)
    out.print(f"  {finding.message}", markup=False, highlight=False)
    if finding.fix:
        out.print(f"  fix: {finding.fix}", markup=False, highlight=False, style="green")


def _tested(folder: Path) -> "Run":
    from herald_cli.config_test_run import run_tests  # noqa: PLC0415

    try:
        return run_tests(folder)
    except ConfigurationError as error:
        fail(str(error))
