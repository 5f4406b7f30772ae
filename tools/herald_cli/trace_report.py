"""A trace, printed for a person."""

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.domain.notification import Notification
from herald.usecases.trace import Trace
from herald_cli.timeline import masked_recipient, rows, told, why

_COLOURS = {
    "matched": "green", "not_matched": "dim", "error": "red", "skipped": "yellow",
    "DELIVERED": "green", "SENT": "green", "SUBMITTED": "cyan",
    "FAILED": "red", "EXPIRED": "red",
    "RETRY_AT": "yellow", "UNKNOWN": "yellow", "UNCONFIRMED": "yellow", "SKIPPED": "yellow",
    "notify": "green", "noted": "green", "refused": "red", "unconfirmed": "yellow", "unreadable": "red",
}  # fmt: skip
"""By the first word of an outcome."""


def print_trace(console: Console, trace: Trace) -> None:
    """Print the timeline, what each rule said, and what became of each notification."""
    event = trace.event
    console.print(f"[bold]{event.id}[/]  {event.type}  {event.subject}", highlight=False)
    console.print(_timeline(trace))
    if trace.decision is not None:
        console.print(_decision(trace))
    if trace.notifications:
        console.print(_notifications(trace))
    if trace.broken_at is not None:
        console.print(
            f"[bold red]The audit chain is broken at entry {trace.broken_at}: something was altered or removed.[/]"
        )


def print_body(console: Console, trace: Trace) -> None:
    """Print what was recorded of the event's body."""
    console.print("Body", style="italic")
    console.print_json(json.dumps(trace.event.data, default=str))


def _timeline(trace: Trace) -> Table:
    table = Table("after", "step", "outcome", "detail", title="Timeline", title_justify="left")
    for row in rows(trace):
        seconds = (row.at - trace.event.received_at).total_seconds()
        table.add_row(f"{seconds:.2f} s", row.step, _coloured(row.outcome), Text(row.detail, overflow="fold"))
    return table


def _decision(trace: Trace) -> Table:
    version = trace.decision.config_version if trace.decision else ""
    table = Table("rule", "said", "why", title=f"Decision by {version or 'no configuration'}", title_justify="left")
    for row in why(trace):
        table.add_row(row.step, _coloured(row.outcome), Text(row.detail, overflow="fold"))
    return table


def _notifications(trace: Trace) -> Table:
    table = Table("notification", "rule", "audience", "to", "where it stands", title="Told", title_justify="left")
    for notification, states in told(trace):
        table.add_row(
            notification.id,
            notification.rule_id,
            notification.audience,
            _to(notification),
            Text(states, overflow="fold"),
        )
    return table


def _to(notification: Notification) -> str:
    absent = ", ".join(notification.recipient.in_place_of)
    return masked_recipient(notification) + (f" in place of {absent}" if absent else "")


def _coloured(outcome: str) -> Text:
    return Text(outcome, style=_COLOURS.get(outcome.partition(":")[0], ""))
