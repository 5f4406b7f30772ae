"""Delivery: one channel of one notification, with OpenText's job and its states. States only move forward."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from herald.domain.canonical import short_id
from herald.domain.errors import Reason


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    FAX = "fax"


class DeliveryState(StrEnum):
    """Where a delivery stands. ``SENT`` is not ``DELIVERED``: OpenText handed it on, nobody confirmed it.

    ``HELD`` waits on purpose. ``UNCONFIRMED`` closes what OpenText took and never told the end of. ``SKIPPED`` was not
    sent on purpose; what is ``DIGESTED`` is told within another message.
    """

    PENDING = "PENDING"
    HELD = "HELD"
    CLAIMED = "CLAIMED"
    RETRY_AT = "RETRY_AT"
    UNKNOWN = "UNKNOWN"
    SUBMITTED = "SUBMITTED"
    SENT = "SENT"
    UNCONFIRMED = "UNCONFIRMED"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    SKIPPED = "SKIPPED"
    DIGESTED = "DIGESTED"


NOT_SENT = frozenset({DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.SKIPPED})
"""Final states after which the next channel may carry the message."""
FINAL = frozenset({DeliveryState.DELIVERED, DeliveryState.UNCONFIRMED, DeliveryState.DIGESTED, *NOT_SENT})
"""States in which nothing more is done. Only proof from OpenText still moves ``UNCONFIRMED``."""
ACCEPTED = frozenset({DeliveryState.SUBMITTED, DeliveryState.SENT, *FINAL})
"""States in which nothing is left to submit on this channel."""

_RANK = {
    DeliveryState.PENDING: 0,
    DeliveryState.HELD: 1, DeliveryState.CLAIMED: 1, DeliveryState.RETRY_AT: 1, DeliveryState.UNKNOWN: 1,
    DeliveryState.SUBMITTED: 2,
    DeliveryState.SENT: 3,
    DeliveryState.UNCONFIRMED: 4,
    DeliveryState.DELIVERED: 5, DeliveryState.FAILED: 5, DeliveryState.EXPIRED: 5, DeliveryState.SKIPPED: 5,
    DeliveryState.DIGESTED: 5,
}  # fmt: skip


def moves_forward(current: DeliveryState, observed: DeliveryState) -> bool:
    """Say whether an observation from OpenText may replace the current state; a late or repeated one may not."""
    return _RANK[observed] > _RANK[current] and _RANK[observed] >= _RANK[DeliveryState.SUBMITTED]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One channel of one notification.

    ``version`` counts the writes and guards each of them (optimistic lock). ``attempts`` counts submits begun,
    ``resends`` those made after an unknown outcome (at most one). ``begun_at`` is when its window of time began.
    ``due_at`` ends the lease while CLAIMED, is the next try while RETRY_AT, and ends the grace time while UNKNOWN.
    ``turn`` says that ``due_at`` is a turn it was given at OpenText's door. ``look_at`` is when reconcile looks at
    it, while it has no final state; ``submitted_at`` is when OpenText took it, as far as we know. At ``next_at``
    the next channel takes over unless there was success; then it is ``overdue``.
    """

    notification_id: str
    channel: Channel
    event_id: str
    state: DeliveryState = DeliveryState.PENDING
    version: int = 0
    attempts: int = 0
    resends: int = 0
    due_at: datetime | None = None
    begun_at: datetime | None = None
    turn: bool = False
    look_at: datetime | None = None
    submitted_at: datetime | None = None
    next_at: datetime | None = None
    overdue: bool = False
    job_id: str | None = None
    reason: Reason | None = None
    detail: str = ""
    updated_at: datetime | None = None

    @property
    def reference(self) -> str:
        """What OpenText gives back as ``ref`` for this recipient: the way from a callback to this delivery."""
        return f"{self.notification_id}.{self.channel}"

    @property
    def in_doubt(self) -> bool:
        """Whether it may have arrived though nobody knows of it, so that it goes no other way."""
        return self.state is DeliveryState.UNKNOWN or self.resends > 0

    def claimed(self, now: datetime, lease: timedelta, *, resend: bool = False) -> "Delivery":
        """Taken for one submit; whoever finds the lease over must treat the outcome as unknown."""
        return self._moved(
            now, state=DeliveryState.CLAIMED, attempts=self.attempts + 1, resends=self.resends + int(resend),
            due_at=now + lease, begun_at=self.begun_at or now, turn=False, reason=None, detail="",
            look_at=None if self.state is DeliveryState.HELD else self.look_at,
        )  # fmt: skip

    def waits(self, now: datetime, until: datetime, reason: Reason, detail: str, *, turn: bool) -> "Delivery":
        """Not tried now: it waits at OpenText's gate, where that may be its turn. What is in doubt stays in doubt."""
        state = DeliveryState.UNKNOWN if self.state is DeliveryState.UNKNOWN else DeliveryState.RETRY_AT
        return self._moved(
            now, state=state, due_at=until, begun_at=self.begun_at or now, turn=turn,
            reason=reason, detail=detail,
        )  # fmt: skip

    def held(self, now: datetime, until: datetime, reason: Reason, detail: str) -> "Delivery":
        """Not sent yet, on purpose; as long as nothing was tried, no window of time runs out meanwhile."""
        return self._moved(
            now, state=DeliveryState.HELD, due_at=until, look_at=until, turn=False, reason=reason, detail=detail,
            begun_at=self.begun_at if self.attempts else None,
        )  # fmt: skip

    def submitted(self, now: datetime, job_id: str, next_at: datetime | None = None) -> "Delivery":
        """Accepted by OpenText under that job."""
        return self._moved(
            now, state=DeliveryState.SUBMITTED, job_id=job_id, submitted_at=now, due_at=None, next_at=next_at,
            reason=None, detail="",
        )  # fmt: skip

    def passed_on(self, now: datetime) -> "Delivery":
        """Without success in its time: the next channel carries the message too, whatever is still reported of this."""
        return self._moved(now, next_at=None, overdue=True)

    def looked_at(self, now: datetime) -> "Delivery":
        """Without news: to be looked at again when the stretched interval is over."""
        return self._moved(now, look_at=next_look(self.begun_at or now, now))

    def retry_at(self, now: datetime, due_at: datetime, reason: Reason, detail: str) -> "Delivery":
        """Nothing was accepted; to be tried again at that time."""
        return self._moved(now, state=DeliveryState.RETRY_AT, due_at=due_at, turn=False, reason=reason, detail=detail)

    def unknown(self, now: datetime, grace_until: datetime, reason: Reason, detail: str) -> "Delivery":
        """Perhaps accepted; a callback that bears the reference is awaited until then."""
        return self._moved(
            now, state=DeliveryState.UNKNOWN, due_at=grace_until, turn=False, reason=reason, detail=detail
        )

    def ended(self, now: datetime, state: DeliveryState, reason: Reason | None, detail: str = "") -> "Delivery":
        """In a final state."""
        return self._moved(now, state=state, due_at=None, reason=reason, detail=detail)

    def observed(
        self, now: datetime, state: DeliveryState, job_id: str, reason: Reason | None, detail: str
    ) -> "Delivery | None":
        """As OpenText reports it, or ``None`` if that would not move it forward.

        Proof that a message went out corrects our own guess that it did not.
        """
        guessed = self.state is DeliveryState.FAILED and self.reason is Reason.OUTCOME_UNKNOWN
        proven = state in (DeliveryState.SENT, DeliveryState.DELIVERED)
        if not moves_forward(self.state, state) and not (guessed and proven):
            return None
        return self._moved(
            now, state=state, job_id=job_id, submitted_at=self.submitted_at or now, due_at=None, reason=reason,
            detail=detail,
        )  # fmt: skip

    def _moved(self, now: datetime, **changes: object) -> "Delivery":
        moved = replace(self, version=self.version + 1, updated_at=now, **changes)  # type: ignore[arg-type]
        if moved.state in FINAL:
            return replace(moved, look_at=None)
        return moved if moved.look_at else replace(moved, look_at=next_look(now, now))


FIRST_LOOK = timedelta(minutes=5)
LONGEST_LOOK = timedelta(hours=12)
LOOKS_END = timedelta(hours=72)
"""How long OpenText is asked about a job: well inside the 3 to 7 days after which it purges jobs
(docs/vendor/opentext.md 6)."""


def next_look(begun_at: datetime, now: datetime) -> datetime:
    """Return when to look at a delivery again: after five minutes, then half its age later each time, and at the end.

    OpenText's own advice is to ask first "a few minutes after" the submit (docs/vendor/opentext.md 4).
    """
    stretched = now + min(max(FIRST_LOOK, (now - begun_at) / 2), LONGEST_LOOK)
    last = begun_at + LOOKS_END
    return min(stretched, last) if now < last else stretched


def message_id(prefix: str, reference: str) -> str:
    """Return OpenText's ``options.message_id`` for a delivery: unique across the account, 80 characters at most.

    Vendor fact: the id must be unique system-wide and at most 80 characters (docs/vendor/opentext.md 3.6 and 6).
    """
    return f"{prefix[:48]}-{short_id('m', prefix, reference)}"


def parse_reference(reference: str) -> tuple[str, Channel] | None:
    """Return notification id and channel of a ``ref`` that is ours, else ``None``."""
    notification_id, dot, channel = reference.rpartition(".")
    if not dot or not notification_id.startswith("ntf_") or channel not in set(Channel):
        return None
    return notification_id, Channel(channel)
