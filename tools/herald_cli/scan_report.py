"""A scan's report out of the bucket: a steward's issues, and the board of readiness."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.catalog_ports import Files
from herald.domain.catalog.issue import SEVERITIES, IssueState, Turn
from herald.domain.catalog.plan import CatalogPlan
from herald.domain.catalog.readiness import letter
from herald_cli.scan_tables import plain_table
from herald_cli.scan_words import count

ALL = "all"
COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": ""}


class NoReportError(Exception):
    """There is no such report; its text says why."""


@dataclass(frozen=True)
class Reports:
    """What one scan left. Every method raises ``StorageError``."""

    files: Files
    run: str

    def file(self, steward: str, form: str) -> bytes:
        """Return a steward's report as it is stored. Raises ``NoReportError``."""
        content = self.files.get(f"{self._folder}{steward}.{form}")
        if content is not None:
            return content
        stewards = self.stewards()
        if not stewards:
            raise NoReportError(
                f"{self.run} left no report: it is not finished, or longer ago than reports are kept (35 days). "
                "`herald scan status` shows the scans there are"
            )
        raise NoReportError(f"{self.run} has no report for {steward}; there is one for {', '.join(stewards)}")

    def stewards(self) -> list[str]:
        """Return whom there are reports for."""
        names = (key.removeprefix(self._folder) for key in self.files.names(self._folder))
        return [name.removesuffix(".csv") for name in names if name.endswith(".csv")]

    def summary(self) -> Mapping[str, Any]:
        """Return the board, and what kept checks from being made; nothing while the scan is not finished."""
        content = self.files.get(f"{self._folder}summary.json")
        return dict(json.loads(content)) if content is not None else {}

    @property
    def _folder(self) -> str:
        return f"reports/{self.run}/"


def worst_first(issues: Sequence[Mapping[str, Any]], plan: CatalogPlan) -> list[Mapping[str, Any]]:
    """Return a report's issues in the order in which scans rank them."""
    severities, rates = [str(one) for one in SEVERITIES], {plan.value_in: Decimal(1), **plan.rates}

    def rank(issue: Mapping[str, Any]) -> tuple[Any, ...]:
        value = ((Decimal(str(entry["amount"])), entry["currency"]) for entry in issue["value"])
        worth = sum((amount * rates.get(currency, Decimal(0)) for amount, currency in value), Decimal(0))
        severity = severities.index(issue["severity"])
        return severity, worth, issue["openOrders"], issue["configurations"], issue["items"], issue["id"]

    return sorted(issues, key=rank, reverse=True)


def print_report(
    console: Console, report: Mapping[str, Any], summary: Mapping[str, Any], plan: CatalogPlan, top: int
) -> None:
    """Print a report with the board."""
    issues = worst_first(report["issues"], plan)
    whose = "everybody" if report["steward"] == ALL else report["steward"]
    open_ = f"{count(len(issues))} issues open"
    console.print(Text.assemble((str(report["run"]), "bold"), f"  began {report['began']}, for {whose}: {open_}"))
    if issues:
        console.print(_issues(issues[:top]))
    if len(issues) > top:
        console.print(f"and {count(len(issues) - top)} more: --top {len(issues)}, or --format csv", highlight=False)
    if summary.get("board"):
        console.print()
        console.print(_board(summary["board"]))
    for check, error in summary.get("errors", {}).items():
        console.print(Text(f"! {check} could not be asked everywhere: {error}", style="red"), soft_wrap=True)


def _issues(issues: Sequence[Mapping[str, Any]]) -> Table:
    table = Table("severity", "what")
    for header in ("items", "open orders", "value"):
        table.add_column(header, justify="right")
    table.add_column("since")
    table.add_column("id", no_wrap=True)
    for issue in issues:
        table.add_row(
            Text(issue["severity"], style=COLOURS.get(issue["severity"], "")), _what(issue), count(issue["items"]),
            count(issue["openOrders"]), Text(money(issue["value"])), str(issue["since"])[:10], Text(issue["id"]),
        )  # fmt: skip
    return table


def _what(issue: Mapping[str, Any]) -> Text:
    told = Text(issue["message"], overflow="fold")
    if issue["turn"] in (Turn.OPENED, Turn.REOPENED, Turn.WORSE, Turn.OVERDUE):
        told.append(f"  {issue['turn']}", style="bold")
    if issue["state"] == IssueState.MUTED:
        told.append("  muted", style="dim")
    if issue.get("acknowledgedBy"):
        until = f" until {issue['expectedUntil']}" if issue.get("expectedUntil") else ""
        told.append(f"  known by {issue['acknowledgedBy']}{until}", style="dim")
    return told


def money(value: Sequence[Mapping[str, Any]]) -> str:
    """Return amounts in their currencies."""
    return ", ".join(f"{Decimal(str(entry['amount'])):,f} {entry['currency']}" for entry in value) or "-"


def _board(board: Mapping[str, Mapping[str, Any]]) -> Table:
    table = plain_table("channel/region/language")
    for header in ("items", "ready", "average", "", "since the scan before"):
        table.add_column(header, justify="right" if header else "left")
    for cell, told in board.items():
        ready = f"{count(told['ready'])} ({100 * told['ready'] / told['items']:.0f} %)" if told["items"] else "-"
        score = f"{told['score']:.1f}"
        table.add_row(Text(cell), count(told["items"]), ready, score, letter(told["score"]), _trend(told))
    return table


def _trend(told: Mapping[str, Any]) -> Text:
    if told["before"] is None:
        return Text("new")
    won = round(told["score"] - told["before"], 1)
    return Text(f"{won:+.1f}" if won else "as before", style="green" if won > 0 else "red" if won < 0 else "")
