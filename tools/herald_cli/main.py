"""``herald``: trace what happened, try rules, send samples, see how a stack stands and put it right."""

import typer

from herald_cli.commands import (
    approving,
    backtesting,
    budgeting,
    configuring,
    operating,
    scanning,
    silencing,
    story,
    templating,
    whatsapp,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Herald carries what happens in Threekit to the right people through OpenText Notifications, and back.",
)
app.command()(story.trace)
app.command(epilog="Example: herald why evt_... --person dana.whitmore@example.com")(story.why)
app.command()(story.send)
app.command()(story.republish)
app.command()(operating.status)
app.command()(operating.doctor)
app.command()(operating.reconcile)
app.command()(operating.redrive)
configuring.config.command(epilog="Example: herald config backtest --since 7d --fail-above 100")(backtesting.backtest)
app.add_typer(configuring.rules, name="rules")
app.add_typer(configuring.config, name="config")
app.add_typer(templating.app, name="template")
app.add_typer(scanning.app, name="scan")
app.add_typer(approving.app, name="approvals")
app.add_typer(silencing.app, name="silence")
app.add_typer(budgeting.app, name="budget")
app.add_typer(whatsapp.app, name="whatsapp")
