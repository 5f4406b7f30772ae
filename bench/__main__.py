"""``python -m bench``: ratios to floors, and what an event costs. Prints, and never fails for a number."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench import cold_start, cost, rules, scan, webhook
from bench.cold_start import ColdStart
from bench.cost import PRICES, Cost
from bench.rules import RulesTime
from bench.scan import ScanTime
from bench.webhook import WebhookTime

PARTS = ("webhook", "cold-start", "cost", "rules", "scan")


def main(
    *,
    only: Annotated[list[str] | None, typer.Option(help=f"Run these parts only: {', '.join(PARTS)}")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds; medians are taken over them")] = 9,
) -> None:
    """Measure on this machine. Ratios can be compared between machines, times cannot."""
    parts = only or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; parts are {', '.join(PARTS)}")
    measured: dict[str, Any] = {}
    console = Console(quiet=as_json)
    if "webhook" in parts:
        times = list(webhook.measure(rounds))
        measured["webhook"] = [{**asdict(time), "goal": webhook.GOAL, "met": time.met} for time in times]
        console.print(_webhook_table(times))
    if "cold-start" in parts:
        starts = list(cold_start.measure(rounds))
        measured["cold_start"] = [{**asdict(start), "goal": cold_start.GOAL, "met": start.met} for start in starts]
        console.print(_cold_start_table(starts))
    if "cost" in parts:
        costs = cost.measure()
        measured["cost"] = {one.name: _cost_document(one) for one in costs}
        for one in costs:
            _print_cost(console, one)
    if "rules" in parts:
        taken = list(rules.measure(rounds))
        measured["rules"] = [{**asdict(one), "ratio": one.ratio} for one in taken]
        console.print(_rules_table(taken))
    if "scan" in parts:
        scans = []
        for size in scan.SIZES:
            scans += list(scan.measure((size,)))
        measured["scan"] = [scan.as_document(one) for one in scans]
        console.print(_scan_table(scans))
    if as_json:
        print(json.dumps(measured, indent=2))


def _scan_table(scans: Iterable[ScanTime]) -> Table:
    table = _table(
        "Scans in the local stack", "catalogue", "seconds", "read, examine, close", "ms per item", "peak MiB",
        "looked at", "states written", "documents written", "issues of planted causes",
    )  # fmt: skip
    for one in scans:
        table.add_row(
            f"{one.items:,} items, {one.what}", f"{one.seconds:.0f}",
            f"{one.reading:.0f}, {one.examining:.0f}, {one.closing:.0f}", f"{one.milliseconds_per_item:.2f}",
            f"{one.peak_mib:.0f}", f"{one.looked_at:,}", f"{one.states_written:,}", f"{one.documents_written:,}",
            f"{one.open_issues} of {one.planted}",
        )  # fmt: skip
    return table


def _rules_table(times: Iterable[RulesTime]) -> Table:
    table = _table(
        f"{rules.NUMBER:,} rules: processor time", "what", "ratio to the floor", "milliseconds", "floor", "floor is"
    )
    for one in times:
        table.add_row(
            one.what, f"{one.ratio:.1f}", f"{1e3 * one.seconds:,.1f}", f"{1e3 * one.floor_seconds:,.1f}", one.floor
        )
    return table


def _webhook_table(times: Iterable[WebhookTime]) -> Table:
    table = _table(
        "Webhook: processor time of one accepted event", "body", "ratio to the floor", "goal", "", "handler", "floor"
    )
    for time in times:
        table.add_row(
            time.body, f"{time.ratio:.2f}", f"{webhook.GOAL}", _verdict(met=time.met),
            f"{time.handler_microseconds:.0f} µs", f"{time.floor_microseconds:.0f} µs",
        )  # fmt: skip
    return table


def _cold_start_table(starts: Iterable[ColdStart]) -> Table:
    table = _table(
        "Cold start up to the first event handled, beside `import boto3` and one client",
        "function", "ratio (processor)", "goal", "", "ratio (elapsed)", "modules beyond the floor",
    )  # fmt: skip
    for start in starts:
        table.add_row(
            start.function, f"{start.cpu_ratio:.2f}", f"{cold_start.GOAL}", _verdict(met=start.met),
            f"{start.elapsed_ratio:.2f}", str(start.modules),
        )  # fmt: skip
    return table


def _print_cost(console: Console, one: Cost) -> None:
    title = f"One {one.name}: {one.dollars:.2f} USD per million (goal {one.goal:.2f}: {_verdict(met=one.met)})"
    table = _table(title, "function", "USD per million")
    _rows(table, one.by_function().items())
    console.print(table)
    charged = _table(f"One {one.name}: what is charged", "price", "USD per million")
    _rows(charged, one.by_price().items())
    console.print(charged)
    dearest = _table(f"One {one.name}: what costs most", "operation", "USD per million")
    _rows(dearest, one.dearest())
    console.print(dearest)
    calls = ", ".join(f"{number:g} {name}" for name, number in sorted(one.calls.items()))
    console.print(f"Calls to AWS: {calls}; {one.bytes_sent:,} bytes sent.")
    if one.name == "notification":
        console.print(
            f"Of this, until OpenText has it: {one.sent_dollars:.2f}; "
            f"{one.reports} status reports: {one.report_dollars:.2f} each; "
            f"{one.writebacks} write-backs: {one.writeback_dollars:.2f} each."
        )
    console.print(
        f"Prices: {PRICES['region']}, {PRICES['as_of']}, {PRICES['source']}. Vendor fees and idle polling are apart.\n"
    )


def _cost_document(one: Cost) -> dict[str, Any]:
    return {
        "usd_per_million": one.dollars, "goal": one.goal, "met": one.met, "by_function": one.by_function(),
        "by_price": one.by_price(), "dearest": dict(one.dearest()), "calls": one.calls, "bytes_sent": one.bytes_sent,
    }  # fmt: skip


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _rows(table: Table, pairs: Iterable[tuple[str, float]]) -> None:
    for name, dollars in pairs:
        if abs(dollars) >= 0.005:
            table.add_row(name, f"{dollars:.2f}")


def _verdict(*, met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    run: Callable[[Callable[..., None]], None] = typer.run
    run(main)
