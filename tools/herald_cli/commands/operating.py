"""``status``, ``doctor``, ``reconcile`` and ``redrive``: a stack as its operator sees it."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from herald_cli.reconcile import SweepName
from herald_cli.redriven_queue import RedrivenQueue
from herald_cli.terminal import (
    EXIT_FINDINGS,
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
    from herald_cli.dead_letters import DeadLetters


def status(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Show how the stack stands. Ends with 1 if something needs an operator."""
    from herald_cli.status import read_status  # noqa: PLC0415 - keeps --help quick
    from herald_cli.status_attention import attention  # noqa: PLC0415
    from herald_cli.status_report import print_status, status_as_json  # noqa: PLC0415

    with plain_errors():
        stands = read_status(connected(stack, region, local), datetime.now(UTC))
    if as_json:
        print_json(status_as_json(stands))
    else:
        print_status(out, stands)
    if attention(stands):
        raise typer.Exit(EXIT_FINDINGS)


def doctor(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Check configuration, credentials and reachability; each finding with its fix."""
    from herald_cli.doctor import Health, examine  # noqa: PLC0415

    connection = connected(stack, region, local)
    found = []
    with err.status("checking") as progress:
        for finding in examine(connection):
            progress.update(f"checked {finding.check}")
            found.append(finding)
    if as_json:
        fields = ("check", "health", "detail", "fix")
        print_json([{name: getattr(finding, name) for name in fields} for finding in found])
    else:
        colours = {Health.OK: "green", Health.WARNING: "yellow", Health.BROKEN: "red"}
        table = Table("check", "health", "what was seen", "what to do")
        for finding in found:
            health = Text(finding.health, style=colours[finding.health])
            table.add_row(finding.check, health, Text(finding.detail), Text(finding.fix))
        out.print(table)
    if any(finding.health is Health.BROKEN for finding in found):
        raise typer.Exit(EXIT_FINDINGS)


def reconcile(
    sweeps: Annotated[
        list[SweepName] | None, typer.Argument(metavar="[SWEEP]...", help="All five if none is named.")
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Sweep now instead of at the next schedule: look for what nobody told."""
    from herald_cli.reconcile import ask_for  # noqa: PLC0415

    asked = list(dict.fromkeys(sweeps or SweepName))
    with plain_errors():
        connection = connected(stack, region, local)
        ask_for(connection.sqs(), connection.output("ReconcileQueueUrl"), asked)
    if as_json:
        print_json({"asked": [str(sweep) for sweep in asked]})
    else:
        out.print(f"[green]asked for[/] {', '.join(asked)}; watch it with `herald status`", highlight=False)


def redrive(
    queue: Annotated[RedrivenQueue, typer.Argument(metavar="QUEUE", help="Whose dead letters to move.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what lies there and why.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Move what lies in a dead-letter queue back to its work queue. Mend the cause first."""
    from herald_cli.dead_letters import look  # noqa: PLC0415
    from herald_cli.redrive import Redriven  # noqa: PLC0415
    from herald_cli.redrive import redrive as move  # noqa: PLC0415

    moved = Redriven(0)
    with plain_errors():
        connection = connected(stack, region, local)
        client, dead_letters = connection.sqs(), connection.output(queue.dead_letter_output)
        found = look(client, dead_letters)
        if not as_json:
            _print_dead_letters(queue, found)
        if found.count and not dry_run:
            moved = move(client, dead_letters, connection.output(queue.work_output), found.count)
    if as_json:
        reasons = Counter(letter.reason for letter in found.seen)
        done = {"moved": moved.moved, "running": moved.running, "trouble": moved.trouble}
        print_json({"queue": str(queue), "count": found.count, "reasons": reasons, **({} if dry_run else done)})
    elif moved.moved or moved.running:
        goes_on = "; SQS goes on moving, watch it with `herald status`" if moved.running else ""
        out.print(f"[green]moved {moved.moved}[/] to {queue}{goes_on}", highlight=False)
    if moved.trouble:
        fail(f"the rest is still in the dead-letter queue: {moved.trouble}. Run the command again")


def _print_dead_letters(queue: RedrivenQueue, found: "DeadLetters") -> None:
    if not found.count:
        out.print(f"the dead-letter queue of {queue} is empty")
        return
    table = Table("reason", "how many", "first received", "about", "detail")
    for reason, count in Counter(letter.reason for letter in found.seen).most_common():
        example = next(letter for letter in found.seen if letter.reason == reason)
        row = (reason, str(count), example.first_received, example.about, example.detail)
        table.add_row(*(Text(text, overflow="fold") for text in row))
    out.print(f"{found.count} in the dead-letter queue of {queue}, of which {len(found.seen)} were looked at:")
    out.print(table)
