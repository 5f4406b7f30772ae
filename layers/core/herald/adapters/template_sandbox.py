"""A Jinja2 in which templates print and do not compute: no imports, no methods, no unescaped HTML, bounded work.

Values come from anybody who can place an order, and a template's author may err. So only the filters and functions
named here exist, ``a.b`` finds keys of mappings only, nothing adds up across loop steps, and all work is counted.
This bounds accidents; configuration is reviewed like code, so it is no fence against an author who means harm.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextvars import ContextVar
from decimal import Decimal
from types import MethodType
from typing import Any, Final

from jinja2 import StrictUndefined, Template, Undefined, nodes
from jinja2.exceptions import SecurityError, TemplateAssertionError
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_STEPS: Final = 20_000

FILTERS: Final = frozenset(
    {
        "abs", "capitalize", "count", "default", "dictsort", "e", "escape", "first", "float", "groupby", "int", "items",
        "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse",
        "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title", "trim", "truncate", "unique",
        "upper", "urlencode",
    }
)  # fmt: skip
"""Jinja2's filters that neither make HTML nor make much of little. ``safe`` is none of them."""

_COUNTED: Final = "_counted"
_NUMBERS: Final = (int, float, Decimal)


class Budget:
    """The steps one rendering may take."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        self._left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps off. Raises ``SecurityError`` when none are left."""
        self._left -= steps
        if self._left < 0:
            raise SecurityError("it takes too many steps")


_budget: ContextVar[Budget] = ContextVar("budget")


def spend(steps: int = 1) -> None:
    """Take steps off the budget of the rendering that is under way. Raises ``SecurityError`` when none are left."""
    _budget.get().spend(steps)


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """One environment for text or for HTML, with the filters of messages."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, *, html: bool, filters: Mapping[str, Callable[..., Any]]) -> None:
        """``filters`` are those beside Jinja2's own."""
        super().__init__(
            undefined=StrictUndefined, autoescape=html, loader=None, trim_blocks=True, lstrip_blocks=True, cache_size=0
        )
        own = {name: function for name, function in self.filters.items() if name in FILTERS}
        self.filters = {**own, **filters, _COUNTED: _counted}
        self.globals = {"range": _range}

    def rendered(self, template: Template, values: Mapping[str, Any], longest: int) -> str:
        """Return the text of at most ``longest`` characters. Raises whatever an expression of the template raises."""
        pieces: list[str] = []
        length = 0
        token = _budget.set(Budget())
        try:
            for piece in template.generate(values):
                pieces.append(piece)
                length += len(piece)
                if length > longest:
                    raise SecurityError(f"it is longer than {longest} characters")
        finally:
            _budget.reset(token)
        return "".join(pieces)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the key of a mapping: ``order.items`` is data or undefined, never a method."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow the attributes of ``loop`` only."""
        return isinstance(obj, LoopContext) and super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Allow macros, ``range`` and ``loop.cycle`` only."""
        if obj is _range or isinstance(obj, Macro):
            return True
        return isinstance(obj, MethodType) and isinstance(obj.__self__, LoopContext)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what is allowed, and count it."""
        spend()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute with numbers only, so that no text or list is multiplied."""
        if operator == "**" or not isinstance(left, _NUMBERS) or not isinstance(right, _NUMBERS):
            raise SecurityError(f"operator {operator} is for numbers only (join texts by ~)")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
            raise TemplateAssertionError("escaping cannot be switched", node.lineno, name, filename)
        for loop in tree.find_all(nodes.For):
            if loop.recursive:
                raise TemplateAssertionError("recursive loops are not available", loop.lineno, name, filename)
            loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
        return tree


def _counted(items: Iterable[Any]) -> Iterable[Any]:
    if isinstance(items, Undefined):
        return items  # iterating it raises, and names it
    if isinstance(items, Sized):
        spend(len(items))
        return items
    return _counting(items)


def _counting(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        spend()
        yield item


def _range(*bounds: int) -> range:
    found = range(*bounds)
    spend(len(found))
    return found
