"""One issue of the catalogue: what is known of it, and somebody's word that it is known."""

import json
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.domain.catalog.issue import Issue, IssueState
from herald.ports import StateStore
from herald.usecases.scan import scan_shelves
from herald_cli.scan_report import COLOURS, money
from herald_cli.scan_words import count, moment

SHOWN = 30
"""Pieces of evidence, and names of items, that are shown to people; scripts get all."""


def acknowledge(
    state: StateStore, identity: str, by: str, note: str, until: date | None, now: datetime
) -> Issue | None:
    """Store that somebody knows of an issue; return it, ``None`` if there is none. A resolved one stays as it is."""

    def known(issue: Issue | None) -> tuple[Issue | None, Issue | None]:
        if issue is None or issue.state is IssueState.RESOLVED:
            return None, issue
        after = issue.acknowledged(by, now, note, until)
        return after, after

    return scan_shelves.issues(state).change(identity, known)


def issue_as_json(issue: Issue) -> dict[str, Any]:
    """Return an issue for scripts."""
    seen, blast = issue.seen, issue.seen.blast
    return {
        "id": issue.id, "check": seen.check, "cause": seen.cause, "severity": str(seen.severity),
        "message": seen.message, "steward": seen.steward, "state": str(issue.state), "turn": str(issue.turn),
        "run": issue.run, "openedAt": issue.opened_at.isoformat(), "changedAt": issue.changed_at.isoformat(),
        "resolvedAt": _iso(issue.resolved_at), "reopened": issue.reopened, "mutedBy": issue.muted_by,
        "acknowledgedBy": issue.acknowledged_by, "acknowledgedAt": _iso(issue.acknowledged_at), "note": issue.note,
        "expectedUntil": _iso(issue.expected_until), "tolerated": seen.tolerated,
        "blast": {
            "items": blast.items, "configurations": blast.configurations, "openOrders": blast.open_orders,
            "markets": list(blast.markets), "value": _value(issue), "worth": blast.worth,
        },
        "sample": [{"id": identity, "name": name} for identity, name in seen.sample],
        "evidence": [dict(one) for one in seen.evidence],
    }  # fmt: skip


def print_issue(console: Console, issue: Issue) -> None:
    """Print all that is known of an issue."""
    seen, blast = issue.seen, issue.seen.blast
    console.print(Text.assemble((str(seen.severity), COLOURS.get(seen.severity, "")), f"  {seen.message}"))
    grid = Table.grid(padding=(0, 2))
    rows = {
        "id": issue.id, "check": seen.check, "cause": seen.cause, "steward": seen.steward, "stands": _stands(issue),
        "opened": _moment(issue.opened_at),
        "last changed": f"{_moment(issue.changed_at)} by {issue.run} ({issue.turn})",
        "acknowledged": acknowledged_words(issue), "note": issue.note,
        "touches": f"{count(blast.items)} items, {count(blast.configurations)} saved configurations, "
        f"{count(blast.open_orders)} open orders",
        "recent orders": money(_value(issue)), "markets": ", ".join(blast.markets),
        "items": _some([f"{name} ({identity})" for identity, name in seen.sample], blast.items),
    }  # fmt: skip
    for name, told in rows.items():
        if told:
            grid.add_row(name, Text(told, overflow="fold"))
    console.print(grid)
    for one in seen.evidence[:SHOWN]:
        told = ", ".join(f"{name}: {_spelt(value)}" for name, value in one.items())
        console.print(Text(f"  - {told}"), soft_wrap=True)
    if len(seen.evidence) > SHOWN:
        console.print(f"  and {len(seen.evidence) - SHOWN} more: --json", highlight=False)


def acknowledged_words(issue: Issue) -> str:
    """Return who knows of it and until when nobody is reminded."""
    if not issue.acknowledged_by:
        return ""
    until = f"until {issue.expected_until}" if issue.expected_until else "for good"
    return f"by {issue.acknowledged_by} {_moment(issue.acknowledged_at)}; nobody is reminded of it {until}"


def _stands(issue: Issue) -> str:
    parts = [str(issue.state)]
    if issue.resolved_at:
        parts.append(f"since {_moment(issue.resolved_at)}")
    if issue.muted_by:
        parts.append(f"explained by {issue.muted_by}")
    if issue.reopened:
        parts.append(f"opened again {issue.reopened} times")
    if issue.seen.tolerated:
        parts.append("tolerated: not told")
    return ", ".join(parts)


def _value(issue: Issue) -> list[dict[str, Any]]:
    return [{"currency": currency, "amount": amount} for currency, amount in issue.seen.blast.value.items()]


def _some(names: list[str], whole: int) -> str:
    shown = names[:SHOWN]
    more = f" and {count(whole - len(shown))} more" if shown and whole > len(shown) else ""
    return "; ".join(shown) + more


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _moment(at: datetime | None) -> str:
    return f"{moment(at)} UTC" if at else "-"


def _iso(at: date | None) -> str | None:
    return at.isoformat() if at else None
