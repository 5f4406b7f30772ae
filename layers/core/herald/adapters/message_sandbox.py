"""The sandbox of messages: over one bundle of templates, which use its shared parts and nothing else.

Templates extend, include and import shared parts, which they name in so many words: HTML those for HTML, all else those
for text, both those for both. What is used is compiled along with what uses it, so that a part that comes to use itself
is refused before anything is rendered; and each use is a step.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Final

from jinja2 import ChainableUndefined, FunctionLoader, StrictUndefined, Template, Undefined, nodes
from jinja2.environment import TemplateModule, create_cache
from jinja2.exceptions import TemplateAssertionError
from jinja2.runtime import BlockReference, Macro

from herald.adapters.template_sandbox import TemplateSandbox, spend

SHARED_PART: Final = re.compile(r"shared/[a-z][a-z0-9_-]*")
FOR_BOTH: Final = ".jinja"

_compiling: ContextVar[tuple[str, ...]] = ContextVar("compiling", default=())
"""The shared parts that are being compiled, each because the one before it uses it."""


class Missing(ChainableUndefined, StrictUndefined):
    """What is not there, nor is anything in it. It can be asked for (``is defined``, ``default``), and not printed."""


class MessageSandbox(TemplateSandbox):
    """One environment for the text or the HTML of one bundle. Templates are got by key, and tracebacks name them so."""

    def __init__(
        self, sources: Mapping[str, str], *, html: bool, filters: Mapping[str, Callable[..., Any]],
        tests: Mapping[str, Callable[..., bool]],
    ) -> None:  # fmt: skip
        """``filters`` and ``tests`` are those beside Jinja2's own."""
        super().__init__(html=html, filters=filters)
        self.tests = {**self.tests, **tests}
        self.undefined = Missing
        self.loader = FunctionLoader(lambda key: (sources[key], key, None) if key in sources else None)
        self.cache = create_cache(-1)
        self.auto_reload = False
        self._sources = sources
        self._endings = (".html" if html else ".txt", FOR_BOTH)

    def shared_key(self, name: str) -> str:
        """Return the key of a shared part: that of this environment's kind, or else the one for both."""
        keys = [f"{name}{ending}" for ending in self._endings]
        return next((key for key in keys if key in self._sources), keys[0])

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None  # noqa: A002
    ) -> Template:  # fmt: skip
        """Return a template by its key, or by the name that another uses it by, which is counted."""
        if parent is None:
            return super().get_template(name, None, globals)
        spend()
        return super().get_template(self.shared_key(str(name)), None, globals)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the key of a mapping; of what is missing, everything is missing."""
        return obj if isinstance(obj, Undefined) else super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow the macros of what was imported, too."""
        if isinstance(obj, TemplateModule):
            return isinstance(value, Macro)
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Allow ``super()``, too."""
        return isinstance(obj, BlockReference) or super().is_safe_callable(obj)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for use in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            self._compile_used(use, name)
        return tree

    def _compile_used(self, use: nodes.Node, user: str | None) -> None:
        def refused(message: str) -> TemplateAssertionError:
            return TemplateAssertionError(message, use.lineno, user, user)

        wanted = getattr(use, "template", None)
        if not (isinstance(wanted, nodes.Const) and SHARED_PART.fullmatch(str(wanted.value))):
            raise refused('only shared parts can be used, by their name without an ending, as in "shared/parts"')
        if isinstance(use, nodes.Include) and use.ignore_missing:
            raise refused("a part that is missing cannot be ignored")
        key, above = self.shared_key(wanted.value), _compiling.get()
        if key not in self._sources:
            raise refused(f"there is no {key}")
        if key in (*above, user):
            raise refused(f"{wanted.value} would use itself")
        if not isinstance(use, nodes.Extends):
            # A macro knows the message's language and words, whoever calls it; and nothing is kept of the last message.
            use.with_context = True  # type: ignore[attr-defined]
        token = _compiling.set((*above, key))
        try:
            self.get_template(key)
        finally:
            _compiling.reset(token)
