"""``herald``: trace what happened, try rules, send samples, check a stack."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from herald.domain.errors import ConfigurationError
from herald_cli.connection import Connection, connect

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Herald carries what happens in Threekit to the right people through OpenText Notifications, and back.",
)
rules = typer.Typer(no_args_is_help=True, help="Check and try the rules in config/.")
config = typer.Typer(no_args_is_help=True, help="Put config/ into force.")
app.add_typer(rules, name="rules")
app.add_typer(config, name="config")

out = Console(width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True)

StackOption = Annotated[
    str | None, typer.Option("--stack", envvar="HERALD_STACK", help="Name of the CloudFormation stack.")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS region; else as the AWS SDK finds it.")]
LocalOption = Annotated[bool, typer.Option("--local", "-l", help="Speak to the local run that `make up` keeps.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration folder.", file_okay=False)]

EXIT_FINDINGS = 1
EXIT_USAGE = 2


@app.command()
def trace(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="An event's, a notification's or an OpenText job's id.")
    ],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the whole story of an event: received, decided and why, sent, delivered, written back."""
    from herald_cli.ports_of_stack import tracer  # noqa: PLC0415 - keeps --help quick
    from herald_cli.timeline import as_json as trace_json  # noqa: PLC0415
    from herald_cli.trace_report import print_trace  # noqa: PLC0415

    found = tracer(_connected(stack, region, local))(identifier)
    if found is None:
        _fail(f"nothing recorded bears the id {identifier} (events are kept for 30 days)")
    if as_json:
        _print_json(trace_json(found))
    else:
        print_trace(out, found)
    if found.broken_at is not None:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="A sample body, see events/.", exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option("--source", help="The source to send as, one of those in the stack's secret.")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Send a sample to the stack the way its real sender would, signed as the source has to."""
    from herald_cli.send import send as post  # noqa: PLC0415

    try:
        answer = post(_connected(stack, region, local), file.read_bytes(), source)
    except ConfigurationError as error:
        _fail(str(error))
    if as_json:
        _print_json({"status": answer.status, "answer": answer.body, "url": answer.url})
    else:
        colour = "green" if answer.status < 300 else "red"
        out.print(f"[{colour}]HTTP {answer.status}[/] {answer.url}")
        out.print_json(data=answer.body)
    if answer.status >= 300:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def republish(
    identifier: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, evt_...")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
) -> None:
    """Put a recorded event on the bus again, if the relay gave it up. Nothing that was done is done twice."""
    from herald_cli.ports_of_stack import touch  # noqa: PLC0415

    if not touch(_connected(stack, region, local), identifier):
        _fail(f"the inbox holds no event {identifier} that was ever to be published")
    out.print(f"[green]{identifier}[/] is relayed again; watch it with `herald trace {identifier}`")


@app.command()
def doctor(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Check configuration, credentials and reachability; each finding with its fix."""
    from herald_cli.doctor import Health, examine  # noqa: PLC0415

    connection = _connected(stack, region, local)
    found = []
    with err.status("checking") as status:
        for finding in examine(connection):
            status.update(f"checked {finding.check}")
            found.append(finding)
    if as_json:
        fields = ("check", "health", "detail", "fix")
        _print_json([{name: getattr(finding, name) for name in fields} for finding in found])
    else:
        colours = {Health.OK: "green", Health.WARNING: "yellow", Health.BROKEN: "red"}
        table = Table("check", "health", "what was seen", "what to do")
        for finding in found:
            table.add_row(finding.check, f"[{colours[finding.health]}]{finding.health}[/]", finding.detail, finding.fix)
        out.print(table)
    if any(finding.health is Health.BROKEN for finding in found):
        raise typer.Exit(EXIT_FINDINGS)


@rules.command("lint")
def rules_lint(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Check everything in config/: form, conditions and their types, audiences, templates, mapping."""
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    _exists(folder)
    findings = lint_folder(folder)
    if as_json:
        _print_json([asdict(finding) for finding in findings])
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
        _fail(str(error))
    if as_json:
        _print_json([explained_as_json(event) for event in events])
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
    configuration_store(_connected(stack, region, local)).apply(configuration)
    if as_json:
        _print_json({"active": configuration.version, "rules": len(configuration.rules)})
    else:
        out.print(f"[green]{configuration.version}[/] is active: {len(configuration.rules)} rules")


def _linted(folder: Path) -> Any:
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    _exists(folder)
    findings = lint_folder(folder)
    if findings:
        _fail(f"{folder} has {len(findings)} findings, so nothing was applied: run `herald rules lint`")
    return read_folder(folder)


def _exists(folder: Path) -> None:
    if not folder.is_dir():
        _fail(f"there is no folder {folder}: run this in the repository, or name it with --config", EXIT_USAGE)


def _connected(stack: str | None, region: str | None, local: bool) -> Connection:
    try:
        return connect(stack, region, local=local)
    except ConfigurationError as error:
        _fail(str(error), EXIT_USAGE)


def _fail(message: str, code: int = EXIT_FINDINGS) -> NoReturn:
    err.print(f"[red]herald:[/] {message}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _print_json(data: object) -> None:
    json.dump(data, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")
