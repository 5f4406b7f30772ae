"""The templates in ``config/`` and what every one of them is held to."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from herald.adapters.template_bundle import TemplateBundle
from herald_cli.configuration_folder import read_folder

CONFIGURATION = read_folder(Path(__file__).parents[3] / "config")
BUNDLE = TemplateBundle(CONFIGURATION)
LOCALES = ("en", "de", "fr")
VOID = {"meta", "br", "img"}
PICTURE_WIDTHS = ("64", "320")
"""Of an item in a list, and of the configuration that is to be approved."""


def lacking(template: str, locale: str, parts: Iterable[str]) -> list[str]:
    """The parts that a template does not have in a language."""
    return [part for part in parts if BUNDLE.key(template, locale, part) is None]


class _Balance(HTMLParser):
    """Notes the tags that are open, what is linked and shown, and that a screen reader is told what it needs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.alternatives: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if tag == "th":
            assert "scope" in dict(attrs)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")
        if tag == "img":
            self.pictures.append(dict(attrs)["src"] or "")
            self.alternatives.append(dict(attrs)["alt"] or "")
            assert dict(attrs)["width"] in PICTURE_WIDTHS
        assert tag not in ("script", "link", "form")
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            assert not re.search(r"url\(|@import|@font-face|expression", data)


def assert_well_formed(html: str) -> None:
    """Hold a mail's HTML to being balanced, described and without anything it would load."""
    parser = parsed(html)
    assert (parser.links, parser.pictures) == ([], [])
    assert "http" not in html


def parsed(html: str) -> _Balance:
    """Read a mail's HTML, which is balanced and described, and tell what it links to and shows."""
    parser = _Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser
