"""``rules lint``, ``rules explain``, ``config test`` and ``config apply``: what stands in ``config/``."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from herald.domain.errors import ConfigurationError
from herald_cli.terminal import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    fail,
    out,
    plain_errors,
    print_json,
)

if TYPE_CHECKING:
    from herald.domain.configuration import Configuration
    from herald_cli.config_test_run import Run
    from herald_cli.connection import Connection
    from herald_cli.findings import Finding
    from herald_cli.scan_scheduler import Applied

rules = typer.Typer(no_args_is_help=True, help="Check and try the rules in config/.")
config = typer.Typer(no_args_is_help=True, help="Test config/, and put it into force.")


@rules.command("lint")
def rules_lint(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Check everything in config/: form, conditions and their types, audiences, templates, mapping."""
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415 - keeps --help quick

    _exists(folder)
    findings = lint_folder(folder)
    faults = [finding for finding in findings if not finding.warning]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _print_finding(finding)
        out.print(f"[red]{len(faults)} findings[/]" if faults else f"[green]{folder} may ship[/]")
    if faults:
        raise typer.Exit(EXIT_FINDINGS)


@rules.command("explain")
def rules_explain(
    file: Annotated[Path, typer.Argument(metavar="EVENT.json", help="A sample body.", exists=True, dir_okay=False)],
    folder: ConfigOption = Path("config"),
    as_json: JsonOption = False,
) -> None:
    """Say which rules match an event, what failed on which values, and who would be told what. Sends nothing."""
    from herald.adapters.templates import JinjaRenderer  # noqa: PLC0415
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415
    from herald_cli.explain import BodyRefusedError, explain_body  # noqa: PLC0415
    from herald_cli.explain_report import explained_as_json, print_explained  # noqa: PLC0415

    _exists(folder)
    try:
        configuration = read_folder(folder)
        events = explain_body(file.read_bytes(), configuration, datetime.now(UTC), renderer=JinjaRenderer())
    except (BodyRefusedError, ConfigurationError) as error:
        fail(str(error))
    if as_json:
        print_json([explained_as_json(event) for event in events])
        return
    for event in events:
        print_explained(out, event)


@config.command("test")
def config_test(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Run config/tests/: who would be told what, by which rule and when, for each sample. Sends nothing."""
    from herald_cli.config_test_report import print_run, run_as_json  # noqa: PLC0415 - keeps --help quick

    _without_faults(folder, "tested")
    run = _tested(folder)
    if as_json:
        print_json(run_as_json(run))
    elif run.results or run.findings:
        for finding in run.findings:
            _print_finding(finding)
        print_run(out, run)
    else:
        out.print(f"[yellow]there is no test in {folder}/tests[/]")
    if not run.passed:
        raise typer.Exit(EXIT_FINDINGS)


@config.command("apply")
def config_apply(
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    folder: ConfigOption = Path("config"),
    as_json: JsonOption = False,
) -> None:
    """Lint and test config/, store it as a version, make it the active one, and scan the catalogue when it says.

    Ends with 1 if the version is active and a schedule of scans could not be made.
    """
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    configuration = _linted(folder)
    with plain_errors():
        connection = connected(stack, region, local)
        configuration_store(connection).apply(configuration)
    told = {"active": configuration.version, "rules": len(configuration.rules)}
    if not as_json:
        out.print(f"[green]{configuration.version}[/] is active: {len(configuration.rules)} rules")
    schedules, trouble = _scheduled(connection, configuration)
    if as_json:
        print_json({**told, "schedules": asdict(schedules) if schedules else None})
    elif schedules:
        _print_schedules(schedules)
    if trouble:
        fail(f"{configuration.version} is active, but not all is scanned at the times it says: {trouble}")


def _scheduled(connection: "Connection", configuration: "Configuration") -> "tuple[Applied | None, str]":
    """Make the schedules of scans; return what was done, and what was in the way. An older stack may need none."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    from herald.domain.catalog.plan import plan_of  # noqa: PLC0415
    from herald_cli.scan_scheduler import scan_scheduler  # noqa: PLC0415
    from herald_cli.scan_schedules import wanted_schedules  # noqa: PLC0415

    plan = plan_of(configuration.catalog)
    try:
        done = scan_scheduler(connection).apply(plan)
    except ConfigurationError as error:
        return None, str(error) if wanted_schedules(plan) else ""
    except (BotoCoreError, ClientError) as error:
        return None, f"{error}. Check the AWS credentials and their rights, then apply again"
    names = ", ".join(name for one in done.refused for name in one.partitions)
    fix = "mend `schedule` or `time_zone` in catalog.yaml, or the rights of the AWS credentials, then apply again"
    return done, f"AWS refused the schedule of {names}: {fix}" if names else ""


def _print_schedules(done: "Applied") -> None:
    for word, names in (("created", done.created), ("updated", done.updated), ("deleted", done.deleted)):
        for name in names:
            out.print(Text.assemble((word, "green"), f" the schedule {name}"))
    for refused in done.refused:
        out.print(Text.assemble(("refused", "red"), f" the schedule of {', '.join(refused.partitions)}: {refused.why}"))
    if done.unchanged:
        out.print(f"{len(done.unchanged)} schedules are as they should be", highlight=False)


def _linted(folder: Path) -> Any:
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415

    _without_faults(folder, "applied")
    _refuse_failing_tests(folder)
    return read_folder(folder)


def _without_faults(folder: Path, done: str) -> None:
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    _exists(folder)
    findings = [finding for finding in lint_folder(folder) if not finding.warning]
    if findings:
        fail(f"{folder} has {len(findings)} findings, so nothing was {done}: run `herald rules lint`")


def _refuse_failing_tests(folder: Path) -> None:
    run = _tested(folder)
    if not run.passed:
        wrong = f"{run.failed} of its {len(run.results)} tests fail" if run.failed else "its tests cannot all be run"
        fail(f"{folder}: {wrong}, so nothing was applied: run `herald config test`")


def _tested(folder: Path) -> "Run":
    from herald_cli.config_test_run import run_tests  # noqa: PLC0415

    try:
        return run_tests(folder)
    except ConfigurationError as error:
        fail(str(error))


def _print_finding(finding: "Finding") -> None:
    place = f"[bold]{finding.file}:{finding.line}:{finding.column}[/]"
    code = f"[yellow]warning {finding.code}[/]" if finding.warning else f"[red]{finding.code}[/]"
    out.print(f"{place} {code}", highlight=False)
    out.print(f"  {finding.message}", markup=False, highlight=False)
    if finding.fix:
        out.print(f"  fix: {finding.fix}", markup=False, highlight=False, style="green")


def _exists(folder: Path) -> None:
    if not folder.is_dir():
        fail(f"there is no folder {folder}: run this in the repository, or name it with --config", EXIT_USAGE)
