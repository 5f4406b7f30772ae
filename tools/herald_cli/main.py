"""``herald``: trace what happened, try rules, send samples, check a stack."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

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

out = Console()
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

    findings = lint_folder(folder)
    if findings:
        _fail(f"{folder} has {len(findings)} findings, so nothing was applied: run `herald rules lint`")
    return read_folder(folder)


def _connected(stack: str | None, region: str | None, local: bool) -> Connection:
    try:
        return connect(stack, region, local=local)
    except ConfigurationError as error:
        _fail(str(error), EXIT_USAGE)


def _fail(message: str, code: int = EXIT_FINDINGS) -> Any:
    err.print(f"[red]herald:[/] {message}", highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def _print_json(data: object) -> None:
    json.dump(data, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")
