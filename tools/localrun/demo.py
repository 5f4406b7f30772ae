"""``make demo``: every sample sent by HTTP to the deployed stack, every expected effect awaited and shown."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from herald.usecases.trace import Trace
from herald_cli.ports_of_stack import tracer
from herald_cli.send import Answer, send
from herald_cli.timeline import as_json
from herald_cli.trace_report import print_trace
from localrun.approvals import Approvers, read_approvals
from localrun.running_house import RunningHouse
from localrun.scans import make_scan, read_scans, wrong_issues
from localrun.scenarios import APPROVAL, EVENTS, SCAN, InThreekit, Scenario, object_of, read_scenarios, unmet

PATIENCE_SECONDS = 90.0
LOOK_EVERY_SECONDS = 0.25


@dataclass
class Played:
    """A scenario that was sent, and what has become of it."""

    scenario: Scenario
    answer: Answer
    event_id: str
    trace: Trace | None = None
    missing: list[str] = field(default_factory=lambda: ["not looked at yet"])


def play(house: RunningHouse, say: Callable[[str], None]) -> list[Played]:
    """Send each scenario, wait for its effects, and return what became of it."""
    played: list[Played] = []
    waiting: list[Played] = []
    scenarios = read_scenarios()
    for number, scenario in enumerate(scenarios, start=1):
        say(f"[{number}/{len(scenarios)}] {scenario.title}")
        answer = send(house.connection, scenario.file.read_bytes(), scenario.source, scenario.door)
        event_id = answer.body.get("id", "") if isinstance(answer.body, dict) else ""
        played.append(Played(scenario, answer, event_id))
        waiting.append(played[-1])
        if not scenario.with_next:
            for one in waiting:
                _await(house, one)
            waiting.clear()
    return [*played, *_play_approvals(house, say), *_play_scans(house, say)]


def _play_approvals(house: RunningHouse, say: Callable[[str], None]) -> list[Played]:
    """Let everybody who is asked decide, and return what became of each approval."""
    people = Approvers(house)
    played = []
    approvals = read_approvals()
    for number, approval in enumerate(approvals, start=1):
        say(f"[approval {number}/{len(approvals)}] {approval.title}")
        summary = Scenario(title=approval.title, file=EVENTS / "approvals.yaml", source=APPROVAL)
        one = Played(summary, Answer(200, {"order": approval.order_id}, ""), "")
        played.append(one)
        try:
            for decision in approval.decisions:
                people.decide(approval.order_id, decision)
        except (TimeoutError, httpx.HTTPError) as error:
            one.missing = [str(error)]
            continue
        deadline = time.monotonic() + PATIENCE_SECONDS
        while one.missing and time.monotonic() < deadline:
            one.missing = people.unmet(approval)
            time.sleep(LOOK_EVERY_SECONDS if one.missing else 0)
        one.answer = Answer(200, people.story(approval.order_id), "")
    return played


def _play_scans(house: RunningHouse, say: Callable[[str], None]) -> list[Played]:
    """Make each scan, wait for the effects of its messages, and return what became of them."""
    played = []
    scans = read_scans()
    for number, scan in enumerate(scans, start=1):
        say(f"[scan {number}/{len(scans)}] {scan.title}")
        run = make_scan(house, scan)
        summary = Scenario(title=scan.title, file=EVENTS / "scans.yaml", source=SCAN)
        made = Played(summary, Answer(200, {"run": run.id, **run.counts}, ""), "", missing=wrong_issues(house, scan))
        played.append(made)
        for message in scan.messages:
            one = Played(message.expected, Answer(200, {"run": run.id}, ""), message.event_id(run.id))
            played.append(one)
            _await(house, one)
    return played


def report(house: RunningHouse, played: list[Played], console: Console) -> None:
    """Print each story, what each recipient got, and the verdict."""
    for one in played:
        console.rule(f"[bold]{one.scenario.title}")
        answer = f"HTTP {one.answer.status} {json.dumps(one.answer.body)}"
        sent = f"POST {one.scenario.file.name} as {one.scenario.source}"
        how = sent if one.scenario.is_sent else one.scenario.source
        console.print(f"{how}: {answer}")
        if one.trace is not None:
            print_trace(console, one.trace)
        for problem in one.missing:
            console.print(f"[red]not as expected:[/] {problem}")
    console.rule("[bold]What each recipient got")
    for submit in house.opentext.submits:
        title = f"{submit.channel} to {', '.join(submit.destinations)}"
        console.print(Panel(submit.texts[0].strip(), title=title, subtitle=submit.subject, title_align="left"))
    twice = {who: count for who, count in _sends(house).items() if count > 1}
    console.print(_verdict(played))
    for who, count in twice.items():
        console.print(f"[red]{who} was told {count} times[/]")


def as_expected(house: RunningHouse, played: list[Played]) -> bool:
    """Say whether every expected effect happened and no message was submitted twice."""
    return all(count == 1 for count in _sends(house).values()) and all(not one.missing for one in played)


def report_json(house: RunningHouse, played: list[Played]) -> dict[str, Any]:
    """Return the same for a script."""
    return {
        "passed": as_expected(house, played),
        "scenarios": [
            {
                "title": one.scenario.title, "status": one.answer.status, "event": one.event_id, "unmet": one.missing,
                "trace": as_json(one.trace) if one.trace else None,
            }
            for one in played
        ],
        "sent": [submit.summary() for submit in house.opentext.submits],
    }  # fmt: skip


def _await(house: RunningHouse, one: Played) -> None:
    if one.scenario.is_sent and one.answer.status != one.scenario.answer:
        one.missing = [f"the answer was {one.answer.status}, not {one.scenario.answer}"]
        return
    find = tracer(house.connection)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        one.trace = find(one.event_id)
        one.missing = unmet(one.scenario, one.trace, _in_threekit(house, one.trace), _submitted(house))
        if not one.missing:
            return
        time.sleep(LOOK_EVERY_SECONDS)


def _in_threekit(house: RunningHouse, trace: Trace | None) -> InThreekit:
    known = object_of(trace) if trace else ""
    return InThreekit(house.threekit.orders.get(known, {}), house.threekit.assets.get(known, {}))


def _submitted(house: RunningHouse) -> dict[str, str]:
    """Return what OpenText was given, by reference."""
    return {
        reference: "\n".join([submit.subject or "", *submit.texts])
        for submit in house.opentext.submits
        for reference in submit.refs
        if reference is not None
    }


def _sends(house: RunningHouse) -> dict[str, int]:
    """How often each message (not each person: two rules may tell one person) was submitted."""
    counts: dict[str, int] = {}
    for submit in house.opentext.submits:
        for reference in submit.refs:
            counts[str(reference)] = counts.get(str(reference), 0) + submit.arrivals
    return counts


def _verdict(played: list[Played]) -> Table:
    table = Table("scenario", "answer", "recipients told", "as expected", title="Verdict", title_justify="left")
    for one in played:
        told = len(one.trace.notifications) if one.trace else 0
        verdict = "[green]yes[/]" if not one.missing else f"[red]no: {len(one.missing)} differences[/]"
        table.add_row(one.scenario.title, str(one.answer.status), str(told), verdict)
    return table
