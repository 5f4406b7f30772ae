"""What every command shares: its options, where it prints, how it finds its stack, how it fails."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from herald.domain.errors import CallFailed, ConfigurationError
from herald_cli.connection import Connection, connect

out = Console(width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True)

StackOption = Annotated[
    str | None, typer.Option("--stack", envvar="HERALD_STACK", help="Name of the CloudFormation stack.")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS region; else as the AWS SDK finds it.")]
LocalOption = Annotated[bool, typer.Option("--local", "-l", help="Speak to the local run that `make up` keeps.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration folder.", file_okay=False)]

EXIT_FINDINGS = 1
EXIT_USAGE = 2


def connected(stack: str | None, region: str | None, local: bool) -> Connection:
    """Return the stack the options name; ends the command if there is none."""
    try:
        return connect(stack, region, local=local)
    except ConfigurationError as error:
        fail(str(error), EXIT_USAGE)


def fail(message: str, code: int = EXIT_FINDINGS) -> NoReturn:
    """End the command with a message that names the fix."""
    err.print("herald:", style="red", end=" ")
    err.print(message, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def existing_folder(folder: Path, how: str = "name it with --config") -> None:
    """End the command if the configuration folder is not there; ``how`` is how another is named."""
    if not folder.is_dir():
        fail(f"there is no folder {folder}: run this in the repository, or {how}", EXIT_USAGE)


@contextmanager
def plain_errors() -> Iterator[None]:
    """End the command with one line instead of a traceback where AWS, a vendor or a setting is in the way."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    from herald.ports import StorageError  # noqa: PLC0415 - as above

    try:
        yield
    except ConfigurationError as error:
        fail(str(error))
    except CallFailed as failure:
        fail(f"the vendor did not do it: {failure}")
    except StorageError as error:
        fail(f"{error}. Check the AWS credentials and their rights, and that the stack is up")
    except (BotoCoreError, ClientError) as error:
        fail(f"{type(error).__name__}: {error}. Check the AWS credentials and their rights, and that the stack is up")


def print_json(data: object) -> None:
    """Print data for scripts."""
    json.dump(data, sys.stdout, indent=2, default=str)
    sys.stdout.write("\n")
