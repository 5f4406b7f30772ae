"""``rules lint``, ``rules explain`` and ``config apply``: what stands in ``config/``."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

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
    print_json,
)

rules = typer.Typer(no_args_is_help=True, help="Check and try the rules in config/.")
config = typer.Typer(no_args_is_help=True, help="Put config/ into force.")


@rules.command("lint")
def rules_lint(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Check everything in config/: form, conditions and their types, audiences, templates, mapping."""
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415 - keeps --help quick

    _exists(folder)
    findings = lint_folder(folder)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            out.print(
                f"[bold]{finding.file}:{finding.line}:{finding.column}[/] [red]{finding.code}[/]", highlight=False
            )
            out.print(f"  {finding.message}", markup=False, highlight=False)
            if finding.fix:
                out.print(f"  fix: {finding.fix}", markup=False, highlight=False, style="green")
        out.print(f"[red]{len(findings)} findings[/]" if findings else f"[green]{folder} may ship[/]")
    if findings:
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


@config.command("apply")
def config_apply(
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    folder: ConfigOption = Path("config"),
    as_json: JsonOption = False,
) -> None:
    """Lint config/, store it as a version, and make that version the active one."""
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    configuration = _linted(folder)
    configuration_store(connected(stack, region, local)).apply(configuration)
    if as_json:
        print_json({"active": configuration.version, "rules": len(configuration.rules)})
    else:
        out.print(f"[green]{configuration.version}[/] is active: {len(configuration.rules)} rules")


def _linted(folder: Path) -> Any:
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    _exists(folder)
    findings = lint_folder(folder)
    if findings:
        fail(f"{folder} has {len(findings)} findings, so nothing was applied: run `herald rules lint`")
    return read_folder(folder)


def _exists(folder: Path) -> None:
    if not folder.is_dir():
        fail(f"there is no folder {folder}: run this in the repository, or name it with --config", EXIT_USAGE)
