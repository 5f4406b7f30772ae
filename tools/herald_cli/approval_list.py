"""A list of approvals: who is asked what until when, as a table and for scripts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from herald.domain.approval.approval import StepRun, Ticket
from herald.usecases.approvals.approval_values import reference_of
from herald_cli.approval_find import Listed
from herald_cli.approval_words import COLOURS, age, called, iso, person_as_json, plain, until, worth
from herald_cli.scan_tables import plain_table


def listed_as_json(one: Listed, now: datetime) -> dict[str, Any]:
    """Return an approval of a list for scripts; ``steps`` are those of the tickets the list is about."""
    approval = one.approval
    return {
        "id": approval.id, "chain": approval.chain, "title": approval.title, "subject": approval.subject,
        "reference": reference_of(approval), "total": plain(approval.stand.order.get("total")),
        "currency": approval.stand.order.get("currency"), "state": str(approval.state), "round": approval.round,
        "openedAt": iso(approval.opened_at), "ageSeconds": round((now - approval.opened_at).total_seconds()),
        "deadline": iso(_deadline(one)), "nextDue": iso(approval.next_due),
        "steps": [
            {"id": run.id, "title": run.title, "asked": [_ticket_as_json(ticket) for ticket in tickets]}
            for run, tickets in _steps(one)
        ],
    }  # fmt: skip


def print_listed(console: Console, found: Sequence[Listed], now: datetime) -> None:
    """Print approvals, one or more lines each."""
    table = plain_table()
    table.add_column("approval", no_wrap=True)
    for header in ("about", "asked, by ticket", "deadline, UTC", "age"):
        table.add_column(header)
    table.add_column("round", justify="right")
    table.add_column("state")
    for one in found:
        approval = one.approval
        deadline = _deadline(one)
        late = deadline is not None and deadline < now
        table.add_row(
            Text(approval.id), Text(_about(one), overflow="fold"), Text(_asked(one), overflow="fold"),
            Text(until(deadline, now).replace(" UTC", "") if deadline else "-", style="red" if late else ""),
            age(approval.opened_at, now), str(approval.round),
            Text(f"{approval.state}{f' by {approval.end.by}' if approval.end else ''}", COLOURS[approval.state]),
        )  # fmt: skip
    console.print(table)


def _steps(one: Listed) -> list[tuple[StepRun, list[Ticket]]]:
    pairs = ((run, [ticket for ticket in one.tickets if ticket.step == run.id]) for run in one.approval.steps)
    return [(run, tickets) for run, tickets in pairs if tickets]


def _ticket_as_json(ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket.number, **person_as_json(ticket.person), "askedAt": iso(ticket.asked_at),
        "deadline": iso(ticket.due), "reminded": ticket.reminded, "acknowledgedUntil": iso(ticket.acknowledged_until),
    }  # fmt: skip


def _deadline(one: Listed) -> datetime | None:
    return min((ticket.due for ticket in one.tickets), default=None)


def _about(one: Listed) -> str:
    order = one.approval.stand.order
    told = (reference_of(one.approval), str(order.get("name", "")), worth(order))
    return f"{one.approval.title}\n{', '.join(filter(None, told))}"


def _asked(one: Listed) -> str:
    lines = (
        f"{run.title}: {', '.join(f'{ticket.number} {called(ticket.person)}' for ticket in tickets)}"
        for run, tickets in _steps(one)
    )
    return "\n".join(lines) or "-"
