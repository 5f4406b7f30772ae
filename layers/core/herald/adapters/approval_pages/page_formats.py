"""The filters of the pages: words of the catalogue, and values as people read them. None fails for an odd value."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from herald.adapters.approval_pages.texts import catalogue, plural_form
from herald.adapters.template_formats import FormatError, money, number

LONGEST_VALUE: Final = 4_000

_ADDRESS: Final = re.compile(r"https?://|/(?![/\\])|[A-Za-z0-9_.~-]+(/|$)")


@pass_context
def say(context: Context, key: str, otherwise: str | None = None, **values: Any) -> Markup:
    """Return a text of the catalogue with its values in place; ``otherwise`` is the key if there is no such text."""
    texts = catalogue(context["language"])
    if otherwise is not None and key not in texts:
        key = otherwise
    return escape(texts[key]).format(**values)


@pass_context
def say_count(context: Context, key: str, count: int, **values: Any) -> Markup:
    """Return the text that fits a count; it is ``{count}`` in the text."""
    return say(context, f"{key}.{plural_form(context['language'], count)}", count=count, **values)


@pass_context
def amount(context: Context, value: Any, currency: Any) -> str:
    """Write an amount of money; without a currency it is a number, and what is no number is written as it is."""
    try:
        return money(context, value, currency)
    except FormatError:
        return shown(context, value)


@pass_context
def shown(context: Context, value: Any) -> str:
    """Write a value of any kind: yes and no, numbers and times as the locale has them, lists with commas."""
    if value is None or isinstance(value, Undefined) or value == "":
        return str(say(context, "value.none"))
    if isinstance(value, bool):
        return str(say(context, "value.yes" if value else "value.no"))
    if isinstance(value, int | float | Decimal):
        return _number(context, value)
    if isinstance(value, datetime):
        return moment(context, value)
    if isinstance(value, list | tuple):
        value = ", ".join(shown(context, one) for one in value)
    return _bounded(str(value))


@pass_context
def moment(context: Context, value: Any) -> str:
    """Write a point in time (aware, or ISO 8601 text) with its weekday and to the minute, in the reader's zone."""
    at = _point_in_time(value)
    if at is None:
        return shown(context, value)
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - Babel is slow to import, and not all pages need it
    from babel.dates import format_skeleton, format_time, get_timezone  # noqa: PLC0415 - as above

    try:
        locale = Locale.parse(context["locale"], sep="-")
    except UnknownLocaleError:
        locale = Locale(context["language"])
    try:
        zone = get_timezone(context["zone"])
    except LookupError:
        zone = get_timezone("UTC")
    local = at.astimezone(zone)
    return f"{format_skeleton('yMMMEd', local, locale=locale)}, {format_time(local, 'short', zone, locale)}"


def machine_time(value: Any) -> str:
    """Write a point in time for a ``datetime`` attribute, in UTC; what is none gives nothing."""
    at = _point_in_time(value)
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address(value: Any) -> str:
    """Return the URL if it is one of the web or of this place, else nothing: no other scheme may stand in a link."""
    text = str(value)
    return text if _ADDRESS.match(text) else ""


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "say": say, "say_count": say_count, "amount": amount, "shown": shown, "moment": moment,
    "machine_time": machine_time, "address": address,
}  # fmt: skip


def _number(context: Context, value: Any) -> str:
    try:
        return number(context, value)
    except FormatError:
        return str(value)


def _point_in_time(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1].rstrip() + "\u2026"
