"""Gathering: messages join a digest, and when its time has come one message tells all of them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from herald.domain.courtesy import DIGEST_RULE
from herald.domain.delivery import Channel
from herald.domain.digest import Group, Joined, Window, closed, digest_id, join, telling
from herald.domain.notification import Notification, Recipient, notification_id
from herald.ports import Clock, Ledger, StateStore, StorageError, Timers
from herald.usecases import courtesy_shelves

GIVE_UP_AFTER = 50
"""Windows in a row that were closed before a message could join: more than there are processes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message waits: in which digest, until when, and whether its own waking ends the wait."""

    digest: str
    due_at: datetime
    opener: bool


@dataclass(frozen=True, slots=True)
class Tell:
    """A digest that is closed, the template that tells it and the channels it goes out over.

    Without any, since the recipient stopped them meanwhile, each message goes out by itself. ``alone``: so does one
    that is the only one in it.
    """

    digest: str
    template: str
    channels: tuple[Channel, ...]
    alone: bool = True


@dataclass(frozen=True)
class Gathering:
    """Digests over the state table. Every step done again changes nothing."""

    state: StateStore
    ledger: Ledger
    timers: Timers
    clock: Clock

    def join(self, group: str, member: str, wait: timedelta, interval: timedelta) -> Place:
        """Let a message join the present digest of its group, or open the next. Raises ``StorageError``."""
        for _ in range(GIVE_UP_AFTER):
            present = courtesy_shelves.groups(self.state).get(group) or Group()
            name, due_at = digest_id(group, present.number), self.clock() + wait
            if present.last_closed_at is not None:
                due_at = max(due_at, present.last_closed_at + interval)

            def enter(window: Window | None, due_at: datetime = due_at) -> tuple[Window, tuple[Window, Joined]]:
                entered, joined = join(window, member, due_at)
                return entered, (entered, joined)

            window, joined = courtesy_shelves.windows(self.state).change(name, enter)
            if joined is not Joined.CLOSED:
                return Place(name, window.due_at, joined is Joined.OPENED)
            self._next(group, present, window.closed_at or self.clock())
        raise RuntimeError(f"digests of {group} close faster than a message can join one")

    def of(self, digest: str) -> Window | None:
        """Return a digest, closed if its time has come. Raises ``StorageError``."""
        now = self.clock()

        def end(window: Window | None) -> tuple[Window | None, Window | None]:
            ended = closed(window, now) if window is not None else None
            return ended, ended

        return courtesy_shelves.windows(self.state).change(digest, end)

    def telling(self, digest: str, told: tuple[str, ...]) -> Window:
        """Settle of whom a closed digest tells, unless that is settled; return it. Raises ``StorageError``."""

        def settle(window: Window | None) -> tuple[Window | None, Window]:
            if window is None:
                raise StorageError(f"the digest {digest} is not there when it is to be told")
            settled = telling(window, told)
            return settled, settled

        return courtesy_shelves.windows(self.state).change(digest, settle)

    def tell(self, window: Window, tell: Tell, first: Notification) -> None:
        """Open the message that tells a closed digest, and have it sent. ``first`` is the message that opened it."""
        identity = self.message_of(tell.digest, first.recipient)
        closed_at = window.closed_at or window.due_at
        self.ledger.open(
            replace(
                first, id=identity, rule_id=DIGEST_RULE, subject=f"digest/{tell.digest}", template=tell.template,
                channels=tell.channels, created_at=closed_at, sequence=None, about=tell.digest,
            )
        )  # fmt: skip
        self.timers.set(identity, closed_at)

    def message_of(self, digest: str, recipient: Recipient) -> str:
        """Return the id of the message that tells a digest."""
        return notification_id(DIGEST_RULE, f"digest/{digest}", "", recipient)

    def _next(self, group: str, present: Group, closed_at: datetime) -> None:
        def follow(standing: Group | None) -> tuple[Group | None, None]:
            known = standing or Group()
            return (Group(present.number + 1, closed_at) if known.number == present.number else None), None

        courtesy_shelves.groups(self.state).change(group, follow)
