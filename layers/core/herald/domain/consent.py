"""Over which channels somebody agreed to be told."""

from typing import Any

from herald.domain.delivery import Channel

ALL_CHANNELS = frozenset(Channel)


def channels_of(said: Any) -> frozenset[Channel]:
    """Return the channels of a consent: all for ``true``, those that a text or a list of texts names, else none."""
    if said is True:
        return ALL_CHANNELS
    names = said if isinstance(said, list | tuple) else [said]
    spelt = {name.strip().casefold() for name in names if isinstance(name, str)}
    return frozenset(channel for channel in Channel if channel in spelt)
