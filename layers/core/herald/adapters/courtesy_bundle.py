"""``courtesy.yaml`` as a bundle keeps it: plain objects, times in seconds."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from herald.domain.courtesy import Courtesy, Digest, NextChannel, Repeat, Throttle, Until
from herald.domain.delivery import Channel


def courtesy_document(courtesy: Courtesy) -> dict[str, Any]:
    """Return what is set, as plain objects."""
    document = {
        "hours": {str(channel): name for channel, name in courtesy.hours.items()},
        "digests": [
            [one.id, list(one.rules), one.template, one.by, _texts(one.told_over), _seconds(one.wait),
             _seconds(one.interval)]
            for one in courtesy.digests
        ],
        "throttles": [
            [one.id, list(one.rules), one.template, one.most, _seconds(one.within), _texts(one.channels),
             _texts(one.told_over)]
            for one in courtesy.throttles
        ],
        "repeats": [[one.id, list(one.rules), one.by, _seconds(one.within)] for one in courtesy.repeats],
        "next_channel": [
            [one.id, list(one.rules), _seconds(one.after), str(one.unless)] for one in courtesy.next_channel
        ],
    }  # fmt: skip
    return {name: value for name, value in document.items() if value}


def courtesy_of(document: Mapping[str, Any]) -> Courtesy:
    """Return what plain objects say. Raises ``KeyError`` or ``ValueError``."""
    return Courtesy(
        hours={Channel(channel): name for channel, name in document.get("hours", {}).items()},
        digests=tuple(
            Digest(name, tuple(rules), template, _channels(told_over), by, _time(wait), _time(interval))
            for name, rules, template, by, told_over, wait, interval in document.get("digests", ())
        ),
        throttles=tuple(
            Throttle(name, tuple(rules), template, _channels(told_over), most, _time(within), _channels(channels))
            for name, rules, template, most, within, channels, told_over in document.get("throttles", ())
        ),
        repeats=tuple(
            Repeat(name, tuple(rules), by, _time(within)) for name, rules, by, within in document.get("repeats", ())
        ),
        next_channel=tuple(
            NextChannel(name, tuple(rules), _time(after), Until(unless))
            for name, rules, after, unless in document.get("next_channel", ())
        ),
    )


def _texts(channels: Iterable[Channel]) -> list[str]:
    return [str(channel) for channel in channels]


def _channels(texts: Iterable[str]) -> tuple[Channel, ...]:
    return tuple(Channel(text) for text in texts)


def _seconds(time: timedelta) -> int:
    return int(time.total_seconds())


def _time(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)
