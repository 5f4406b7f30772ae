"""Until when a message waits before it is sent."""

from collections.abc import Callable
from datetime import datetime

from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient, Severity

Held = Callable[[Configuration, Recipient, Channel, Severity, datetime], datetime | None]


def held_until(
    _configuration: Configuration, _recipient: Recipient, _channel: Channel, _severity: Severity, _now: datetime
) -> datetime | None:
    """Return when a message may go; ``None``: at once. No channel has sending hours, so all go at once."""
    return None
