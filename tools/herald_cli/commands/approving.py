"""``approvals``: see who is asked what; what is done about it, and chains to try, are registered here."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from herald_cli.commands import approval_deeds, approval_proofs
from herald_cli.commands.approval_deeds import IdentityArgument, found_approval, utc_now
from herald_cli.terminal import (
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

if TYPE_CHECKING:
    from herald.domain.approval.approval import Approval
    from herald_cli.connection import Connection

app = typer.Typer(
    no_args_is_help=True, help="See approvals, step in where nobody else can, try chains, check receipts."
)


@app.command("list", epilog="Example: herald approvals list --approver dana.whitmore@example.com")
def list_approvals(
    which: Annotated[
        Literal["open", "parked", "all"],
        typer.Option("--state", help="parked: nobody decided in time, and an administrator has to."),
    ] = "open",
    approver: Annotated[
        str | None, typer.Option("--approver", metavar="EMAIL_OR_PHONE", help="Only what waits for this person.")
    ] = None,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show approvals: who is asked, by when, and how long it has taken so far."""
    from herald_cli.approval_find import listed, waiting_for  # noqa: PLC0415 - keeps --help quick
    from herald_cli.approval_list import listed_as_json, print_listed  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    if approver is not None and which != "open":
        fail("only what is open waits for somebody: leave out --state or --approver", EXIT_USAGE)
    with plain_errors():
        state = state_store(connected(stack, region, local))
        found = listed(state, which) if approver is None else waiting_for(state, approver)
    if as_json:
        print_json([listed_as_json(one, utc_now()) for one in found])
    elif found:
        print_listed(out, found, utc_now())
    elif approver is not None:
        out.print(f"nothing waits for {approver}", markup=False, highlight=False)
    else:
        out.print("there is no approval" if which == "all" else f"no approval is {which}", highlight=False)


@app.command("show", epilog="Example: herald approvals show order/5eed000a-0000-4000-8000-000000000004")
def show(
    identity: IdentityArgument,
    receipt: Annotated[bool, typer.Option("--receipt", help="Print only the signed receipt, as JSON.")] = False,
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show all that is known of an approval: what is asked, of whom, what they said, and what comes next."""
    from herald_cli.approval_story import story_as_json  # noqa: PLC0415
    from herald_cli.approval_story_report import print_story  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        approval = found_approval(connection, identity)
        if receipt:
            print_json(_receipt(connection, approval))
        elif as_json:
            print_json(story_as_json(approval))
        else:
            print_story(out, approval, utc_now())


for _command, _example in (
    (approval_deeds.remind, "remind --approver dana.whitmore@example.com"),
    (approval_deeds.recall, "recall apr_... --by dana --reason 'Ordered twice'"),
    (approval_deeds.override, "override apr_... approve --by 'Ann Root' --reason 'Agreed by phone'"),
    (approval_deeds.delegate, "delegate apr_... --ticket 1 --to marcus.hale@example.com"),
    (approval_proofs.preview, "preview events/threekit_order_rosewood.json"),
    (approval_proofs.key, "key > herald.key"),
    (approval_proofs.verify, "verify receipt.json --key herald.key"),
):
    app.command(epilog=f"Example: herald approvals {_example}")(_command)


def _receipt(connection: "Connection", approval: "Approval") -> Mapping[str, Any]:
    from herald.domain.approval.approval import State  # noqa: PLC0415
    from herald.usecases.approvals import approval_shelves  # noqa: PLC0415
    from herald_cli.ports_of_stack import state_store  # noqa: PLC0415

    if approval.state is State.OPEN:
        fail(f"{approval.id} is open: it has a receipt when it has ended")
    shelf = approval_shelves.receipts(state_store(connection))
    found = shelf.get(approval_shelves.receipt_key(approval))
    if found is None or found.get("outcome") != str(approval.state):
        fail(f"the receipt of {approval.id} being {approval.state} is not written yet: look again in a minute")
    return found
