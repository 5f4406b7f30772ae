"""A previewed template printed for people and scripts, and written into files."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from herald.domain.fax_text import MOST_PAGES
from herald.domain.sms_length import MAX_SEGMENTS, Encoding, sms_length
from herald_cli.template_preview import Listed, Preview
from herald_cli.template_preview_page import at_night, side_by_side

ENCODINGS = {Encoding.GSM: "GSM-7", Encoding.UCS2: "UCS-2"}


def print_listed(console: Console, templates: tuple[Listed, ...]) -> None:
    """Print all templates as a table."""
    table = Table("template", "channels", "languages", "told by", "samples", box=None, padding=(0, 2, 0, 0))
    for one in templates:
        told_by = Text(", ".join(one.used_by)) if one.used_by else Text("nobody", style="yellow")
        samples = str(len(one.samples)) if one.samples else Text("none", style="yellow")
        table.add_row(Text(one.name, style="bold"), ", ".join(one.channels), ", ".join(one.languages), told_by, samples)
    console.print(table)


def print_preview(console: Console, preview: Preview, written: tuple[Path, ...]) -> None:
    """Print what would be read, how an SMS is counted, and which files were written."""
    asked = f", asked for {preview.locale}" if preview.locale != preview.language else ""
    title = f"[bold]{preview.template}[/] in {preview.language}{asked}, told of "
    console.print(Text.from_markup(title) + Text(preview.sample))
    if preview.email is not None:
        _print_part(console, "subject", preview.email.subject)
        _print_part(console, "text", preview.email.text)
    if preview.sms is not None:
        _print_part(console, f"SMS: {sms_words(preview.sms.text)}", preview.sms.text)
    if preview.whatsapp is not None:
        registered = preview.whatsapp.template
        how = f"fills {registered.template_id} in {registered.language_code}" if registered else "free-form"
        _print_part(console, f"WhatsApp: {len(preview.whatsapp.text)} characters, {how}", preview.whatsapp.text)
    if preview.fax is not None:
        count = f"{preview.fax.pages} of at most {MOST_PAGES} pages, in {preview.fax.encoding}"
        _print_part(console, f"fax: {count}", preview.fax.text)
    for file in written:
        console.print(Text.assemble(("wrote", "green"), f" {file}"), soft_wrap=True)


def preview_as_json(preview: Preview, written: tuple[Path, ...]) -> dict[str, Any]:
    """Return the same for a script, with the HTML."""
    told = asdict(preview)
    if preview.sms is not None:
        told["sms"] |= sms_counts(preview.sms.text)
    return {**told, "files": [str(file) for file in written]}


def sms_counts(text: str) -> dict[str, Any]:
    """Return how the networks count an SMS; ``odd`` are the characters that are not in GSM 03.38."""
    length = sms_length(text)
    odd = "".join(sorted({one for one in text if sms_length(one).encoding is Encoding.UCS2}))
    return {
        "encoding": ENCODINGS[length.encoding], "characters": len(text), "units": length.units,
        "segments": length.segments, "odd": odd,
    }  # fmt: skip


def sms_words(text: str) -> str:
    """Return the same in words."""
    told = sms_counts(text)
    odd = f" because of {' '.join(told['odd'])}" if told["odd"] else ""
    return (
        f"{told['encoding']}{odd}, {told['characters']} characters ({told['units']} units), "
        f"{told['segments']} of at most {MAX_SEGMENTS} segments"
    )


def write_preview(preview: Preview, folder: Path, *, dark: bool) -> tuple[Path, ...]:
    """Write each part, and the page that shows the mail side by side; return the files, the page last."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{preview.template}.{preview.language}"
    contents: dict[str, str] = {}
    if preview.email is not None:
        html = at_night(preview.email.html) if dark else preview.email.html
        contents |= {"subject.txt": preview.email.subject, "body.txt": preview.email.text, "body.html": html}
    if preview.sms is not None:
        contents["sms.txt"] = preview.sms.text
    if preview.whatsapp is not None:
        contents["whatsapp.txt"] = preview.whatsapp.text
    if preview.fax is not None:
        contents["fax.txt"] = preview.fax.text
    contents["preview.html"] = side_by_side(preview)
    files = []
    for part, content in contents.items():
        files.append(folder / f"{stem}.{part}")
        files[-1].write_text(content, encoding="utf-8")
    return tuple(files)


def _print_part(console: Console, title: str, text: str) -> None:
    console.print(Rule(Text(title, style="bold"), align="left", style="dim"))
    console.print(Text(text), soft_wrap=True)
