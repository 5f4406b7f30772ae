"""``whatsapp register``, ``show`` and ``unregister``: where OpenText sends WhatsApp replies."""

from typing import Annotated

import typer

from herald_cli.terminal import (
    EXIT_FINDINGS,
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

app = typer.Typer(no_args_is_help=True, help="Where OpenText sends WhatsApp replies: one URL per account.")
NONE = "no URL is registered, so WhatsApp replies reach nobody: `herald whatsapp register URL`"


@app.command()
def register(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="<ApiUrl>/callbacks/opentext/<source of kind whatsapp-replies>/<token>")
    ],
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
) -> None:
    """Have OpenText send WhatsApp replies there; what was registered before is replaced."""
    from herald_cli.whatsapp import source_at, webhook, without_token  # noqa: PLC0415 - keeps --help quick

    with plain_errors():
        connection = connected(stack, region, local)
        source = source_at(connection, url)
        webhook(connection).register(url)
    out.print(f"[green]registered[/] {without_token(url)}", highlight=False, soft_wrap=True)
    if source is None:
        err.print(
            "It leads to no source of kind whatsapp-replies of this stack: what comes there is not taken for a reply.",
            style="yellow", soft_wrap=True,
        )  # fmt: skip


@app.command()
def show(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Show what is registered, without its token, and to which source of the stack it leads."""
    from herald_cli.whatsapp import source_at, webhook, without_token  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        url = webhook(connection).registered()
        source = source_at(connection, url) if url else None
    if as_json:
        print_json({"url": without_token(url) if url else None, "source": source})
    elif url:
        leads = f"source {source}" if source else "no source of this stack"
        out.print(f"{without_token(url)}  ({leads})", highlight=False, markup=False, soft_wrap=True)
    if url is None and not as_json:
        fail(NONE)
    if url is None:
        raise typer.Exit(EXIT_FINDINGS)


@app.command()
def unregister(stack: StackOption = None, region: RegionOption = None, local: LocalOption = False) -> None:
    """Have OpenText send WhatsApp replies to nobody."""
    from herald_cli.whatsapp import unregistered  # noqa: PLC0415

    with plain_errors():
        was_registered = unregistered(connected(stack, region, local))
    out.print("[green]unregistered[/]" if was_registered else "no URL was registered")
