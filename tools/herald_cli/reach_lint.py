"""Whether those who are told something can be found and reached."""

from collections.abc import Iterable, Iterator

from herald.domain.audience import ANY
from herald.domain.catalog.told_types import TYPES
from herald.domain.configuration import Audience, Configuration
from herald.domain.delivery import Channel
from herald_cli.path_lint import types_without

FOR_ALL_OTHERS = 'add "*" for all others'


def not_available(audience: Audience, event_types: Iterable[str], configuration: Configuration) -> Iterator[str]:
    """Yield what is wrong if an audience is nobody for some types, since their facts lack what it is found by."""
    lacking = types_without(audience.path or "event", event_types, configuration.mapping)
    if lacking and ANY not in audience.members:
        yield f"the audience `{audience.name}` is found by `{audience.path}`, which {', '.join(lacking)} does not offer"


def may_miss(audience: Audience, event_types: Iterable[str]) -> Iterator[str]:
    """Yield what is wrong if an audience is nobody for values it does not name. What scans tell of is known before."""
    if audience.by is not None and ANY not in audience.members and set(event_types) - TYPES.keys():
        yield f"the audience `{audience.name}` is nobody where `{audience.by}` finds nothing that it names"


def unreachable(audience: Audience, channels: tuple[Channel, ...]) -> Iterator[str]:
    """Yield what is wrong if members of an audience can be told over none of the channels."""
    for member in (member for members in audience.members.values() for member in members):
        if not member.over(channels):
            there = any(member.address(channel) for channel in channels)
            lacks = f"is told over {', '.join(member.channels)} only, not over" if there else "has no address for"
            yield f"{member.name} of `{audience.name}` {lacks} {', '.join(channels)}"
