"""What every ledger makes of its items, whatever it keeps them in."""

from collections.abc import Iterable

from herald.domain.delivery import Delivery
from herald.domain.notification import Notification
from herald.ports import NotificationRecord


def record_of(notification: Notification, deliveries: Iterable[Delivery]) -> NotificationRecord:
    """Return a notification with its own deliveries, in the order of its channels.

    A delivery that another event opened is left over from a notification of the same id that has expired.
    """
    own = (delivery for delivery in deliveries if delivery.event_id == notification.event_id)
    order = {channel: place for place, channel in enumerate(notification.channels)}
    return NotificationRecord(
        notification, tuple(sorted(own, key=lambda delivery: order.get(delivery.channel, len(order))))
    )
