"""What an operator does about approvals: ``remind``, ``recall``, ``override`` and ``delegate``."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from herald_cli.terminal import (
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
    from herald.domain.approval.approval import Approval, Ticket
    from herald_cli.approval_act import Deed
    from herald_cli.connection import Connection

EXIT_TIMEOUT = 3
EXIT_INTERRUPTED = 130
WAIT_SECONDS = 20.0
LONGEST_TEXT = 1000
OPERATOR = "operator"

IdentityArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The approval's id, apr_..., an order's id or reference, or order/<id>.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Whose word it is; told and kept.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")]
WaitOption = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the approval has heard of it.")]
TimeoutOption = Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0, help="Wait no longer.")]


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


def remind(  # noqa: PLR0913, PLR0917 - each is an option
    identity: Annotated[
        str | None, typer.Argument(metavar="ID", help="An approval's id, an order's id or reference, or order/<id>.")
    ] = None,
    ticket: Annotated[
        int | None, typer.Option("--ticket", metavar="N", min=1, help="Only whoever has this ticket.")
    ] = None,
    approver: Annotated[
        str | None, typer.Option("--approver", metavar="EMAIL_OR_PHONE", help="Of all that waits for this person.")
    ] = None,
    wait: WaitOption = True,
    timeout: TimeoutOption = WAIT_SECONDS,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remind those who are asked. For whom several approvals wait, one message tells of all, once in an hour.

    Ends with 1 if nobody was left to be reminded, with 3 if time was over before it was known.
    """
    from herald_cli.approval_find import Listed, waiting_for  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    if (identity is None) == (approver is None) or (approver is not None and ticket is not None):
        fail("say which approval, with --ticket N if one person is meant, or --approver EMAIL_OR_PHONE", EXIT_USAGE)
    with plain_errors():
        connection = connected(stack, region, local)
        if approver is not None:
            waiting = waiting_for(state_store(connection), approver)
        else:
            approval = found_approval(connection, identity or "")
            waiting = [Listed(approval, (_open_ticket(approval, ticket),) if ticket else approval.open_tickets())]
        if not any(one.tickets for one in waiting):
            fail(f"nobody is to be reminded: nothing waits for {approver or 'anybody'} there")
        several = ticket is not None or approver is not None
        asked = [
            (one.approval, {"ticket": each.number} if each else {})
            for one in waiting
            for each in (one.tickets if several else (None,))
        ]
        deeds = _done(connection, "approval.reminded", asked, timeout if wait else None)
    _tell(deeds, as_json=as_json, wait=wait)


def recall(  # noqa: PLR0913, PLR0917 - each is an option
    identity: IdentityArgument,
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; told to everybody.")] = "",
    yes: YesOption = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = WAIT_SECONDS,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take an approval back in place of its requester: nobody is asked any more, and all are told.

    Ends with 1 if it was refused, with 3 if time was over before it was known.
    """
    _is_word(by=by, reason=reason)
    with plain_errors():
        connection = connected(stack, region, local)
        approval = _to_end(connection, identity)
        _sure(approval, "recall it, and tell everybody who is asked, the requester and the watchers?", yes=yes)
        data = {"name": by.strip(), "reason": reason.strip()}
        deeds = _done(connection, "approval.recalled", [(approval, data)], timeout if wait else None)
    _tell(deeds, as_json=as_json, wait=wait)


def override(  # noqa: PLR0913, PLR0917 - each is an option
    identity: IdentityArgument,
    verdict: Annotated[Literal["approve", "reject"], typer.Argument(help="What is decided.")],
    by: ByOption,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; told to everybody, and signed.")],
    yes: YesOption = False,
    wait: WaitOption = True,
    timeout: TimeoutOption = WAIT_SECONDS,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Decide in place of everybody who is asked, as an administrator. The receipt says so.

    Ends with 1 if it was refused, with 3 if time was over before it was known.
    """
    _is_word(by=by, reason=reason)
    if not reason.strip():
        fail("whoever decides in place of others says why: --reason TEXT", EXIT_USAGE)
    with plain_errors():
        connection = connected(stack, region, local)
        approval = _to_end(connection, identity)
        _sure(approval, f"{verdict} it in place of everybody who is asked?", yes=yes)
        data = {
            "verdict": verdict, "name": by.strip(), "reason": reason.strip(), "about": approval.fingerprint,
        }  # fmt: skip
        deeds = _done(connection, "approval.overridden", [(approval, data)], timeout if wait else None)
    _tell(deeds, as_json=as_json, wait=wait)


def delegate(  # noqa: PLR0913, PLR0917 - each is an option
    identity: IdentityArgument,
    ticket: Annotated[int, typer.Option("--ticket", metavar="N", min=1, help="Whose question is handed on.")],
    to: Annotated[str, typer.Option("--to", metavar="EMAIL_OR_PHONE", help="One of the approval's delegates.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What they are told with it.")] = "",
    by: ByOption = OPERATOR,
    wait: WaitOption = True,
    timeout: TimeoutOption = WAIT_SECONDS,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hand a question on to somebody among the approval's delegates, once; whoever had it can no longer answer.

    Ends with 1 if it was refused, with 3 if time was over before it was known.
    """
    from herald.usecases.approvals.approval_shelves import person_key  # noqa: PLC0415
    from herald_cli.approval_words import addressed  # noqa: PLC0415

    _is_word(by=by, note=note)
    with plain_errors():
        connection = connected(stack, region, local)
        approval = found_approval(connection, identity)
        number = _open_ticket(approval, ticket).number
        address = to.strip().casefold()
        person = next((one for one in approval.delegates if address in (one.key, one.phone)), None)
        if person is None:
            known = ", ".join(map(addressed, approval.delegates)) or "nobody; config/approvals.yaml names an audience"
            fail(f"{to} is not among those to whom {approval.id} may be handed on: {known}")
        data = {"ticket": number, "to": person_key(person), "note": note.strip(), "name": by.strip()}
        deeds = _done(connection, "approval.delegated", [(approval, data)], timeout if wait else None)
    _tell(deeds, as_json=as_json, wait=wait)


def found_approval(connection: "Connection", identity: str) -> "Approval":
    """Return the approval that is meant; ends the command if there is none."""
    from herald_cli.approval_find import NotFoundError, find  # noqa: PLC0415
    from herald_cli.ports_of_stack import configuration_store, state_store  # noqa: PLC0415

    try:
        return find(state_store(connection), lambda: configuration_store(connection).active().approvals, identity)
    except NotFoundError as error:
        fail(str(error))


def _to_end(connection: "Connection", identity: str) -> "Approval":
    """Return an approval that can still be brought to an end."""
    from herald.domain.approval.ending import STILL_TO_END  # noqa: PLC0415
    from herald_cli.approval_words import ended  # noqa: PLC0415

    approval = found_approval(connection, identity)
    if approval.state not in STILL_TO_END:
        fail(f"{approval.id} has ended: {ended(approval)}. Only what is open or parked can be ended")
    return approval


def _open_ticket(approval: "Approval", number: int) -> "Ticket":
    found = next((one for one in approval.open_tickets() if one.number == number), None)
    if found is None:
        open_ones = ", ".join(str(one.number) for one in approval.open_tickets()) or "none"
        fail(f"ticket {number} of {approval.id} is not open; open are: {open_ones}. See `herald approvals show`")
    return found


def _is_word(**texts: str) -> None:
    """End the command if a text cannot be kept, or if nobody stands behind it."""
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            fail(f"--{name}: more than {LONGEST_TEXT} characters are too many", EXIT_USAGE)
    if not texts["by"].strip():
        fail("say whose word it is: --by NAME", EXIT_USAGE)


def _sure(approval: "Approval", question: str, *, yes: bool) -> None:
    from herald.usecases.approvals.approval_values import reference_of  # noqa: PLC0415
    from herald_cli.approval_words import called, worth  # noqa: PLC0415

    if yes:
        return
    asked = ", ".join(called(one.person) for one in approval.open_tickets()) or "nobody"
    about = ", ".join(filter(None, (reference_of(approval), worth(approval.stand.order))))
    err.print(
        f"{approval.title} of {about} ({approval.id}) is {approval.state} in round {approval.round}; asked: {asked}",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip
    try:
        meant = typer.confirm(question[0].upper() + question[1:], err=True)
    except typer.Abort:
        meant = False
    if not meant:
        fail("nothing was done; --yes does it without being asked")


def _done(
    connection: "Connection", kind: str, asked: Sequence[tuple["Approval", Mapping[str, Any]]], timeout: float | None
) -> "list[Deed]":
    """Record what is to happen, and wait for it unless ``timeout`` is ``None``."""
    from herald_cli.approval_act import record, wait_until_heard  # noqa: PLC0415
    from herald_cli.ports_of_stack import inbox, state_store  # noqa: PLC0415

    door = inbox(connection)
    deeds = [record(door, kind, approval, {"name": OPERATOR, **data}, utc_now()) for approval, data in asked]
    if timeout is None:
        return deeds
    try:
        with err.status("recorded; waiting until the approval has heard of it"):
            return wait_until_heard(state_store(connection), deeds, utc_now, time.sleep, timedelta(seconds=timeout))
    except KeyboardInterrupt:
        fail(f"no longer waited for, but recorded: see `herald trace {deeds[0].event}`", EXIT_INTERRUPTED)


def _tell(deeds: "Sequence[Deed]", *, as_json: bool, wait: bool) -> None:
    """Tell what was done, and end with what it came to."""
    from herald_cli.approval_act import deed_as_json  # noqa: PLC0415

    if as_json:
        print_json([deed_as_json(deed) for deed in deeds])
    for deed in deeds if not as_json else ():
        if deed.result is not None and not deed.refused:
            out.print(f"[green]{deed.kind}[/] {deed.approval}, which is {deed.state}", highlight=False)
        elif deed.result is None and not wait:
            out.print(f"recorded for {deed.approval}; `herald trace {deed.event}` tells the rest", highlight=False)
    if refused := [f"{deed.approval} was not {deed.kind}: {deed.refused}" for deed in deeds if deed.refused]:
        fail("; ".join(refused))
    if wait and (late := [deed for deed in deeds if deed.result is None]):
        told = ", ".join(f"`herald trace {deed.event}`" for deed in late)
        fail(f"recorded, but time is over before {late[0].approval} has heard of it: see {told}", EXIT_TIMEOUT)
