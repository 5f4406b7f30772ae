"""``template list`` and ``template preview``: what messages will look like, before anybody gets one."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from herald.domain.delivery import Channel
from herald_cli.terminal import EXIT_USAGE, ConfigOption, JsonOption, fail, out, print_json

app = typer.Typer(no_args_is_help=True, help="See the messages that templates make (docs/messages.md).")


@app.command("list")
def list_templates(folder: ConfigOption = Path("config"), as_json: JsonOption = False) -> None:
    """Show all templates: over which channels, in which languages, told by which rules, with how many samples."""
    from herald_cli.configuration_folder import load_folder  # noqa: PLC0415 - keeps --help quick
    from herald_cli.template_preview import listed  # noqa: PLC0415
    from herald_cli.template_preview_report import print_listed  # noqa: PLC0415

    loaded = load_folder(_existing(folder))
    if loaded.configuration is None:
        fail(f"{loaded.findings[0]}: run `herald config lint`")
    templates = listed(loaded.configuration, loaded.templates.samples)
    if as_json:
        print_json([asdict(one) for one in templates])
    else:
        print_listed(out, templates)


@app.command("preview", epilog="Example: herald template preview approval-request --locale de --open")
def preview_template(  # noqa: PLR0913, PLR0917 - each is an option
    name: Annotated[str, typer.Argument(metavar="NAME", help="A template, as `herald template list` shows it.")],
    locale: Annotated[str, typer.Option("--locale", help="Language of the reader; else the default language.")] = "",
    channel: Annotated[Channel | None, typer.Option("--channel", help="Only this one; else all it has.")] = None,
    sample: Annotated[str, typer.Option("--sample", help="Which of its samples it is told; else the first.")] = "",
    event: Annotated[
        Path | None,
        typer.Option("--event", metavar="EVENT.json", help="Tell it this event instead.", exists=True, dir_okay=False),
    ] = None,
    folder: ConfigOption = Path("config"),
    to: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the parts into this folder.", file_okay=False)
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Write the HTML as it looks at night.")] = False,
    show: Annotated[
        bool, typer.Option("--open", help="Open a page that shows the mail by day, at night and narrow, side by side.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Render a template with a sample, or as an event of a file would be told. Sends nothing."""
    from herald.ports import RenderError  # noqa: PLC0415 - keeps --help quick
    from herald_cli.configuration_folder import load_folder  # noqa: PLC0415
    from herald_cli.explain import BodyRefusedError  # noqa: PLC0415
    from herald_cli.template_preview import (  # noqa: PLC0415
        NothingToPreviewError,
        chosen_sample,
        preview,
        sample_of_event,
    )
    from herald_cli.template_preview_report import preview_as_json, print_preview, write_preview  # noqa: PLC0415

    if event is not None and sample:
        fail("it is told an event or a sample: leave one of them out", EXIT_USAGE)
    loaded = load_folder(_existing(folder))
    if loaded.configuration is None:
        fail(f"{loaded.findings[0]}: run `herald config lint`")
    configuration = loaded.configuration
    try:
        if event is None:
            told = chosen_sample(name, configuration, loaded.templates.samples.get(name), sample)
        else:
            told = sample_of_event(name, configuration, event.read_bytes(), datetime.now(UTC))
        shown = preview(name, configuration, told, locale=locale, channel=channel)
    except (NothingToPreviewError, BodyRefusedError, RenderError) as error:
        fail(str(error))
    written = write_preview(shown, to or _temporary_folder(), dark=dark) if to or show else ()
    if as_json:
        print_json(preview_as_json(shown, written))
    else:
        print_preview(out, shown, written)
    if show:
        import webbrowser  # noqa: PLC0415 - only where a page is asked for

        if not webbrowser.open(written[-1].resolve().as_uri()):
            fail(f"there is no browser to open it: look at {written[-1]}")


def _temporary_folder() -> Path:
    import tempfile  # noqa: PLC0415 - only where nobody names a folder

    return Path(tempfile.mkdtemp(prefix="herald-preview-"))


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        fail(f"there is no folder {folder}: run this in the repository, or name it with --config", EXIT_USAGE)
    return folder
