"""Sending hours: when a person may be written to on a channel, and until when a message is held outside of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity
from herald.domain.recipient_zone import zone_of
from herald.domain.working_time import ALWAYS, Calendar, after_working


def held_until(
    configuration: Configuration, recipient: Recipient, channel: Channel, severity: Severity, now: datetime
) -> datetime | None:
    """Return when the person's sending hours on a channel begin again, in UTC; ``None`` if they may be written to now.

    What is critical is never held, and neither is anything by hours that never begin.
    """
    calendar = hours_of(configuration, recipient, channel)
    if severity is Severity.CRITICAL or calendar is None:
        return None
    try:
        opens = after_working(now, timedelta(0), calendar)
    except ValueError:
        return None
    return opens if opens > now else None


def hours_of(configuration: Configuration, recipient: Recipient, channel: Channel) -> Calendar | None:
    """Return the sending hours of a person on a channel: their own, else the channel's; ``None``: at any time.

    A calendar without a zone counts in the zone of whoever is written to.
    """
    known = {ALWAYS.name: ALWAYS, **configuration.calendars}
    names = (dict(recipient.hours).get(channel), configuration.courtesy.hours.get(channel))
    calendar = next((known[name] for name in names if name in known), ALWAYS)
    if not any(calendar.hours.values()):
        return None
    return calendar if calendar.zone else replace(calendar, zone=zone_of(recipient, configuration))
