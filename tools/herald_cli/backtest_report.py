"""What a backtest found, printed for a person and for scripts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald_cli.approval_words import iso
from herald_cli.backtest_run import Backtest
from herald_cli.backtest_tally import ChangedEvent, Difference, Line
from herald_cli.scan_tables import plain_table
from herald_cli.scan_words import count, moment

MOST_LINES = 30
MOST_NAMED = 6
NO_PRICES = Text("no price table", style="dim")


@dataclass(frozen=True, slots=True)
class Framed:
    """A backtest with the versions it compares. Samples have no ``since`` and no ``read_units``.

    ``currencies`` are of the price tables before and after; empty where there is none.
    """

    found: Backtest
    before: str
    after: str
    since: datetime | None = None
    read_units: float | None = None
    currencies: tuple[str, str] = ("", "")


def print_backtest(console: Console, framed: Framed) -> None:
    """Print the totals first, then where they come from."""
    found = framed.found
    console.print(Text.assemble(framed.before, " → ", (framed.after, "bold")))
    since = f" since {moment(framed.since)} UTC" if framed.since else ""
    cut_off = " (there are more)" if found.cut_off else ""
    console.print(f"{count(found.difference.events)} events replayed{since}{cut_off}", highlight=False)
    if found.passed_by:
        console.print(f"{count(found.passed_by)} that go through no rules", highlight=False)
    for why, missing in sorted(found.missing.items()):
        examples = f"{', '.join(missing.examples)}{', ...' if missing.events > len(missing.examples) else ''}"
        told = f"{count(missing.events)} not replayed: {why} ({examples})"
        console.print(Text(told, style="yellow"), soft_wrap=True)
    console.print()
    console.print(_totals(framed))
    for title, table in (
        ("Messages, by who and first channel", _lines("who", _people(found.difference))),
        ("Rules, by events they match", _lines("rule", found.difference.rules)),
        ("Approvals, by chain", _lines("chain", found.difference.chains)),
        ("The events that change most", _events(found.difference.most_changed)),
    ):
        if table.row_count:
            console.print()
            console.print(Text(title, style="italic"))
            console.print(table)
    if framed.read_units is not None:
        console.print()
        console.print(f"Reading took {count(round(framed.read_units))} read units of DynamoDB.", highlight=False)


def backtest_as_json(framed: Framed) -> dict[str, Any]:
    """Return the same for scripts, with every line."""
    found, difference = framed.found, framed.found.difference
    return {
        "before": framed.before, "after": framed.after, "since": iso(framed.since),
        "events": difference.events, "passedBy": found.passed_by, "cutOff": found.cut_off,
        "notReplayed": [
            {"why": why, "events": missing.events, "examples": list(missing.examples)}
            for why, missing in sorted(found.missing.items())
        ],
        "decisionsChanged": difference.changed, "messages": _line(difference.messages),
        "night": _line(difference.night), "approvals": _line(difference.approvals),
        "cost": _cost_as_json(framed),
        "people": [
            {"who": who, "channel": channel, **_line(line)} for (who, channel), line in difference.people.items()
        ],
        "rules": {rule: _line(line) for rule, line in difference.rules.items()},
        "chains": {chain: _line(line) for chain, line in difference.chains.items()},
        "mostChanged": [
            {
                "event": one.id, "type": one.type, "subject": one.subject, "at": one.at, "rules": one.rules,
                "added": list(one.added), "removed": list(one.removed),
            }
            for one in difference.most_changed
        ],
        "readUnits": framed.read_units,
    }  # fmt: skip


def _totals(framed: Framed) -> Table:
    difference = framed.found.difference
    table = _table("")
    for name, line in (
        ("messages", difference.messages), ("at night", difference.night), ("approvals", difference.approvals),
    ):  # fmt: skip
        table.add_row(name, *_numbers(line))
    table.add_row(*_cost(difference.cost, framed.currencies))
    table.add_row("decisions that change", "", Text(count(difference.changed), style="bold"))
    return table


def _cost(cost: tuple[Decimal, Decimal], currencies: tuple[str, str]) -> tuple[str | Text, ...]:
    """Return the cells of what messages cost; amounts of two currencies have no difference."""
    if not any(currencies):
        return "cost", NO_PRICES
    if currencies[0] != currencies[1]:
        amounts = zip(cost, currencies, strict=True)
        return "cost", *(f"{amount:f} {currency}" if currency else NO_PRICES for amount, currency in amounts)
    before, after = cost
    more = Text(f"+{after - before:f}" if after > before else "", style="green")
    less = Text(f"-{before - after:f}" if after < before else "", style="red")
    return f"cost, {currencies[0]}", f"{before:f}", f"{after:f}", more, less


def _cost_as_json(framed: Framed) -> dict[str, Any] | None:
    told = zip(("before", "after"), framed.found.difference.cost, framed.currencies, strict=True)
    sides = {
        side: {"amount": f"{amount:f}", "currency": currency} if currency else None for side, amount, currency in told
    }
    return sides if any(framed.currencies) else None


def _lines(header: str, lines: Mapping[str, Line]) -> Table:
    """Return a table of what changes, those that change most first."""
    changed = [(name, line) for name, line in lines.items() if line.added or line.removed]
    changed.sort(key=lambda one: (-one[1].added - one[1].removed, one[0]))
    table = _table(header)
    for name, line in changed[:MOST_LINES]:
        table.add_row(Text(name, overflow="fold"), *_numbers(line))
    if len(changed) > MOST_LINES:
        table.add_row(Text(f"and {count(len(changed) - MOST_LINES)} more: see --json", style="dim"))
    return table


def _people(difference: Difference) -> dict[str, Line]:
    return {f"{who} by {channel}": line for (who, channel), line in difference.people.items()}


def _events(changed: Iterable[ChangedEvent]) -> Table:
    table = plain_table("event", "what", "rules", "added", "removed")
    for one in changed:
        table.add_row(
            Text(one.id), Text(f"{one.type}\n{one.subject}", overflow="fold"), count(one.rules),
            Text(_named(one.added), style="green", overflow="fold"),
            Text(_named(one.removed), style="red", overflow="fold"),
        )  # fmt: skip
    return table


def _named(what: tuple[str, ...]) -> str:
    more = len(what) - MOST_NAMED
    return "\n".join((*what[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])))


def _table(header: str) -> Table:
    table = plain_table(header)
    for column in ("before", "after", "added", "removed"):
        table.add_column(column, justify="right")
    return table


def _numbers(line: Line) -> tuple[Text, ...]:
    added = Text(f"+{count(line.added)}" if line.added else "", style="green")
    removed = Text(f"-{count(line.removed)}" if line.removed else "", style="red")
    return Text(count(line.before)), Text(count(line.after)), added, removed


def _line(line: Line) -> dict[str, int]:
    return {"before": line.before, "after": line.after, "added": line.added, "removed": line.removed}
