"""From a reply to what follows from it: stop and start are honoured, anything else finds what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from herald.domain.audit import AuditRecord
from herald.domain.delivery import parse_reference
from herald.domain.errors import CallFailed, PoisonError, Reason
from herald.domain.event import Event
from herald.domain.replies import Intent, Reply, intent_of, read_reply
from herald.domain.reply_envelope import REPLY_TYPES
from herald.domain.retry import KEY_MENDED_WITHIN
from herald.ports import AuditTrail, Clock, ConfigurationStore, Count, Inbox, Ledger, NotificationRecord, StateStore
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Later, Outcome

CHANNELS = {event_type: channel for channel, event_type in REPLY_TYPES.items()}


@dataclass(frozen=True)
class Replies:
    """Applies one reply. Its text stays in the recorded event; the audit says what it meant, not what it said."""

    inbox: Inbox
    ledger: Ledger
    state: StateStore
    audit: AuditTrail
    configurations: ConfigurationStore
    clock: Clock
    count: Count
    decisions: Callable[[Event, Reply], str | None] = lambda _event, _reply: None
    """Takes a reply that decides about an approval; ``None`` if it does not."""

    def __call__(self, event_id: str) -> Outcome:
        """Apply the reply recorded under that event id. Raises ``PoisonError`` if there is none."""
        event = self.inbox.load(event_id)
        if event is None or event.type not in CHANNELS:
            raise PoisonError(Reason.NOT_FOUND, f"the inbox holds no reply {event_id}")
        configuration = self.configurations.active()
        reply = read_reply(CHANNELS[event.type], event.data, configuration.mapping.get(event.type, {}).get("reply", {}))
        if reply is None:
            self.count("RepliesUnreadable", 1)
            self._note(event.id, "unreadable", "reply.unreadable", {"fix": f"{event.type} in config/mapping.yaml"})
            return DONE
        intent = intent_of(reply.text, configuration.replies)
        if intent is not Intent.OTHER:
            self._opt(event, reply, out=intent is Intent.STOP)
        try:
            decided = self.decisions(event, reply) if intent is Intent.OTHER else None
        except CallFailed as failure:
            return Later(KEY_MENDED_WITHIN, failure.reason)
        answered = self._answered(reply)
        details = {"channel": reply.channel, "intent": str(intent), "reply": event.id}
        if decided is not None:
            details["approval"] = decided
        if answered is not None:
            notification = answered.notification
            known = {**details, "notification": notification.id, "rule": notification.rule_id}
            self._note(notification.event_id, f"reply:{event.id}", "reply.received", known)
            details = known
        self._note(event.id, "reply", f"reply.{intent}", {**details, "matched": answered is not None})
        return DONE

    def _opt(self, event: Event, reply: Reply, *, out: bool) -> None:
        def say(before: Mapping[str, Any] | None) -> tuple[Mapping[str, Any] | None, None]:
            newer = before is None or before["at"] <= event.time
            return ({"out": out, "at": event.time, "event": event.id} if newer else None), None

        shelves.opt_outs(self.state).change(shelves.address_key(reply.channel, reply.sender), say)
        self.count("OptOuts" if out else "OptIns", 1)

    def _answered(self, reply: Reply) -> NotificationRecord | None:
        """Return the notification a reply answers: the one it names, else the last its sender got on that channel."""
        named = parse_reference(reply.reference) if reply.reference else None
        if named is not None:
            return self.ledger.load(named[0])
        last = shelves.last_written_to(self.state).get(shelves.address_key(reply.channel, reply.sender))
        return self.ledger.load(last["notification"]) if last else None

    def _note(self, event_id: str, key: str, action: str, details: Mapping[str, Any]) -> None:
        self.audit.append(
            AuditRecord(
                event_id=event_id, key=key, action=action, actor="delivery_tracking", at=self.clock(),
                outcome=action.partition(".")[2], details=details,
            )
        )  # fmt: skip
