"""The filters that put words and values together: placeholders, plurals, amounts, single lines, addresses."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from jinja2 import Environment, pass_context, pass_environment
from jinja2.filters import do_truncate
from jinja2.runtime import Context
from markupsafe import Markup, escape

from herald.adapters.template_formats import FormatError, is_currency, locale_of, money, number

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z_]*)\}")
FEWEST, MOST = Decimal("1e-9"), Decimal("1e15")
"""Numbers between these are written out; nobody could read others."""

_ADDRESS: Final = {True: re.compile(r"https://\S+"), False: re.compile(r"https?://\S+")}
_EMPTY_LINES: Final = re.compile(r"\n{2,}")


@pass_context
def fill(context: Context, words: Any, **values: Any) -> str:
    """Put values into the ``{placeholders}`` of words; in HTML both are escaped. Raises ``FormatError``."""
    text = str(words)
    if isinstance(words, Mapping):
        raise FormatError("these words have several forms: choose one, or use plural")
    missing = next((name for name in PLACEHOLDER.findall(text) if name not in values), None)
    if missing is not None:
        raise FormatError(f"the words have {{{missing}}}, which fill is not given")
    if context.eval_ctx.autoescape:
        return Markup(PLACEHOLDER.sub(lambda found: escape(values[found[1]]), escape(text)))  # noqa: S704 - both escaped
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)


@pass_context
def plural(context: Context, words: Any, count: Any, **values: Any) -> str:
    """Choose the form for a count (CLDR's one, few, other ...), and fill it; ``{n}`` is the count.

    Words without forms serve any count, and ``other`` where the form is missing. Raises ``FormatError``.
    """
    written = number(context, count)
    if isinstance(words, Mapping):
        form = locale_of(context).plural_form(Decimal(str(count)))
        if "other" not in words:
            raise FormatError("words with forms for counts need one called other")
        words = words.get(form, words["other"])
    return fill(context, words, n=written, **values)


@pass_context
def amount(context: Context, value: Any, currency: Any = "") -> str:
    """Write money if there is a currency, else a number; what is none, or beyond reading, is written as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return line(context.environment, value)
    exact = Decimal(str(value))
    if not exact.is_finite() or (exact and not FEWEST < abs(exact) < MOST):
        return str(value)
    return money(context, value, currency) if currency else number(context, value)


@pass_environment
def line(environment: Environment, value: Any, most: int = 200) -> str:
    """Write a value in one line of at most that many characters, so that no text can pass for a line of ours."""
    text = " ".join(part.strip() for part in str(value).splitlines() if part.strip())
    return do_truncate(environment, text, most)


def tidy(value: Any, empty_lines: int = 1) -> str:
    """Take away blanks at the ends of lines, and empty lines beyond so many in a row."""
    text = "\n".join(part.rstrip() for part in str(value).split("\n")).strip("\n")
    text = _EMPTY_LINES.sub(lambda found: "\n" * min(len(found[0]), empty_lines + 1), text)
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704 - it was HTML before


def web_address(value: Any, secure: bool = False) -> str:
    """Return an address of the web, ``secure`` ones over https only; nothing if it is none."""
    return value if isinstance(value, str) and _ADDRESS[secure].fullmatch(value) else ""


TEXTS: Final[Mapping[str, Callable[..., Any]]] = {
    "fill": fill, "plural": plural, "amount": amount, "line": line, "tidy": tidy, "web_address": web_address,
}  # fmt: skip
TESTS: Final[Mapping[str, Callable[..., bool]]] = {"currency": is_currency}
