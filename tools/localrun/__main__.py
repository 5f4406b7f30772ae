"""``python -m localrun demo | up``."""

import json
import sys
import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel

from localrun.bring_up import ROOT
from localrun.demo import as_expected, play, report, report_json
from localrun.running_house import ORDERS, RunningHouse, running_house

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Herald on this machine, without AWS and Docker."
)
out = Console(width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True)

QUICK = {"LeaseSeconds": "10", "GraceSeconds": "10", "ConfigMaxAgeSeconds": "5"}
"""Nobody watching waits a quarter of an hour for a grace time."""


@app.command()
def demo(as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False) -> None:
    """Send every sample through the deployed stack and show what became of it; exit 0 only if all is as expected."""
    with err.status("starting") as status:

        def say(step: str) -> None:
            err.print(f"[dim]•[/] {step}", highlight=False)
            status.update(step)

        with running_house(say, parameters=QUICK) as house:
            played = play(house, say)
            status.stop()
            if as_json:
                json.dump(report_json(house, played), sys.stdout, indent=2, default=str)
            else:
                report(house, played, out)
            passed = as_expected(house, played)
    raise typer.Exit(0 if passed else 1)


@app.command()
def up() -> None:
    """Keep the stack running and say how it is reached; Ctrl-C ends it and leaves nothing behind."""
    try:
        with running_house(lambda step: err.print(f"[dim]•[/] {step}", highlight=False), parameters=QUICK) as house:
            _say_how_to_reach(house)
            threading.Event().wait()
    except KeyboardInterrupt:
        err.print("ended; nothing is left running")


def _say_how_to_reach(house: RunningHouse) -> None:
    token = house.connection.secret("WebhookSecretId")["sources"][ORDERS]["path_token"]
    url = f"{house.stack.api_url}/webhooks/threekit/{ORDERS}/{token}"
    sample = (ROOT / "events" / "threekit_order_created.json").relative_to(ROOT)
    lines = [
        f"webhook          {house.stack.api_url}/webhooks/threekit/{ORDERS}/<path token>",
        f"AWS emulator     {house.stack.emulator.endpoint_url}",
        f"Threekit         {house.threekit.url}/_simulator/state",
        f"OpenText         {house.opentext.url}/_simulator/state",
        f"log              {house.stack.log_file}",
    ]
    out.print(Panel("\n".join(lines), title="Herald is up", title_align="left"), highlight=False)
    out.print("Try it:", style="bold")
    out.print(
        f"curl -i -H 'content-type: application/json' --data-binary @{sample} '{url}'", soft_wrap=True, highlight=False
    )
    out.print("herald trace --local <the id it answers>")
    out.print("herald doctor --local")
    out.print("Ctrl-C ends it.", style="dim")


if __name__ == "__main__":
    app()
