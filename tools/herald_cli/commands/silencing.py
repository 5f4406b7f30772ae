"""``silence``: keep certain messages back for a while, and say who wants that and why."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from herald_cli.terminal import (
    EXIT_USAGE,
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
    from herald.domain.silence import Silence

MATCHERS = ("rule", "audience", "person", "subject")
app = typer.Typer(
    no_args_is_help=True,
    help="Keep messages back for a while. Each that is kept back says so: herald trace, herald why.",
)


@app.command("add")
def add(  # noqa: PLR0913, PLR0917 - each is an option
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why; told to whoever asks.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who wants it.")],
    rule: Annotated[str, typer.Option("--rule", metavar="PATTERN", help="Rules by their ids; * for anything.")] = "",
    audience: Annotated[str, typer.Option("--audience", metavar="PATTERN", help="Audiences by their names.")] = "",
    person: Annotated[str, typer.Option("--person", metavar="PATTERN", help="By e-mail address or phone.")] = "",
    subject: Annotated[str, typer.Option("--subject", metavar="PATTERN", help="Such as order/<id>.")] = "",
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 30m, 4h, 2d.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Or until when: 2026-03-05T18:00+01:00.")] = "",
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Silence what matches all that is given, critical messages too. It ends by itself."""
    from herald.usecases.silencing import SilenceRefusedError, made  # noqa: PLC0415 - keeps --help quick
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    now = datetime.now(UTC)
    end = _end(lasts, until, now)
    matchers = {"rule": rule, "audience": audience, "person": person, "subject": subject}
    try:
        with plain_errors():
            silence = made(state_store(connected(stack, region, local)), matchers, by, comment, now, end)
    except SilenceRefusedError as error:
        fail(str(error), EXIT_USAGE)
    if as_json:
        print_json(_as_json(silence, now))
    else:
        out.print(
            f"[green]{silence.id}[/] keeps back {_matched(silence)} until {_spelt(silence.until)}", highlight=False
        )


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Those too that ended in the last days.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the silences under way."""
    from herald.usecases.silencing import all_silences  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    now = datetime.now(UTC)
    with plain_errors():
        found = all_silences(state_store(connected(stack, region, local)))
    shown = [one for one in found if everything or one.until > now]
    if as_json:
        print_json([_as_json(one, now) for one in shown])
        return
    if not shown:
        out.print("nothing is silenced")
        return
    table = Table("id", "what", "until", "by", "why")
    for one in shown:
        ended = Text(f"{_spelt(one.until)}{'' if one.until > now else ' (over)'}")
        table.add_row(one.id, Text(_matched(one)), ended, Text(one.by), Text(one.comment))
    out.print(table)


@app.command("end")
def end(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The silence's id, sil_...")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """End a silence now. What it kept back is not told afterwards. Ends with 1 if there is none of that id."""
    from herald.usecases.silencing import ended  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    now = datetime.now(UTC)
    with plain_errors():
        over = ended(state_store(connected(stack, region, local)), identity, now)
    if over is None:
        fail(f"no silence {identity} is under way: `herald silence list` shows those that are")
    if as_json:
        print_json(_as_json(over, now))
    else:
        out.print(f"[green]{over.id}[/] is over", highlight=False)


def _end(lasts: str, until: str, now: datetime) -> datetime:
    from herald_cli.courtesy_schema import time_of  # noqa: PLC0415

    if bool(lasts) == bool(until):
        fail("say how long: --for 4h, or --until 2026-03-05T18:00+01:00", EXIT_USAGE)
    if until:
        try:
            at = datetime.fromisoformat(until)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            fail(f"{until} is no time with a zone: write 2026-03-05T18:00+01:00", EXIT_USAGE)
        return at
    try:
        return now + time_of(lasts)
    except ValueError as error:
        fail(str(error), EXIT_USAGE)


def _matched(silence: "Silence") -> str:
    given = ((name, getattr(silence, name)) for name in MATCHERS)
    return ", ".join(f"{name} {pattern}" for name, pattern in given if pattern)


def _spelt(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _as_json(silence: "Silence", now: datetime) -> dict[str, object]:
    return {**asdict(silence), "underWay": silence.until > now}
