"""Whether those who are told something can be reached."""

from collections.abc import Iterator

from herald.domain.configuration import Audience
from herald.domain.delivery import Channel
from herald.domain.notification import Recipient


def unreachable(audience: Audience, channels: tuple[Channel, ...]) -> Iterator[Recipient]:
    """Yield the members of an audience without an address for any of the channels."""
    for member in (member for members in audience.members.values() for member in members):
        if not any(member.address(channel) for channel in channels):
            yield member
