"""``approvals preview``, ``key`` and ``verify``: what can be told of approvals without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from herald.domain.errors import CallFailed, ConfigurationError
from herald_cli.terminal import (
    EXIT_FINDINGS,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    LocalOption,
    RegionOption,
    StackOption,
    connected,
    err,
    existing_folder,
    fail,
    out,
    plain_errors,
    print_json,
)


def preview(
    file: Annotated[Path, typer.Argument(metavar="EVENT.json", help="A sample body.", exists=True, dir_okay=False)],
    folder: ConfigOption = Path("config"),
    order: Annotated[
        Path | None,
        typer.Option(
            "--order", metavar="ORDER.json", help="The order as Threekit has it.", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whom config/ would ask to approve what an event tells, why, and what comes if nobody answers. Asks nobody.

    Times of later stages are told as if they were asked now too.
    """
    from herald.domain.strict_json import JsonRefusedError, parse_json  # noqa: PLC0415 - keeps --help quick
    from herald_cli.approval_preview import PreviewError, order_of, preview_body  # noqa: PLC0415
    from herald_cli.approval_preview_report import preview_as_json, print_preview  # noqa: PLC0415
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415
    from herald_cli.explain import DEEPEST_JSON, BodyRefusedError  # noqa: PLC0415

    existing_folder(folder)
    try:
        told = order_of(parse_json(order.read_bytes(), max_depth=DEEPEST_JSON)) if order is not None else None
        events = preview_body(file.read_bytes(), read_folder(folder), datetime.now(UTC), told)
    except JsonRefusedError as error:
        fail(f"{order}: {error}")
    except CallFailed:
        fail(f"{order} is not the order that {file} is about")
    except (BodyRefusedError, ConfigurationError, PreviewError) as error:
        fail(str(error))
    if as_json:
        print_json([preview_as_json(event) for event in events])
        return
    for event in events:
        print_preview(out, event)


def key(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:
    """Print the public key that the stack's receipts are verified with. Keep it where Herald cannot change it."""
    from herald_cli.approval_proof import key_of  # noqa: PLC0415

    with plain_errors(), _signatures():
        from herald.adapters.receipt_signature import ALGORITHM, key_id  # noqa: PLC0415

        connection = connected(stack, region, local)
        public = key_of(connection)
    if as_json:
        print_json({"stack": connection.stack, "algorithm": ALGORITHM, "id": key_id(public), "key": public})
        return
    typer.echo(public)
    err.print(f"{ALGORITHM}, called {key_id(public)} in receipts", style="dim", highlight=False, soft_wrap=True)


def verify(
    file: Annotated[
        Path, typer.Argument(metavar="RECEIPT.json", help="As the page or `show --receipt` gives it.", exists=True)
    ],
    key_or_file: Annotated[
        str, typer.Option("--key", metavar="KEY_OR_FILE", help="What `herald approvals key` printed, or a file of it.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Say what a receipt proves, without asking anybody. Ends with 1 if it proves nothing."""
    from herald_cli.approval_proof import (  # noqa: PLC0415 - keeps --help quick
        NoKeyError,
        NoReceiptError,
        problems,
        proved,
        read_key,
        read_receipt,
    )

    try:
        public = read_key(key_or_file)
    except NoKeyError as error:
        fail(str(error), EXIT_USAGE)
    try:
        receipt = read_receipt(file.read_bytes())
    except NoReceiptError as error:
        fail(f"{file} is no receipt: {error}")
    with _signatures():
        wrong = problems(receipt, public)
    if as_json:
        print_json({"proved": not wrong, "problems": wrong, "says": [] if wrong else list(proved(receipt))})
    elif not wrong:
        for line in proved(receipt):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
        out.print("[green]as it was signed[/], and it agrees with itself")
    if wrong and not as_json:
        fail(f"{file} proves nothing: {'; '.join(wrong)}")
    if wrong:
        raise typer.Exit(EXIT_FINDINGS)


@contextmanager
def _signatures() -> Iterator[None]:
    """End the command with the fix where the package for signatures is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("cryptography"):
            raise
        fail("the Python package cryptography is needed for this: pip install cryptography")
