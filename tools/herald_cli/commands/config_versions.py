"""``config apply``, ``config history`` and ``config rollback``: which version of ``config/`` is in force."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from herald.domain.errors import ConfigurationError
from herald_cli.commands.config_tests import refuse_failing_tests, refuse_faults
from herald_cli.terminal import (
    EXIT_USAGE,
    ConfigOption,
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
    from herald.domain.configuration import Activation, Configuration
    from herald.ports import ConfigurationStore
    from herald_cli.connection import Connection
    from herald_cli.scan_scheduler import Applied

ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Whose word it is; else whose AWS credentials these are.")
]
CommentOption = Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why; kept in the history.")]


def apply(
    by: ByOption = None,
    comment: CommentOption = "",
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    folder: ConfigOption = Path("config"),
    as_json: JsonOption = False,
) -> None:
    """Lint and test config/, store it as a version, make that the active one, and scan the catalogue when it says.

    Ends with 1 if the version is active and a schedule of scans could not be made.
    """
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415 - keeps --help quick

    configuration = _linted(folder)
    with plain_errors():
        connection = connected(stack, region, local)
        configuration_store(connection).apply(configuration, by or connection.caller(), _in_one_line(comment))
    _in_force(connection, configuration, as_json=as_json)


def history(
    stack: StackOption = None, region: RegionOption = None, local: LocalOption = False, as_json: JsonOption = False
) -> None:  # fmt: skip
    """Show which version was made active when and by whom, newest first. The last hundred times are kept."""
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    with plain_errors():
        found = configuration_store(connected(stack, region, local)).history()
    if as_json:
        print_json([_as_told(one, active=number == 0) for number, one in enumerate(found)])
    elif found:
        _print_history(found)
    else:
        out.print("nothing was ever applied: `herald config apply`", highlight=False)


def rollback(
    version: Annotated[
        str | None, typer.Argument(metavar="VERSION", help="Which, cfg_...; else the one before the active one.")
    ] = None,
    by: ByOption = None,
    comment: CommentOption = "",
    stack: StackOption = None,
    region: RegionOption = None,
    local: LocalOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a version that is stored the active one again, without its folder, and scan the catalogue when it says.

    Ends with 1 if the version is active and a schedule of scans could not be made.
    """
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    with plain_errors():
        connection = connected(stack, region, local)
        store = configuration_store(connection)
        known = store.history()
        configuration = _stored(store, version or _the_one_before(known))
        why = _in_one_line(comment) or (f"back from {known[0].version}" if known else "")
        store.activate(configuration.version, by or connection.caller(), why)
    _in_force(connection, configuration, as_json=as_json)


def _stored(store: "ConfigurationStore", version: str) -> "Configuration":
    try:
        return store.version(version)
    except ConfigurationError as error:
        fail(f"{error}. `herald config history` tells which versions were active", EXIT_USAGE)


def _the_one_before(known: "Sequence[Activation]") -> str:
    """Return what was active before the version that is."""
    earlier = next((one.version for one in known if one.version != known[0].version), None)
    if earlier is None:
        fail("no other version was active before: apply one with `herald config apply`, or name one that is stored")
    return earlier


def _in_one_line(comment: str) -> str:
    return " ".join(comment.split())


def _as_told(one: "Activation", *, active: bool) -> dict[str, object]:
    return {"at": one.at.isoformat(), "version": one.version, "by": one.by, "comment": one.comment, "active": active}


def _print_history(found: "Sequence[Activation]") -> None:
    from herald_cli.scan_tables import plain_table  # noqa: PLC0415
    from herald_cli.scan_words import moment  # noqa: PLC0415

    table = plain_table()
    table.add_column("since, UTC", no_wrap=True)
    table.add_column("version", no_wrap=True)
    for header in ("by", "comment"):
        table.add_column(header, overflow="fold")
    for number, one in enumerate(found):
        version = Text.assemble(one.version, (" active", "green") if number == 0 else "")
        table.add_row(moment(one.at), version, Text(one.by), Text(one.comment))
    out.print(table)


def _in_force(connection: "Connection", configuration: "Configuration", *, as_json: bool) -> None:
    """Say that a version is active, and make the schedules of its scans."""
    from herald_cli.ports_of_stack import configuration_store  # noqa: PLC0415

    told = {"active": configuration.version, "rules": len(configuration.rules)}
    if not as_json:
        rules = len(configuration.rules)
        out.print(f"[green]{configuration.version}[/] is active: {rules} {'rule' if rules == 1 else 'rules'}")
    schedules, trouble = _scheduled(connection, configuration)
    if as_json:
        print_json({**told, "schedules": asdict(schedules) if schedules else None})
    elif schedules:
        _print_schedules(schedules)
    if trouble:
        fail(f"{configuration.version} is active, but not all is scanned at the times it says: {trouble}")
    with plain_errors():
        newest = configuration_store(connection).history()[0].version
    if newest != configuration.version:
        # Who was last with the pointer need not have been last with the schedules.
        fail(f"{newest} was made active meanwhile: run `herald config rollback {newest}` for its scan schedules")


def _scheduled(connection: "Connection", configuration: "Configuration") -> "tuple[Applied | None, str]":
    """Make the schedules of scans; return what was done, and what was in the way. An older stack may need none."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only where AWS is asked

    from herald.domain.catalog.plan import plan_of  # noqa: PLC0415
    from herald_cli.scan_scheduler import scan_scheduler  # noqa: PLC0415
    from herald_cli.scan_schedules import wanted_schedules  # noqa: PLC0415

    plan = plan_of(configuration.catalog)
    try:
        done = scan_scheduler(connection).apply(plan)
    except ConfigurationError as error:
        return None, str(error) if wanted_schedules(plan) else ""
    except (BotoCoreError, ClientError) as error:
        return None, f"{error}. Check the AWS credentials and their rights, then apply again"
    names = ", ".join(name for one in done.refused for name in one.partitions)
    fix = "mend `schedule` or `time_zone` in catalog.yaml, or the rights of the AWS credentials, then apply again"
    return done, f"AWS refused the schedule of {names}: {fix}" if names else ""


def _print_schedules(done: "Applied") -> None:
    for word, names in (("created", done.created), ("updated", done.updated), ("deleted", done.deleted)):
        for name in names:
            out.print(Text.assemble((word, "green"), f" the schedule {name}"))
    for refused in done.refused:
        out.print(Text.assemble(("refused", "red"), f" the schedule of {', '.join(refused.partitions)}: {refused.why}"))
    if done.unchanged:
        number = len(done.unchanged)
        said = "1 schedule is as it should be" if number == 1 else f"{number} schedules are as they should be"
        out.print(said, highlight=False)


def _linted(folder: Path) -> "Configuration":
    from herald_cli.configuration_folder import read_folder  # noqa: PLC0415

    refuse_faults(folder, "applied")
    refuse_failing_tests(folder)
    with plain_errors():
        return read_folder(folder)
