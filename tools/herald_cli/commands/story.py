"""``trace``, ``why``, ``send`` and ``republish``: one event at a time."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from herald.domain.errors import ConfigurationError
from herald_cli.terminal import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    fail,
    out,
    plain_errors,
    print_json,
)


def trace(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="An event's, a notification's or an OpenText job's id.")
    ],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
    body: Annotated[bool, typer.Option("--body", help="Show the recorded body too. It may name people.")] = False,
) -> None:
    """Show the whole story of an event: received, decided and why, sent, delivered, written back."""
    from herald_cli.ports_of_stack import tracer  # noqa: PLC0415 - keeps --help quick
    from herald_cli.timeline import as_json as trace_json  # noqa: PLC0415
    from herald_cli.trace_report import print_body, print_trace  # noqa: PLC0415

    with plain_errors():
        found = tracer(connected(stack, region, local))(identifier)
    if found is None:
        fail(f"nothing recorded bears the id {identifier} (events are kept for 30 days)")
    if as_json:
        print_json(trace_json(found, with_body=body))
    else:
        print_trace(out, found)
        if body:
            print_body(out, found)
    if found.broken_at is not None:
        raise typer.Exit(EXIT_FINDINGS)


def why(
    identifier: Annotated[str, typer.Argument(metavar="EVENT", help="An event's id; a notification's or a job's too.")],
    person: Annotated[
        str, typer.Option("--person", metavar="WHO", help="An e-mail address, a phone number or a part of a name.")
    ],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say why somebody was told of an event, or was not, and show the whole chain between the two.

    Ends with 1 if nobody of that name is known, 2 if several people are.
    """
    from herald.usecases.why import SeveralPeopleError  # noqa: PLC0415 - keeps --help quick
    from herald_cli.approval_words import addressed  # noqa: PLC0415
    from herald_cli.ports_of_stack import ask_why  # noqa: PLC0415
    from herald_cli.why_json import why_as_json  # noqa: PLC0415
    from herald_cli.why_report import print_why  # noqa: PLC0415

    try:
        with plain_errors():
            found = ask_why(connected(stack, region, local))(identifier, person)
    except SeveralPeopleError as error:
        named = ", ".join(addressed(one.entries[0]) for one in error.people)
        fail(f"{person} fits several people, give the address of one: {named}", EXIT_USAGE)
    if found is None:
        fail(f"nothing recorded bears the id {identifier} (events are kept for 30 days)")
    if as_json:
        print_json(why_as_json(found))
    else:
        print_why(out, found)
    if not found.known or found.trace.broken_at is not None:
        raise typer.Exit(EXIT_FINDINGS)


def send(
    file: Annotated[Path, typer.Argument(help="A sample body, see events/.", exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option("--source", help="The source to send as, one of those in the stack's secret.")],
    door: Annotated[
        Literal["webhook", "callback"] | None, typer.Option("--door", help="Where to; else the door the body is for.")
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Send a sample to the stack the way its real sender would, signed as the source has to."""
    from herald_cli.send import Door  # noqa: PLC0415
    from herald_cli.send import send as post  # noqa: PLC0415

    try:
        chosen = Door(door) if door else None
        answer = post(connected(stack, region, local), file.read_bytes(), source, chosen)
    except ConfigurationError as error:
        fail(str(error))
    if as_json:
        print_json({"status": answer.status, "answer": answer.body, "url": answer.url})
    else:
        colour = "green" if answer.status < 300 else "red"
        out.print(f"[{colour}]HTTP {answer.status}[/] {answer.url}")
        out.print_json(data=answer.body)
    if answer.status >= 300:
        raise typer.Exit(EXIT_FINDINGS)


def republish(
    identifier: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, evt_...")],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
) -> None:
    """Put a recorded event on the bus again, if the relay gave it up. Nothing that was done is done twice."""
    from herald_cli.ports_of_stack import touch  # noqa: PLC0415

    with plain_errors():
        touched = touch(connected(stack, region, local), identifier)
    if not touched:
        fail(f"the inbox holds no event {identifier} that was ever to be published")
    out.print(f"[green]{identifier}[/] is relayed again; watch it with `herald trace {identifier}`")
