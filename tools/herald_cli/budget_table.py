"""Budgets printed for people, and as JSON for scripts."""

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from herald_cli.budget_stand import Budgets, Stand
from herald_cli.scan_tables import plain_table

CHEAPER = "go a cheaper way"
NONE = "no limit is set: write config/budgets.yaml, then `herald config apply`"


def budgets_as_json(budgets: Budgets) -> dict[str, Any]:
    """Return the budgets as JSON-able data; amounts are texts with all their digits, times in ISO 8601."""
    return {
        "currency": budgets.plan.currency, "zone": budgets.zone, "announce": list(budgets.plan.announce),
        "limits": [_as_json(stand) for stand in budgets.stands],
    }  # fmt: skip


def print_budgets(console: Console, budgets: Budgets, top: int) -> None:
    """Print how the limits stand, and last which of them change messages' ways."""
    if not budgets.stands:
        console.print(NONE, highlight=False)
        return
    table = plain_table("limit", "counts for", "spent", "of", "share", "begins anew, UTC", "next")
    for column in (2, 3, 4):
        table.columns[column].justify = "right"
    for _, stands in groupby(budgets.stands, key=lambda stand: stand.limit.id):
        every = list(stands)
        for stand in every[:top]:
            table.add_row(*_row(stand, budgets.plan.currency))
        if len(every) > top:
            table.add_row("", Text(f"and {len(every) - top} more", style="dim"))
    console.print(table)
    for stand in (one for one in budgets.stands if one.degrades):
        of = f" of {stand.who}" if stand.who else ""
        channels = ", ".join(stand.limit.channels)
        said = f"{stand.limit.id}{of} is {stand.share} % spent: {channels} {CHEAPER} until {_until(stand)} UTC"
        console.print(Text(f"! {said}", style="red"), soft_wrap=True)


def _row(stand: Stand, currency: str) -> tuple[Text | str, ...]:
    style = "red" if stand.degrades else "yellow" if stand.told else ""
    who = stand.who or ("all" if stand.limit.scope == "total" else f"each {stand.limit.scope}")
    channels = ", ".join(stand.limit.channels)
    return (
        stand.limit.id, Text(f"{who}: {channels}", overflow="fold"), f"{stand.spent:f}",
        f"{stand.limit.amount:f} {currency} a {stand.limit.per}", Text(f"{stand.share} %", style=style),
        _until(stand), Text(_next(stand)),
    )  # fmt: skip


def _next(stand: Stand) -> str:
    if stand.next is None:
        return "-"
    follows = []
    if stand.next.announced:
        follows.append(f"told to {stand.limit.audience}" if stand.limit.audience else "told")
    if stand.next.degrades:
        follows.append(f"messages {CHEAPER}")
    return f"{stand.next.at} %: {', '.join(follows)}"


def _until(stand: Stand) -> str:
    return f"{stand.period.until:%Y-%m-%d %H:%M}"


def _as_json(stand: Stand) -> dict[str, Any]:
    limit = stand.limit
    step = stand.next
    return {
        "limit": limit.id, "scope": str(limit.scope), "match": limit.match, "who": stand.who,
        "channels": [str(channel) for channel in limit.channels], "per": str(limit.per),
        "period": stand.period.name, "until": stand.period.until.isoformat(),
        "amount": f"{limit.amount:f}", "spent": f"{stand.spent:f}", "share": stand.share,
        "announced": list(stand.told), "degradeAt": limit.degrade_at, "degrades": stand.degrades,
        "audience": limit.audience or None,
        "next": {"at": step.at, "announced": step.announced, "degrades": step.degrades} if step else None,
    }  # fmt: skip
