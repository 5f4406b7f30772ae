"""Digests: messages to one person that become one. A window takes members until it closes, and none after that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from herald.domain.canonical import short_id

MOST_MEMBERS = 200
"""A window that holds so many closes at once, so that its document stays small."""


class Joined(StrEnum):
    """What became of a message that was to join a window."""

    OPENED = "opened"
    """It is the first, and has to wake the window's end."""
    JOINED = "joined"
    CLOSED = "closed"
    """Too late: it belongs to the next window."""


@dataclass(frozen=True, slots=True)
class Window:
    """One digest of one group: its members' notification ids in the order they came, and until when it waits.

    ``told`` are those it tells of, once that is settled: a member may be on its way in while the window closes.
    """

    members: tuple[str, ...]
    due_at: datetime
    closed_at: datetime | None = None
    told: tuple[str, ...] | None = None

    @property
    def opener(self) -> str:
        """Whose waking ends the window."""
        return self.members[0]


@dataclass(frozen=True, slots=True)
class Group:
    """Which window of a group is the present one, and when the last one closed."""

    number: int = 0
    last_closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitsIn:
    """Which digest a message waits in, and by which entry of ``courtesy.yaml``; stands as the delivery's detail."""

    gatherer: str
    digest: str

    def __str__(self) -> str:
        return f"{self.gatherer} {self.digest}"

    @classmethod
    def read(cls, detail: str) -> "WaitsIn":
        """Return what a detail says that ``str`` wrote."""
        gatherer, _, digest = detail.partition(" ")
        return cls(gatherer, digest)


def digest_id(group: str, number: int) -> str:
    """Return the name of a group's window."""
    return short_id("dgs", group, str(number))


def join(window: Window | None, member: str, due_at: datetime) -> tuple[Window, Joined]:
    """Return the window with a member; the same member again changes nothing."""
    if window is None:
        return Window((member,), due_at), Joined.OPENED
    if window.closed_at is not None:
        return window, Joined.CLOSED
    if member in window.members:
        return window, Joined.OPENED if member == window.opener else Joined.JOINED
    if len(window.members) >= MOST_MEMBERS:
        return window, Joined.CLOSED
    return replace(window, members=(*window.members, member)), Joined.JOINED


def closed(window: Window, now: datetime) -> Window:
    """Return the window as it stays, if its time has come or it is full; else as it is."""
    full = len(window.members) >= MOST_MEMBERS
    return replace(window, closed_at=now) if window.closed_at is None and (full or now >= window.due_at) else window


def telling(window: Window, told: tuple[str, ...]) -> Window:
    """Return the window with those it tells of; who was first to say so counts."""
    return window if window.told is not None else replace(window, told=told)


def window_document(window: Window) -> dict[str, Any]:
    """Return a window as the state table keeps it."""
    told = list(window.told) if window.told is not None else None
    return {"members": list(window.members), "due_at": window.due_at, "closed_at": window.closed_at, "told": told}


def window_of(document: Mapping[str, Any]) -> Window:
    """Return the window the state table holds."""
    told = document["told"]
    return Window(
        tuple(document["members"]), document["due_at"], document["closed_at"], None if told is None else tuple(told)
    )


def group_document(group: Group) -> dict[str, Any]:
    """Return a group as the state table keeps it."""
    return {"number": group.number, "last_closed_at": group.last_closed_at}


def group_of(document: Mapping[str, Any]) -> Group:
    """Return the group the state table holds."""
    return Group(int(document["number"]), document["last_closed_at"])
