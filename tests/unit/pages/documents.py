"""An HTML document taken apart: its elements in order, what each holds, and the faults that no document may have."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "input", "img", "br"}
FIELDS = ("input", "textarea", "select")


@dataclass
class Element:
    """A tag with its attributes, its own text with that of all within, and what it stands in."""

    tag: str
    attributes: dict[str, str]
    within: "Element | None" = None
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def all(self, tag: str) -> list["Element"]:
        """All of that tag within, in order."""
        return [one for one in self.everything() if one.tag == tag]

    def one(self, tag: str, **attributes: str) -> "Element":
        """The only one of that tag within that has these attributes."""
        found = [one for one in self.all(tag) if attributes.items() <= one.attributes.items()]
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    def above(self, tag: str) -> "Element | None":
        """The nearest of that tag around."""
        around = self.within
        while around is not None and around.tag != tag:
            around = around.within
        return around

    def everything(self) -> Iterator["Element"]:
        """All elements within, in order."""
        for child in self.children:
            yield child
            yield from child.everything()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = Counter(name for name, _ in attrs)
        assert not names or max(names.values()) == 1, f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.within is not None
        self.at = self.at.within

    def handle_data(self, data: str) -> None:
        above: Element | None = self.at
        while above is not None:
            above.text += data
            above = above.within


def read(html: str) -> Element:
    """Take a document apart. Fails if its tags are not balanced."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> stays open"
    return reader.root


def faults(document: Element) -> list[str]:
    """Return what people who cannot see the page, or have no mouse, would stumble over."""
    return [*_of_structure(document), *_of_names(document), *_of_references(document)]


def _of_structure(document: Element) -> Iterator[str]:
    for tag in ("html", "title", "header", "main", "footer", "h1"):
        if len(document.all(tag)) != 1:
            yield f"{len(document.all(tag))} of <{tag}>"
    levels = [int(one.tag[1]) for one in document.everything() if one.tag in ("h1", "h2", "h3", "h4")]
    yield from (f"h{before} is followed by h{after}" for before, after in pairwise(levels) if after > before + 1)
    if levels[:1] != [1]:
        yield "the first heading is not h1"
    yield from ("a table without a caption" for table in document.all("table") if not table.all("caption"))
    yield from ("a header cell without a scope" for cell in document.all("th") if "scope" not in cell.attributes)
    yield from ("a picture without words" for image in document.all("img") if not image.attributes.get("alt"))


def _of_names(document: Element) -> Iterator[str]:
    labels = {label.attributes.get("for") for label in document.all("label")}
    for tag in FIELDS:
        for one in document.all(tag):
            if one.attributes.get("type") != "hidden" and one.attributes.get("id") not in labels:
                yield f"<{tag} name={one.attributes.get('name')}> has no label"
    for tag in ("button", "summary", "a", "h1", "h2", "caption", "label", "title", "option"):
        yield from (f"an empty <{tag}>" for one in document.all(tag) if not one.text.strip())


def _of_references(document: Element) -> Iterator[str]:
    ids = Counter(one.attributes["id"] for one in document.everything() if "id" in one.attributes)
    yield from (f"id {name} stands {count} times" for name, count in ids.items() if count > 1)
    for one in document.everything():
        for name in ("for", "aria-describedby", "aria-labelledby", "headers"):
            named = one.attributes.get(name, "").split()
            yield from (f"{name} names {target}, which is not there" for target in named if target not in ids)
        target = one.attributes.get("href", "")
        if target.startswith("#") and target[1:] not in ids:
            yield f"a link to {target}, which is not there"
