"""The filters that write numbers, money and times as the template's variable ``locale`` (BCP 47) does."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Literal

from jinja2 import pass_context
from jinja2.runtime import Context

if TYPE_CHECKING:
    from babel import Locale

Style = Literal["short", "medium", "long", "full"]
LONGEST_ZONE_NAME: Final = 5


class FormatError(ValueError):
    """A value that a filter cannot write; the text does not hold it."""


@pass_context
def money(context: Context, value: Any, currency: Any) -> str:
    """Write an amount with its ISO 4217 currency, rounded to its minor unit. Raises ``FormatError``."""
    if not is_currency(currency):
        raise FormatError("money needs a currency of three capital letters")
    from babel.numbers import format_currency  # noqa: PLC0415 - Babel is slow to import, and not all messages need it

    return format_currency(_decimal(value), currency, locale=locale_of(context))


@pass_context
def number(context: Context, value: Any) -> str:
    """Write a number with all its digits. Raises ``FormatError``."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - as above

    return format_decimal(_decimal(value), locale=locale_of(context), decimal_quantization=False)


@pass_context
def date_and_time(context: Context, value: Any, style: Style = "medium", zone: Any = None) -> str:
    """Write a point in time (aware, or ISO 8601 text) in a time zone. Raises ``FormatError``.

    ``style`` is short, medium, long or full, as Babel has them. ``zone`` is an IANA name, or else the recipient's: it
    is the local time there, to the minute and with the zone's short name; in UTC if nobody knows that zone. Where the
    recipient has none either, it is UTC with its seconds and without a name.
    """
    from babel.dates import format_datetime  # noqa: PLC0415 - as above

    if style not in ("short", "medium", "long", "full"):
        raise FormatError("datetime's style is short, medium, long or full")
    if zone is None:
        recipient = context.get("recipient")
        zone = recipient.get("zone") if isinstance(recipient, Mapping) else None
    if zone is None:
        return format_datetime(_moment(value), style, locale=locale_of(context))
    return _local_time(_moment(value).astimezone(_zone(zone)), style, locale_of(context))


def is_currency(value: Any) -> bool:
    """Tell whether a value has the form of an ISO 4217 code."""
    return isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper()


FORMATS: dict[str, Callable[..., Any]] = {"money": money, "number": number, "datetime": date_and_time}


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise FormatError("that is not a number")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise FormatError("that is not a number") from None
    # Far beyond any amount; a huge exponent would be written out digit by digit.
    if not found.is_finite() or abs(found.adjusted()) > 30:
        raise FormatError("that number cannot be written")
    return found


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise FormatError("that is not a point in time") from None
    if not isinstance(value, datetime):
        raise FormatError("that is not a point in time")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _local_time(local: datetime, style: Style, locale: "Locale") -> str:
    from babel.dates import format_date, format_time, get_datetime_format  # noqa: PLC0415 - as above

    date, time = format_date(local, style, locale), format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
    joined = str(get_datetime_format(style, locale)).replace("{1}", date).replace("{0}", time)
    return f"{joined} {_zone_name(local, locale)}"


def _zone_name(local: datetime, locale: "Locale") -> str:
    """MEZ where the language has a short name for it, else CET as it is written anywhere, else UTC+04:00."""
    from babel.dates import get_timezone_name  # noqa: PLC0415 - as above

    own = local.tzname() or ""
    if own == "UTC":
        return own
    for name in (get_timezone_name(local, "short", locale=locale), own):
        if name.isalpha() and len(name) <= LONGEST_ZONE_NAME:
            return name
    offset = local.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _zone(name: Any) -> tzinfo:
    """The time zone of that name; UTC if there is none, since no message may fail because of a person's settings."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - not all messages need it

    try:
        return ZoneInfo(name) if isinstance(name, str) else UTC
    except (LookupError, ValueError, OSError):
        return UTC


def locale_of(context: Context) -> "Locale":
    """Return the message's locale, or the nearest that Babel knows; English if it knows none."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - as above

    tags = str(context.get("locale", "en")).replace("_", "-").split("-")
    for length in range(len(tags), 0, -1):
        try:
            return Locale.parse("-".join(tags[:length]), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
