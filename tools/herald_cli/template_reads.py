"""What a template reads and what it gives names to, found in its syntax: nothing is rendered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from herald.adapters.message_sandbox import MessageSandbox
from herald.adapters.template_bundle import HTML, TemplateBundle
from herald.adapters.template_formats import FORMATS
from herald.adapters.template_texts import TESTS, TEXTS

BY_ITSELF = frozenset({"loop", "caller", "super", "self", "varargs", "kwargs", "range", "locale", "t", "links"})
"""Names that Jinja2 and the renderer give."""


@dataclass(frozen=True, slots=True)
class Read:
    """A variable and the keys after it, as far as they are spelt out, in a line of a file."""

    key: str
    line: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files of one part read, its shared ones with it, and the names that each of them gives itself."""

    reads: tuple[Read, ...]
    given: Mapping[str, frozenset[str]]


class TemplateReader:
    """Reads the files of one bundle, each once for HTML and once for text."""

    def __init__(self, bundle: TemplateBundle) -> None:
        self._bundle = bundle
        self._sandboxes = {
            html: MessageSandbox(bundle.sources, html=html, filters={**FORMATS, **TEXTS}, tests=TESTS)
            for html in (True, False)
        }
        self._trees: dict[tuple[str, bool], nodes.Template] = {}

    def part(self, template: str, folder: str, part: str) -> Reading | None:
        """Return what a part reads in a language; ``None`` if it has none. Raises ``TemplateSyntaxError``."""
        key = self._bundle.key(template, folder, part)
        return self._reading(key, part == HTML) if key is not None else None

    def _reading(self, key: str, html: bool) -> Reading:
        reads: list[Read] = []
        given: dict[str, frozenset[str]] = {}
        waiting = [key]
        while waiting:
            one = waiting.pop()
            if one in given:
                continue
            tree = self._tree(one, html)
            given[one] = frozenset(_given(tree))
            reads += [Read(one, line, path) for path, line in _reads(tree)]
            waiting += [self._sandboxes[html].shared_key(name) for name in _used(tree)]
        return Reading(tuple(reads), given)

    def _tree(self, key: str, html: bool) -> nodes.Template:
        if (key, html) not in self._trees:
            self._trees[key, html] = self._sandboxes[html].parse(self._bundle.sources[key], key, key)
        return self._trees[key, html]


def place_of(error: TemplateSyntaxError, key: str) -> tuple[str, int, str]:
    """Return in which file and line a syntax error is, and what it is."""
    return error.name or key, error.lineno, error.message or ""


def _used(tree: nodes.Template) -> Iterator[str]:
    for use in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        wanted = getattr(use, "template", None)
        if isinstance(wanted, nodes.Const):
            yield str(wanted.value)


def _given(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        if (isinstance(node, nodes.Name) and node.ctx != "load") or isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.FromImport):
            yield from (name[1] if isinstance(name, tuple) else name for name in node.names)


def _reads(node: nodes.Node) -> Iterator[tuple[tuple[str, ...], int]]:
    path, inner = _chain(node)
    if path:
        yield path, node.lineno
    for child in inner:
        yield from _reads(child)


def _chain(node: nodes.Node) -> tuple[tuple[str, ...], list[nodes.Node]]:
    """Return the path that a chain of keys begins with, and what else is in the node: computed keys, or all of it."""
    keys: list[str] = []
    computed: list[nodes.Node] = []
    at = node
    while isinstance(at, nodes.Getattr | nodes.Getitem):
        if isinstance(at, nodes.Getattr):
            keys.append(at.attr)
        elif isinstance(at.arg, nodes.Const) and isinstance(at.arg.value, str):
            keys.append(at.arg.value)
        else:
            keys.clear()
            computed.append(at.arg)
        at = at.node
    if isinstance(at, nodes.Name):
        return ((at.name, *reversed(keys)) if at.ctx == "load" else ()), computed
    return (), [*computed, at] if at is not node else list(node.iter_child_nodes())
