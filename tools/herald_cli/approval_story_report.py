"""All that is known of one approval, printed for a person. Times are UTC."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald.domain.approval.approval import Answer, Approval, StepRun, Ticket
from herald.domain.approval.policy import ALL, ANY
from herald.usecases.approvals.approval_values import reference_of
from herald_cli.approval_story import approvals_of, asker, changes
from herald_cli.approval_words import COLOURS, addressed, amount, called, ended, until, worth
from herald_cli.scan_tables import plain_table
from herald_cli.scan_words import moment

CLOSED = {
    "answered": "answered", "settled": "others settled the step", "changed": "what it looked at changed",
    "delegated": "handed on", "ended": "it ended",
}  # fmt: skip


def print_story(console: Console, approval: Approval, now: datetime) -> None:
    """Print an approval from its opening on."""
    state = (str(approval.state), COLOURS[approval.state])
    console.print(Text.assemble((approval.title, "bold"), f" of {reference_of(approval)}  ", state))
    console.print(_overview(approval, now))
    for title, table in (
        ("What is approved", _lines(approval)), ("What changed", _changes(approval)), ("Steps", _steps(approval, now)),
        ("Tickets", _tickets(approval)), ("Answers", _answers(approval)), ("History", _history(approval)),
    ):  # fmt: skip
        if table.row_count:
            console.print()
            console.print(Text(title, style="italic"))
            console.print(table)
    for question in approval.questions:
        console.print()
        console.print(Text(f"{asker(approval, question)} asked {moment(question.at)}: {question.text}"))
        console.print(Text(f"  {question.answer or 'not answered yet'}", style="" if question.answer else "yellow"))


def _overview(approval: Approval, now: datetime) -> Table:
    grid = Table.grid(padding=(0, 2))
    order = approval.stand.order
    due = approval.next_due
    rows = {
        "id": approval.id, "about": approval.subject, "name": str(order.get("name", "")), "total": worth(order),
        **{label: amount(value) for label, value in approval.stand.shown},
        "requester": called(approval.requester) if approval.requester else "nobody is known",
        "watchers": ", ".join(map(called, approval.watchers)),
        "may be handed to": ", ".join(map(addressed, approval.delegates)),
        "opened": f"{moment(approval.opened_at)} UTC, round {approval.round}, by {approval.config_version}",
        "asked by": ", ".join(approval.matched), "next due": until(due, now) if due else "", "end": ended(approval),
    }  # fmt: skip
    for name, told in rows.items():
        if told:
            grid.add_row(Text(name), Text(told, overflow="fold"))
    return grid


def _lines(approval: Approval) -> Table:
    table = plain_table("line", "SKU", "options")
    for header in ("quantity", "price", "line total"):
        table.add_column(header, justify="right")
    for line in approval.stand.lines:
        options = ", ".join(f"{name}: {value}" for name, value in line.get("attributes", {}).items())
        told = [str(line.get("name", "-")), str(line.get("sku", "-")), options or "-"]
        numbers = [amount(line.get(name, "-")) for name in ("quantity", "unitPrice", "lineTotal")]
        table.add_row(*(Text(each, overflow="fold") for each in (*told, *numbers)))
    return table


def _changes(approval: Approval) -> Table:
    table = plain_table("part", "line", "field", "before", "now")
    for one in changes(approval):
        told = (one["part"], one["line"], one["field"], one.get("before", "-"), one.get("after", "-"))
        table.add_row(*(Text(str(each), overflow="fold") for each in told))
    return table


def _steps(approval: Approval, now: datetime) -> Table:
    table = plain_table("stage", "step", "state", "approvals", "next rung", "asked because")
    for run in approval.steps:
        because = "; ".join(f"{rule}: {description}".rstrip(": ") for rule, description in run.reasons)
        table.add_row(
            str(run.stage), Text(f"{run.title} ({run.id})"), Text(str(run.state), style=COLOURS[run.state]),
            f"{approvals_of(approval, run)} {_needed(run)}", until(run.due, now) if run.due else "-",
            Text(because or "-", overflow="fold"),
        )  # fmt: skip
    return table


def _needed(run: StepRun) -> str:
    if run.quorum == ANY:
        return "of 1, whoever answers first"
    return f"of {run.needed}, all who are asked" if run.quorum == ALL else f"of {run.needed} needed"


def _tickets(approval: Approval) -> Table:
    table = plain_table("ticket", "step", "who", "asked", "due", "reminded", "stands")
    for ticket in approval.tickets:
        table.add_row(
            str(ticket.number), Text(ticket.step), Text(called(ticket.person), overflow="fold"),
            f"{moment(ticket.asked_at)} ({ticket.kind})", moment(ticket.due), _reminded(ticket),
            Text(", ".join(_stands(approval, ticket)), overflow="fold"),
        )  # fmt: skip
    return table


def _reminded(ticket: Ticket) -> str:
    times = f"{ticket.reminded} times" if ticket.reminded else "-"
    return f"{times}, next {moment(ticket.reminders[0])}" if ticket.reminders else times


def _stands(approval: Approval, ticket: Ticket) -> Iterator[str]:
    yield CLOSED[ticket.closed] if ticket.closed else "waited for"
    if ticket.acknowledged_until and ticket in approval.open_tickets():
        yield f"looks into it until {moment(ticket.acknowledged_until)}"
    if ticket.delegated_from:
        yield f"from ticket {ticket.delegated_from}"


def _answers(approval: Approval) -> Table:
    table = plain_table("answered", "step", "who", "said", "by", "", "reason")
    for one in approval.answers:
        table.add_row(
            moment(one.at), Text(one.step), Text(f"{called(one.person)} (ticket {one.ticket})", overflow="fold"),
            Text(str(one.verdict), style=COLOURS[one.verdict]), one.channel, _worth_of(one),
            Text(one.reason or "-", overflow="fold"),
        )  # fmt: skip
    return table


def _worth_of(answer: Answer) -> str:
    if answer.void:
        return "void: what it was about changed"
    if not answer.counted:
        return "came too late to count"
    return "counts, carried over a change" if answer.carried else "counts"


def _history(approval: Approval) -> Table:
    table = plain_table("at", "what", "came to", "by", "note", "event")
    for heard in approval.heard:
        # What was submitted is noted by its time alone, which is no word of anybody's.
        note = "" if heard.kind == "submitted" else heard.note
        told: tuple[Any, ...] = (heard.kind, heard.result, heard.by or "-", note or "-")
        table.add_row(moment(heard.at), *(Text(str(each), overflow="fold") for each in told), Text(heard.event_id))
    return table
