"""``budget show``: what was spent of what messages may cost."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from herald_cli.terminal import (
    EXIT_FINDINGS,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    out,
    plain_errors,
    print_json,
)

app = typer.Typer(no_args_is_help=True, help="What messages cost, and what may be spent on them.")


@app.callback()
def _several() -> None:
    """Keep ``show`` a command of its own, though it is the only one."""


@app.command("show", epilog="Example: herald budget show --top 5")
def show(
    top: Annotated[
        int, typer.Option("--top", metavar="N", min=1, help="How many of each limit to show, the most spent first.")
    ] = 10,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show every limit, what is spent of it in the present day or month, and what comes next.

    Prices and limits are those of the active configuration. Ends with 1 if messages go another way by now.
    """
    from herald_cli.budget_stand import read_budgets  # noqa: PLC0415 - keeps --help quick
    from herald_cli.budget_table import budgets_as_json, print_budgets  # noqa: PLC0415
    from herald_cli.ports_of_stack import configuration_store, state_store  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        configuration = configuration_store(connection).active()
        budgets = read_budgets(configuration, state_store(connection), datetime.now(UTC))
    if as_json:
        print_json(budgets_as_json(budgets))
    else:
        print_budgets(out, budgets, top)
    if any(stand.degrades for stand in budgets.stands):
        raise typer.Exit(EXIT_FINDINGS)
