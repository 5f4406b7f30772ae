"""In which time zone somebody reads times."""

from datetime import UTC, tzinfo

from herald.domain.configuration import Configuration
from herald.domain.notification import Recipient

UTC_ZONE = "UTC"


def zone_of(recipient: Recipient, configuration: Configuration) -> str:
    """Return an IANA name: the recipient's own zone, else that of their calendar, of the default calendar, or UTC.

    What an event calls a zone need not be one: then it counts as none.
    """
    if recipient.zone is not None and _known(recipient.zone) is not None:
        return recipient.zone
    names = (recipient.calendar or "", configuration.default_calendar)
    calendars = (configuration.calendars[name] for name in names if name in configuration.calendars)
    return next((calendar.zone for calendar in calendars if calendar.zone), UTC_ZONE)


def local_zone(name: str) -> tzinfo:
    """Return the zone of that name; UTC if nobody knows it."""
    return _known(name) or UTC


def _known(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files when first used, and most messages never ask

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return None
