"""From Herald's own memory back into Threekit: what an object is to bear is merged into it, and read back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from herald.domain.audit import AuditRecord
from herald.domain.canonical import fingerprint
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.retry import backoff
from herald.domain.told import Told
from herald.ports import AuditTrail, Checkpoint, Clock
from herald.usecases.outcome import DONE, Later, Outcome


class Note(Protocol):
    """What an object is to bear, and when that came to be."""

    @property
    def subject(self) -> str:
        """The object, as ``order/<id>`` or ``item/<id>``."""
        ...

    @property
    def since(self) -> datetime:
        """When what is noted last changed; the retry window begins there."""
        ...

    @property
    def document(self) -> Mapping[str, Any]:
        """What is noted, for the audit."""
        ...


class Noting(Protocol):
    """One way of noting: on orders, or on items. Both methods raise ``CallFailed``."""

    def note(self, told: Told) -> Note:
        """Return what is to be noted now. Raises ``PoisonError`` if there is nothing it could be."""
        ...

    def write(self, told: Told, note: Note) -> bool:
        """Read, merge, write, read back; return whether the object bears the note then."""
        ...


@dataclass(frozen=True)
class NotingWhenAsked:
    """A way of noting that is made only when something is noted that way."""

    made: Callable[[], Noting]

    def note(self, told: Told) -> Note:
        """Return what is to be noted now. Raises ``PoisonError``."""
        return self.made().note(told)

    def write(self, told: Told, note: Any) -> bool:
        """Write it. Raises ``CallFailed``."""
        return self.made().write(told, note)


@dataclass(frozen=True)
class Writeback:
    """Brings notes into Threekit until they are there, refused for good, or a day has passed.

    What is written is what Herald's memory holds when a message is handled, so one that comes late or twice writes
    nothing old. One message group per object keeps us from racing ourselves.
    """

    noting: Mapping[str, Noting]
    audit: AuditTrail
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    window: timedelta

    def __call__(self, told: Told, attempt: int) -> Outcome:
        """Note what is told about the object. Raises ``PoisonError`` if nothing is known of it."""
        noting = self.noting.get(told.about.partition("_")[0])
        if noting is None:
            raise PoisonError(Reason.MALFORMED_MESSAGE, f"nothing is written back about {told.about[:40]!r}")
        note = noting.note(told)
        in_window = self.clock() - note.since < self.window
        try:
            borne = noting.write(told, note)
        except CallFailed as failure:
            if failure.fate is not Fate.PERMANENT and in_window:
                return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)
            details = {"reason": failure.reason, "status": failure.status, "detail": failure.detail}
            self._note(told, note, "refused", details)
            return DONE
        if not borne and in_window:
            return Later(backoff(attempt, self.chance()), Reason.CHANGED_MEANWHILE)
        if borne:
            self._note(told, note, "noted", note.document)
        else:
            self._note(told, note, "unconfirmed", {"reason": Reason.CHANGED_MEANWHILE})
        self.checkpoint("writeback.audited", note.subject)
        return DONE

    def _note(self, told: Told, note: Note, outcome: str, details: Mapping[str, Any]) -> None:
        self.audit.append(
            AuditRecord(
                event_id=told.event_id,
                key=f"writeback:{told.about}:{fingerprint([outcome, details])[:16]}",
                action=f"writeback.{outcome}", actor="threekit_writeback", at=self.clock(), outcome=outcome,
                details={"subject": note.subject, "about": told.about, **details},
            )
        )  # fmt: skip
