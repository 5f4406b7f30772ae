"""Dispatch over memory, with time that goes by: messages are handed in, timers bring back what was held."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from tests.builders import FACTS, MovingClock, a_configuration, a_decision, a_rule

from herald.adapters.memory import (
    MemoryAuditTrail,
    MemoryConfigurationStore,
    MemoryDecisions,
    MemoryInbox,
    MemoryLedger,
    MemoryOpenText,
    MemoryStateStore,
    MemoryWritebackQueue,
)
from herald.adapters.memory_timers import MemoryTimers
from herald.adapters.templates import JinjaRenderer
from herald.domain.configuration import Configuration, Notify
from herald.domain.courtesy import Courtesy
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import CallFailed
from herald.domain.gate import GatePolicy
from herald.domain.message import EmailContent, Outgoing
from herald.domain.notification import Notification, Recipient, Severity, notification_id
from herald.domain.working_time import Calendar
from herald.ports import Clock, NotificationRecord
from herald.usecases import shelves
from herald.usecases.basis import FindBasis
from herald.usecases.budget import Budgets
from herald.usecases.deliveries import Deliveries
from herald.usecases.digest_entries import DigestEntries
from herald.usecases.dispatch import Dispatch
from herald.usecases.message_making import MessageMaker
from herald.usecases.outcome import Later
from herald.usecases.passage import Passage
from herald.usecases.treatment import treatment

ADA = Recipient("Ada", "ada@example.com", "+493023125101", "en")
BEN = Recipient("Ben", "ben@example.com", "+493023125102", "en")
NOON = datetime(2026, 3, 3, 11, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
DAYTIME = Calendar("daytime", "Europe/Berlin", dict.fromkeys(range(7), ((time(8), time(20)),)))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BOTH = (Channel.SMS, Channel.EMAIL)
TEMPLATES = {
    "note/en/subject.txt": "{{ rule.id }} {{ event.subject }}",
    "note/en/body.txt": "{{ event.subject }}",
    "note/en/body.html": "<p>{{ event.subject }}</p>",
    "note/en/sms.txt": "{{ event.subject }}",
    "digest/en/subject.txt": "{{ digest.count }} at once",
    "digest/en/body.txt": "{% for entry in digest.entries %}{{ entry.subject }} {{ entry.title }}\n{% endfor %}",
    "digest/en/body.html": "{% for entry in digest.entries %}<p>{{ entry.subject }}</p>{% endfor %}",
    "digest/en/sms.txt": "{{ digest.count }} at once",
}


class KilledError(BaseException):
    """The process died at a checkpoint."""


class StateWithInterludes(MemoryStateStore):
    """A state store in which others go on in between."""

    def __init__(self, clock: Clock, interludes: dict[str, Callable[[], None]]) -> None:
        super().__init__(clock)
        self._interludes = interludes

    def save(self, kind: str, identity: str, document: Mapping[str, Any], *, version: int, keep: timedelta) -> None:
        super().save(kind, identity, document, version=version, keep=keep)
        interlude = self._interludes.pop(kind, None)
        if interlude is not None:
            interlude()


def configured(
    courtesy: Courtesy, calendars: Mapping[str, Calendar] | None = None, budgets: Mapping[str, Any] | None = None
) -> Configuration:
    """A configuration with three rules that tell by a note, and how it is told."""
    rules = tuple(
        a_rule(id=name, then=Notify("approvers", "note", (Channel.SMS, Channel.EMAIL), Severity.MEDIUM))
        for name in ("progress", "fault", "alarm")
    )
    return a_configuration(
        rules=rules, templates=TEMPLATES, courtesy=courtesy, calendars=calendars or {}, budgets=budgets or {}
    )


@dataclass
class PostOffice:
    """Everything that sends."""

    configuration: Configuration
    clock: MovingClock
    die_at: dict[str, int] = field(default_factory=dict)
    interludes: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What others do, once, right after a document of that kind was saved."""
    """How many passes of a checkpoint are survived before the process dies there, once."""

    def __post_init__(self) -> None:
        self.ledger, self.decisions, self.audit = MemoryLedger(), MemoryDecisions(), MemoryAuditTrail()
        self.state = StateWithInterludes(self.clock, self.interludes)
        self.refuse()
        self.timers, self.opentext = MemoryTimers(), MemoryOpenText(self._fails)
        self.inbox = MemoryInbox(self.clock)
        configurations, renderer = MemoryConfigurationStore(self.configuration), JinjaRenderer()
        basis = FindBasis(self.decisions, configurations)
        digests = DigestEntries(self.state, self.ledger, basis, renderer)
        deliveries = Deliveries(
            ledger=self.ledger, audit=self.audit, writeback=MemoryWritebackQueue(), clock=self.clock,
            checkpoint=self._checkpoint, count=_uncounted,
        )  # fmt: skip
        self.dispatch = Dispatch(
            ledger=self.ledger, deliveries=deliveries, basis=basis,
            messages=MessageMaker(renderer, digests, links=dict, prefix="test"),
            treat=treatment(deliveries, basis, self.state, self.timers), timers=self.timers, opentext=self.opentext,
            budgets=Budgets(configurations, self.state, lambda: self.inbox, _uncounted, self._checkpoint),
            passage=Passage(self.state, "opentext", GatePolicy(1000.0), self.clock, _uncounted),
            state=self.state, clock=self.clock, chance=lambda: 0.5, checkpoint=self._checkpoint,
            lease=timedelta(seconds=30), grace=timedelta(seconds=30), window=timedelta(hours=24),
        )  # fmt: skip
        self.handed_in: dict[str, Notification] = {}

    def hand_in(
        self, rule: str = "progress", to: Recipient = ADA, subject: str = "order/1", *,
        severity: Severity = Severity.MEDIUM, channels: tuple[Channel, ...] = (Channel.EMAIL,),
        facts: Mapping[str, Any] | None = None, about: str = "", sequence: tuple[str, int] | None = None,
    ) -> str:  # fmt: skip
        """Decide that somebody is told, as rule evaluation does, and let dispatch have it; return its id."""
        event = f"evt_{rule}_{subject}"
        known = {**FACTS, "event": {"id": event, "subject": subject}, **(facts or {})}
        self.decisions.save(a_decision(event_id=event, facts=known, notifications=()))
        notification = Notification(
            id=notification_id(rule, subject, "", to), event_id=event, rule_id=rule, subject=subject,
            audience="approvers", recipient=to, template="note", channels=channels, severity=severity,
            config_version=self.configuration.version, created_at=self.clock(), about=about,
            sequence=sequence,
        )  # fmt: skip
        self.ledger.open(notification)
        self.handed_in[notification.id] = notification
        self.deliver(notification.id)
        return notification.id

    def deliver(self, identity: str) -> None:
        """Let a message of the queue come, and come again until it is done with for now."""
        for _ in range(50):
            try:
                outcome = self.dispatch(identity)
            except KilledError:
                # The queue hides the message for a while, which is longer than a claim is held.
                self.clock.advance(timedelta(minutes=2))
                continue
            if not isinstance(outcome, Later):
                return
            self.clock.advance(outcome.after)
        raise AssertionError(f"{identity} is never done with")

    def wait(self, time: timedelta) -> None:
        """Let time go by; timers ring when their time has come."""
        until = self.clock() + time
        for _ in range(10_000):
            ringing = [due for _, due in self.timers.waiting if due <= until]
            if not ringing:
                break
            self.clock.now = max(self.clock(), ringing[0])
            for one, _due in self.timers.take_due(self.clock()):
                self.deliver(one)
        else:
            raise AssertionError("timers ring for ever")
        self.clock.now = max(self.clock(), until)

    def record(self, identity: str) -> NotificationRecord:
        """A notification with its deliveries."""
        record = self.ledger.load(identity)
        assert record is not None
        return record

    def delivery(self, identity: str, channel: Channel | None = None) -> Delivery:
        """Its delivery on a channel, else on its first."""
        record = self.record(identity)
        return record.delivery(channel or record.notification.channels[0])

    def stands(self, identity: str) -> tuple[DeliveryState, str | None]:
        """State and reason of the first channel."""
        delivery = self.delivery(identity)
        return delivery.state, delivery.reason

    def stop(self, recipient: Recipient, channel: Channel = Channel.SMS) -> None:
        """Let somebody say that they want nothing more on a channel."""
        said = {"out": True, "at": self.clock(), "event": "evt_stop"}
        key = shelves.address_key(channel, recipient.address(channel) or "")
        shelves.opt_outs(self.state).change(key, lambda _before: (said, None))

    def refuse(self, *failures: CallFailed, then: Callable[[], None] = lambda: None) -> None:
        """Let the next submits fail like that, one after the other; ``then`` happens at each."""
        self._failures, self._then = list(failures), then

    def _fails(self, _message: Outgoing) -> CallFailed | None:
        if not self._failures:
            return None
        self._then()
        return self._failures.pop(0)

    @property
    def sent(self) -> list[str]:
        """What went out: the subject or the text, in order."""
        contents = [one.content for one in self.opentext.submitted]
        return [one.subject if isinstance(one, EmailContent) else one.text for one in contents]

    def report(self, identity: str, state: DeliveryState, channel: Channel) -> None:
        """Let OpenText report on a delivery."""
        delivery = self.record(identity).delivery(channel)
        moved = delivery.observed(self.clock(), state, delivery.job_id or "", None, "")
        assert moved is not None
        self.ledger.write(moved)

    def _checkpoint(self, name: str, subject: str) -> None:  # noqa: ARG002 - as every checkpoint is called
        left = self.die_at.get(name)
        if left is None:
            return
        if left > 0:
            self.die_at[name] = left - 1
            return
        del self.die_at[name]
        raise KilledError(name)


def _uncounted(name: str, number: int) -> None:
    pass


def office(courtesy: Courtesy, at: datetime = NOON) -> PostOffice:
    return PostOffice(configured(courtesy, {"daytime": DAYTIME}), MovingClock(at))
