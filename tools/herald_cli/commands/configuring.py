"""``rules explain``, ``config lint`` and ``config diff``: what stands in ``config/``."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from herald.domain.errors import ConfigurationError
from herald_cli.commands import config_tests, config_versions
from herald_cli.commands.config_tests import print_finding
from herald_cli.terminal import (
    EXIT_FINDINGS,
    ConfigOption,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    existing_folder,
    fail,
    out,
    plain_errors,
    print_json,
)

if TYPE_CHECKING:
    from herald.domain.configuration import Configuration
    from herald_cli.connection import Connection

ACTIVE, VERSION = "active", "cfg_"

rules = typer.Typer(no_args_is_help=True, help="Try the rules in config/.")
config = typer.Typer(no_args_is_help=True, help="Check config/, put it into force, compare it, go back.")


@config.command("lint")
def config_lint(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Check everything in config/: form, conditions and their types, audiences, templates, mapping."""
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415 - keeps --help quick

    existing_folder(folder)
    findings = lint_folder(folder)
    faults = [finding for finding in findings if not finding.warning]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print_finding(finding)
        out.print(f"[red]{folder} may not ship: {len(faults)} to mend[/]" if faults else f"[green]{folder} may ship[/]")
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

    existing_folder(folder)
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


@config.command("diff", epilog="Example: herald config diff cfg_... active")
def config_diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A version, `active`, or a folder.")] = ACTIVE,
    after: Annotated[str, typer.Argument(metavar="B", help="The same.")] = "config",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 if anything differs.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what differs from A to B, field by field: rules, audiences, templates, lists and all the rest of config/."""
    from herald_cli.configuration_diff import differences  # noqa: PLC0415
    from herald_cli.configuration_diff_report import changes_as_json, print_changes  # noqa: PLC0415

    connection = cache(lambda: connected(stack, region, local))  # two folders need no stack
    with plain_errors():
        first, second = (_named(name, connection) for name in (before, after))
    changes = differences(first, second)
    if as_json:
        told = {"from": first.version, "to": second.version, "changes": changes_as_json(changes)}
        print_json(told)
    elif changes:
        title = f"from {before} ({first.version}) to {after} ({second.version})"
        out.print(title, markup=False, highlight=False, soft_wrap=True)
        print_changes(out, changes)
    else:
        out.print(f"{before} and {after} say the same", markup=False, highlight=False, soft_wrap=True)
    if changes and exit_code:
        raise typer.Exit(EXIT_FINDINGS)


config.command("test")(config_tests.run)
for _command in (config_versions.apply, config_versions.history, config_versions.rollback):
    config.command()(_command)


def _named(name: str, connection: "Callable[[], Connection]") -> "Configuration":
    """Return the active configuration, a stored one, or that of a folder. Raises what reading it raises."""
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    if name == ACTIVE:
        return configuration_store(connection()).active()
    if name.startswith(VERSION) and not Path(name).is_dir():
        return configuration_store(connection()).version(name)
    existing_folder(Path(name), "name a version, `active` or another folder")
    return read_folder(Path(name))
