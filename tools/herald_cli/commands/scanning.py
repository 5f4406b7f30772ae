"""``scan``: ask for scans of the catalogue, watch them, and read what they found."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from herald_cli.terminal import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    err,
    fail,
    out,
    plain_errors,
    print_json,
)

if TYPE_CHECKING:
    from herald_cli.connection import Connection
    from herald_cli.scan_ask import Lookout, Sight

app = typer.Typer(no_args_is_help=True, help="Scan the catalogue in Threekit, and read what was found.")
EXIT_TIMEOUT = 3
EXIT_INTERRUPTED = 130
LONGEST_NOTE = 1000


def _now() -> datetime:
    return datetime.now(UTC)


@app.command("run", epilog="Example: herald scan run --partition outdoor --dry-run --wait --timeout 3600")
def scan_run(
    partitions: Annotated[
        list[str] | None, typer.Option("--partition", "-p", metavar="NAME", help="May be given again; else all.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell nobody and remember nothing; only write the report.")
    ] = False,
    wait: Annotated[
        bool | None, typer.Option("--wait/--no-wait", help="Watch it to its end. Else only on a terminal.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", min=0, help="Watch no longer; the scan goes on.")
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Scan the catalogue now instead of at the next schedule. Two scans never overlap: this one may have to wait.

    Ends with 0 once it is asked for, or finished where it is waited for; with 1 if it could not be asked for; with 3 if
    time was over before it finished. To interrupt the command ends the watching, not the scan.
    """
    from herald_cli.scan_ask import ask_for_scan  # noqa: PLC0415 - keeps --help quick
    from herald_cli.scan_ports import active_plan, scan_queue  # noqa: PLC0415

    asked = list(dict.fromkeys(partitions or ()))
    ask = str(uuid.uuid4())
    with plain_errors():
        connection = connected(stack, region, local)
        known = [partition.name for partition in active_plan(connection).partitions]
        if unknown := [name for name in asked if name not in known]:
            fail(f"there is no partition {', '.join(unknown)}; config/catalog.yaml has {', '.join(known)}", EXIT_USAGE)
        waits = wait if wait is not None else timeout is not None or (out.is_terminal and not as_json)
        lookout = _lookout(connection, ask) if waits else None
        ask_for_scan(scan_queue(connection), ask, asked, dry=dry_run)
    told: dict[str, Any] = {"ask": ask, "partitions": asked or known, "dry": dry_run}
    if lookout is None:
        if as_json:
            print_json(told)
        else:
            named = ", ".join(asked or known)
            out.print(f"[green]asked for[/] {named}; watch it with `herald scan status`", highlight=False)
        return
    _watched(connection, lookout, told, timeout, as_json=as_json)


def _lookout(connection: "Connection", ask: str) -> "Lookout":
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415
    from herald_cli.scan_ask import Lookout, waiting_in  # noqa: PLC0415
    from herald_cli.scan_ports import files  # noqa: PLC0415
    from herald_cli.scan_progress import Gauge  # noqa: PLC0415

    dead_letters = connection.output("ScanDeadLetterQueueUrl")
    given_up: Callable[[], int] = lambda: waiting_in(connection.sqs(), dead_letters)  # noqa: E731
    return Lookout(state_store(connection), Gauge(files(connection)), ask, given_up)


def _watched(
    connection: "Connection", lookout: "Lookout", told: dict[str, Any], timeout: float | None, *, as_json: bool
) -> None:
    """Watch a scan that was asked for, and tell how it ended."""
    from herald_cli.scan_status import run_as_json  # noqa: PLC0415
    from herald_cli.scan_tables import print_summary  # noqa: PLC0415

    with plain_errors():
        sight = _watch(lookout, timedelta(seconds=timeout) if timeout is not None else None)
    run = sight.run if sight else None
    bucket, finished = connection.output("CatalogBucketName"), sight is not None and sight.finished
    if as_json:
        report = f"s3://{bucket}/reports/{run.id}/all.json" if run and finished else None
        print_json({**told, "finished": finished, "run": run_as_json(run, _now()) if run else None, "report": report})
    elif run is not None and finished:
        print_summary(out, run, bucket, _now())
    if not finished:
        fail(f"time is over, but the scan goes on{_stands(sight)}: watch it with `herald scan status`", EXIT_TIMEOUT)


def _watch(lookout: "Lookout", timeout: timedelta | None) -> "Sight | None":
    """Show what is to be seen until it is finished or time is over; return the last of it."""
    from herald_cli.scan_ask import sights  # noqa: PLC0415
    from herald_cli.scan_display import display  # noqa: PLC0415

    sight = None
    try:
        with display(err) as show:
            for sight in sights(lookout, _now, time.sleep, timeout):
                show(sight)
    except KeyboardInterrupt:
        fail(f"no longer watched, but the scan goes on{_stands(sight)}: see `herald scan status`", EXIT_INTERRUPTED)
    return sight


def _stands(sight: "Sight | None") -> str:
    from herald_cli.scan_display import what  # noqa: PLC0415

    return f" ({what(sight)})" if sight else ""


@app.command("status", epilog="Example: herald scan status --runs 30")
def scan_status(
    runs: Annotated[int, typer.Option("--runs", metavar="N", min=1, help="How many of the last scans to show.")] = 10,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the present scan, how far it is, and the last ones. Ends with 1 if a partition is overdue."""
    from herald.ports import StorageError  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415
    from herald_cli.scan_ports import active_plan, files  # noqa: PLC0415
    from herald_cli.scan_progress import Gauge  # noqa: PLC0415
    from herald_cli.scan_status import (  # noqa: PLC0415
        overdue_after,
        overdue_words,
        progress_as_json,
        read_scans,
        run_as_json,
    )
    from herald_cli.scan_tables import print_scans  # noqa: PLC0415

    now, progress = _now(), None
    with plain_errors():
        connection = connected(stack, region, local)
        after = overdue_after(connection.parameters)
        scans = read_scans(state_store(connection), active_plan(connection), after, now)
        if scans.present is not None:
            try:
                progress = Gauge(files(connection)).of(scans.present, now, scans.finished)
            except StorageError as error:
                err.print(f"how far it is cannot be told: {error}", style="yellow", markup=False, soft_wrap=True)
    if as_json:
        present = {**run_as_json(scans.present, now), "progress": progress_as_json(progress)} if scans.present else None
        print_json(
            {
                "present": present, "finished": run_as_json(scans.finished, now) if scans.finished else None,
                "finishedAt": scans.finished_at.isoformat() if scans.finished_at else None,
                "overdue": [
                    {"partition": one.partition, "since": one.since.isoformat(), "says": overdue_words(one)}
                    for one in scans.overdue
                ],
                "runs": [run_as_json(run, now) for run in scans.runs[:runs]],
            }
        )  # fmt: skip
    else:
        print_scans(out, scans, progress, runs, now)
    if scans.overdue:
        raise typer.Exit(EXIT_FINDINGS)


@app.command("report", epilog="Example: herald scan report --steward chairs --format csv > chairs.csv")
def scan_report(
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Which scan; else the last that finished.")
    ] = None,
    steward: Annotated[str, typer.Option("--steward", metavar="NAME", help="Whose issues.")] = "all",
    form: Annotated[
        Literal["table", "csv", "json"],
        typer.Option("--format", help="csv and json are the stored report, byte for byte."),
    ] = "table",
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many issues the table shows.")] = 20,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
) -> None:
    """Show what a scan found: issues, the worst first, and how ready the catalogue is where."""
    import json  # noqa: PLC0415

    from herald_cli.scan_ports import active_plan, files  # noqa: PLC0415
    from herald_cli.scan_report import NoReportError, Reports, print_report  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        reports = Reports(files(connection), run or _last_finished(connection))
        try:
            content = reports.file(steward, "csv" if form == "csv" else "json")
        except NoReportError as error:
            fail(str(error))
        if form == "table":
            print_report(out, json.loads(content), reports.summary(), active_plan(connection), top)
        else:
            typer.echo(content, nl=False)


def _last_finished(connection: "Connection") -> str:
    from herald.usecases.scan import scan_shelves  # noqa: PLC0415
    from herald.usecases.shelves import CATALOG  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    watch = scan_shelves.scan_watch(state_store(connection)).get(CATALOG)
    if watch is None or not watch.finished:
        fail("no scan has finished yet: `herald scan run` begins one, `herald scan status` shows how far it is")
    return watch.finished


@app.command("issue", epilog="Example: herald scan issue iss_...")
def scan_issue(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The issue's id, iss_..., as reports tell it.")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of one issue: evidence, what it touches, since when, who knows of it."""
    from herald.usecases.scan import scan_shelves  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415
    from herald_cli.scan_issue import issue_as_json, print_issue  # noqa: PLC0415

    with plain_errors():
        issue = scan_shelves.issues(state_store(connected(stack, region, local))).get(identity)
    if issue is None:
        fail(_no_issue(identity))
    if as_json:
        print_json(issue_as_json(issue))
    else:
        print_issue(out, issue)


def _no_issue(identity: str) -> str:
    return f"there is no issue {identity}: `herald scan report` shows those that are open"


@app.command("abandon", epilog="Example: herald scan abandon")
def scan_abandon(
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Give up the scan that is under way, so that the next one may begin: one that cannot finish holds all others up.

    What it has told stays told; what it found and did not tell yet is found again by the next.
    """
    from herald.usecases.scan import scan_shelves  # noqa: PLC0415
    from herald.usecases.scan.begin import abandon  # noqa: PLC0415
    from herald.usecases.shelves import CATALOG  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    with plain_errors():
        state = state_store(connected(stack, region, local))
        watch = scan_shelves.scan_watch(state).get(CATALOG)
        present = watch.current if watch is not None else ""
        given_up = present if present and abandon(state, present, _now()) else ""
    if as_json:
        print_json({"abandoned": given_up or None})
    elif given_up:
        out.print(f"[green]given up[/] {given_up}; `herald scan run` begins another", highlight=False)
    else:
        out.print("no scan is under way")


@app.command("acknowledge", epilog="Example: herald scan acknowledge iss_... --by dana --until 2026-03-31")
def scan_acknowledge(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The issue's id, iss_..., as reports tell it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who knows of it.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why it stays, or what is done about it.")] = "",
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="The day by which it will be gone; else for good."),
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that an issue is known: nobody is reminded of it until the day given; after it, what stays is news."""
    from herald.domain.catalog.issue import IssueState  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415
    from herald_cli.scan_issue import acknowledge, acknowledged_words, issue_as_json  # noqa: PLC0415

    now, day = _now(), until.date() if until else None
    if day is not None and day < now.date():
        fail(f"{day} is over: give a day from {now:%Y-%m-%d} on, or leave --until out", EXIT_USAGE)
    if not by.strip():
        fail("say who knows of it: --by NAME", EXIT_USAGE)
    if len(note) > LONGEST_NOTE or len(by) > LONGEST_NOTE:
        fail(f"more than {LONGEST_NOTE} characters are too many: put the story where --note can point to", EXIT_USAGE)
    with plain_errors():
        issue = acknowledge(state_store(connected(stack, region, local)), identity, by.strip(), note.strip(), day, now)
    if issue is None:
        fail(_no_issue(identity))
    if issue.state is IssueState.RESOLVED:
        fail(f"{identity} is resolved since {issue.resolved_at:%Y-%m-%d}: there is nothing to acknowledge")
    if as_json:
        print_json(issue_as_json(issue))
    else:
        out.print(f"[green]acknowledged[/] {identity}", highlight=False)
        out.print(acknowledged_words(issue), markup=False, highlight=False)


@app.command("item", epilog="Example: herald scan item 7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001")
def scan_item(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The item's id in Threekit.")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show how ready an item is where, what would make it readier, and what was found wrong with it."""
    from herald_cli.scan_item import item_as_json, print_item  # noqa: PLC0415
    from herald_cli.scan_ports import active_plan, item_states  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        state = item_states(connection).load([identity]).get(identity)
        plan = active_plan(connection)
    if state is None:
        fail(f"no scan has seen an item {identity}: give its id (not its SKU), or `herald scan run` its partition")
    if as_json:
        print_json(item_as_json(state, plan))
    else:
        print_item(out, state, plan)
