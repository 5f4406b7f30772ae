"""``config backtest``: what a changed ``config/`` would have done about events that have happened."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from herald_cli.terminal import (
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    err,
    fail,
    out,
    plain_errors,
    print_json,
)

if TYPE_CHECKING:
    from herald.domain.configuration import Configuration
    from herald_cli.backtest_report import Framed
    from herald_cli.backtest_side import Side
    from herald_cli.connection import Connection

_SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def span_of(text: str) -> timedelta:
    """Return a length of time such as ``30d``. Raises ``BadParameter``."""
    told = _SPAN.fullmatch(text.strip())
    if told is None:
        raise typer.BadParameter(f"{text} is no length of time: write 12h, 30d or 2w")
    return int(told[1]) * _UNITS[told[2]]


def backtest(  # noqa: PLR0913, PLR0917 - each is an option of the command
    since: Annotated[
        timedelta, typer.Option("--since", parser=span_of, metavar="TIME", help="How far back: 12h, 30d, 2w.")
    ] = "30d",  # type: ignore[assignment]  # the parser reads it
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FOLDER_OR_VERSION", help="Compare with this; else the active version."),
    ] = None,
    folder: ConfigOption = Path("config"),
    fail_above: Annotated[
        int | None,
        typer.Option("--fail-above", min=0, metavar="N", help="End with 1 if more messages are added or removed."),
    ] = None,
    most: Annotated[
        int | None, typer.Option("--most", min=1, metavar="EVENTS", help="Replay so many at most, in no order.")
    ] = None,
    events: Annotated[
        Path | None,
        typer.Option("--events", help="Replay this folder's bodies, not the inbox.", exists=True, file_okay=False),
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Replay recorded events with config/ and with what is in force: who would hear more or less, and why.

    Sends nothing, writes nothing. It reads the whole inbox and the decisions, at half a read unit of DynamoDB for
    each 4 KB. --events needs no stack if --against names a folder.
    """
    from herald_cli.backtest_report import backtest_as_json, print_backtest  # noqa: PLC0415 - keeps --help quick

    after = _linted(folder)
    with plain_errors():
        if events is not None and against is not None and Path(against).is_dir():
            framed = _samples(events, _linted(Path(against)), after, most)
        else:
            connection = connected(stack, region, local)
            before = _before(connection, against)
            framed = _samples(events, before, after, most) if events else _inbox(connection, before, after, since, most)
    if as_json:
        print_json(backtest_as_json(framed))
    else:
        print_backtest(out, framed)
    messages = framed.found.difference.messages
    if fail_above is not None and messages.added + messages.removed > fail_above:
        fail(f"{messages.added} messages are added and {messages.removed} removed, more than {fail_above} together")


def _samples(folder: Path, before: "Configuration", after: "Configuration", most: int | None) -> "Framed":
    from herald_cli.backtest_cost import currency_of  # noqa: PLC0415 - as above
    from herald_cli.backtest_report import Framed  # noqa: PLC0415
    from herald_cli.backtest_run import backtest as run  # noqa: PLC0415
    from herald_cli.backtest_sources import SampleFolder  # noqa: PLC0415

    told = SampleFolder(folder, before, after, datetime.now(UTC))()
    found = run(told, _sides(before, after), most)
    return Framed(found, before.version, after.version, currencies=(currency_of(before), currency_of(after)))


def _inbox(
    connection: "Connection", before: "Configuration", after: "Configuration", since: timedelta, most: int | None
) -> "Framed":  # fmt: skip
    from herald_cli.backtest_cost import currency_of  # noqa: PLC0415 - as above
    from herald_cli.backtest_facts import SeenAgain  # noqa: PLC0415
    from herald_cli.backtest_report import Framed  # noqa: PLC0415
    from herald_cli.backtest_run import backtest as run  # noqa: PLC0415
    from herald_cli.backtest_sources import recorded_cases  # noqa: PLC0415
    from herald_cli.inbox_scan import InboxScan  # noqa: PLC0415
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    start = datetime.now(UTC) - since
    tables = connection.output("InboxTableName"), connection.output("AuditTableName")
    scan = InboxScan(connection.dynamodb(), *tables)
    seen_again = SeenAgain(before, after, configuration_store(connection).version)
    with _progress(scan.about()) as watch:
        found = run(recorded_cases(scan.since(start), seen_again), _sides(before, after), most, watch)
    currencies = currency_of(before), currency_of(after)
    return Framed(found, before.version, after.version, start, scan.read_units, currencies)


def _sides(before: "Configuration", after: "Configuration") -> "tuple[Side, Side]":
    from herald.adapters.cel import CelRuleEngine  # noqa: PLC0415 - as above
    from herald.adapters.templates import JinjaRenderer  # noqa: PLC0415
    from herald_cli.backtest_cost import cost_of  # noqa: PLC0415
    from herald_cli.backtest_side import both_sides  # noqa: PLC0415

    renderer = JinjaRenderer()
    return both_sides(before, after, CelRuleEngine(), (cost_of(before, renderer), cost_of(after, renderer)))


def _before(connection: "Connection", against: str | None) -> "Configuration":
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415 - as above

    if against is None:
        return configuration_store(connection).active()
    if against.startswith("cfg_"):
        return configuration_store(connection).version(against)
    return _linted(Path(against))


def _linted(folder: Path) -> "Configuration":
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415 - as above
    from herald_cli.rule_lint import lint_folder  # noqa: PLC0415

    if not folder.is_dir():
        fail(f"there is no folder {folder}: name one, or a version (cfg_...) with --against", EXIT_USAGE)
    findings = [finding for finding in lint_folder(folder) if not finding.warning]
    if findings:
        fail(f"{folder} may not ship, so nothing was replayed: run `herald config lint`")
    return read_folder(folder)


@contextmanager
def _progress(about: int) -> Iterator[Callable[[], None]]:
    """Give what is to be called for each event that was looked at; it is shown on a terminal only."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        task = bars.add_task("replaying", total=about or None)
        yield lambda: bars.advance(task)
