"""A stack's status, printed for a person on one screen, and as JSON for scripts."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from herald_cli.redriven_queue import as_typed
from herald_cli.status import LOOKED_AT, DeliveriesStatus, GateStatus, QueueStatus, ScanStatus, Status, SweepStatus
from herald_cli.status_attention import SUFFIX, attention

_COLOURS = {"closed": "green", "half-open": "yellow", "paused": "yellow", "open": "red"}


def print_status(console: Console, status: Status) -> None:
    """Print how the stack stands, and last what needs an operator."""
    active = status.configuration or "no configuration"
    console.print(f"[bold]{status.stack}[/]  {_clock(status.at)}  {active}", highlight=False)
    console.print(_overview(status))
    for table in (_sweeps(status), _sources(status), _queues(status)):
        console.print()
        console.print(table)
    console.print()
    needs = attention(status)
    for need in needs:
        console.print(Text(f"! {need}", style="red"), soft_wrap=True)
    if not needs:
        console.print("[green]nothing needs an operator[/]")


def status_as_json(status: Status) -> dict[str, Any]:
    """Return the status as JSON-able data; times in ISO 8601, lengths of time in seconds."""
    document = _plain(status)
    for sweep, told in zip(status.sweeps, document["sweeps"], strict=True):
        told["lossPercent"] = _percent(sweep)
    return {**document, "attention": attention(status)}


def ago(at: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that is worth it."""
    if at is None:
        return "never"
    seconds = max(0, int((now - at).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def _table(*headers: str) -> Table:
    """Return a table without lines, so that all of them fit on one screen."""
    return Table(*headers, box=None, padding=(0, 2, 0, 0))


def _overview(status: Status) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("OpenText's gate", _gate(status.gate))
    table.add_row("Deliveries", _deliveries(status.deliveries))
    table.add_row("Catalogue scan", _scan(status.scan, status.at))
    if not status.incidents:
        table.add_row("Incidents", "none open")
    for incident in status.incidents:
        told = f"opened {ago(incident.opened_at, status.at)}, {incident.failures} failures"
        table.add_row("Incident", Text(f"{incident.system} {told} ({incident.id})", style="red"))
    return table


def _gate(gate: GateStatus) -> Text:
    parts: list[str] = [gate.condition]
    if gate.condition in ("open", "half-open") and gate.since:
        parts.append(f"since {gate.since:%H:%M:%S}")
    if gate.until:
        parts.append(f"until {gate.until:%H:%M:%S}")
    if gate.counted_since:
        parts.append(f"{gate.failures} of {gate.calls} calls failed since {gate.counted_since:%H:%M:%S}")
    if gate.per_second:
        parts.append(f"{gate.per_second:g} per second")
    told = Text(", ".join(parts))
    told.stylize(_COLOURS[gate.condition], 0, len(gate.condition))
    return told


def _deliveries(deliveries: DeliveriesStatus) -> str:
    more = " or more" if deliveries.due >= LOOKED_AT else ""
    ages = ", ".join(f"{count} {name}" for name, count in deliveries.due_by_age.items() if count)
    return f"{deliveries.unsettled} unsettled, {deliveries.due}{more} due to be looked at{f': {ages}' if ages else ''}"


def _scan(scan: ScanStatus, now: datetime) -> str:
    present = f"; {scan.present} began {ago(scan.began_at, now)} and is {scan.stage}" if scan.present else ""
    return f"last finished {ago(scan.finished_at, now)}{present}"


def _sweeps(status: Status) -> Table:
    table = _table("sweep", "last finished", "has seen all until", "under way", "missed webhooks, 14 days")
    for sweep in status.sweeps:
        page = f"page {sweep.page}" if sweep.page is not None else "-"
        seen = _clock(sweep.seen_until) if sweep.seen_until else "-"
        table.add_row(sweep.name, ago(sweep.finished_at, status.at), seen, page, _loss(sweep))
    return table


def _loss(sweep: SweepStatus) -> str:
    percent = _percent(sweep)
    return f"{sweep.missed} of {sweep.expected}{f' ({percent:g} %)' if percent is not None else ''}"


def _percent(sweep: SweepStatus) -> float | None:
    return round(100 * sweep.missed / sweep.expected, 2) if sweep.expected else None


def _sources(status: Status) -> Table:
    table = _table("source", "last heard", "", "may be silent for")
    for source in status.sources:
        stands = Text("silent", style="red") if source.silent else Text("heard" if source.heard_at else "")
        allowed = f"{source.silent_after / timedelta(hours=1):g} h" if source.silent_after else "not watched"
        table.add_row(source.name, ago(source.heard_at, status.at), stands, allowed)
    return table


def _queues(status: Status) -> Table:
    table = _table("queue", "waiting", "in flight", "dead letters")
    work = {queue.name.removesuffix("Queue"): queue for queue in status.queues if not queue.dead_letters}
    dead = {queue.name.removesuffix(SUFFIX): queue for queue in status.queues if queue.dead_letters}
    for name in (*work, *(name for name in dead if name not in work)):
        table.add_row(as_typed(name), *_waiting(work.get(name)), _dead(dead.get(name)))
    return table


def _waiting(queue: QueueStatus | None) -> tuple[str, str]:
    return (str(queue.visible), str(queue.in_flight)) if queue else ("-", "-")


def _dead(queue: QueueStatus | None) -> Text:
    if queue is None:
        return Text("-")
    held = queue.visible + queue.in_flight
    return Text(str(held), style="red" if held else "")


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {_camel(field.name): _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {_camel(key.replace(" ", "_")): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
