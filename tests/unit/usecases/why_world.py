"""A memory in which something has happened, and somebody who asks why."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from tests.builders import NOW, SUBJECT, MovingClock, a_configuration, a_rule, an_event

from herald.adapters.memory import (
    MemoryAuditTrail,
    MemoryConfigurationStore,
    MemoryDecisions,
    MemoryInbox,
    MemoryLedger,
    MemoryStateStore,
)
from herald.domain.configuration import Audience, Notify
from herald.domain.decision import Decision, RuleOutcome, Skip, Verdict
from herald.domain.delivery import Channel, Delivery, DeliveryState
from herald.domain.errors import Reason
from herald.domain.event import Event
from herald.domain.notification import Notification, Recipient, Severity, notification_id
from herald.usecases import shelves
from herald.usecases.deliveries import delivery_record
from herald.usecases.trace import Tracer
from herald.usecases.why import AskWhy, Why
from herald_cli.why_answer import answers

GRETA = Recipient("Greta Sommer", "greta@example.com", "+493023125102", locale="de")
PAUL = Recipient("Paul Okafor", "paul@example.com", "+16175550102")
FINANCE = Recipient("Finance desk", "finance@example.com")
ENGINEERING = Recipient("Engineering", "engineering@example.com")
PLANT = Recipient("Plant", phone="+493023125103")
BOTH, MAIL = (Channel.SMS, Channel.EMAIL), (Channel.EMAIL,)

LARGE = a_rule(id="large", then=Notify("leaders", "escalation", BOTH, Severity.HIGH))
DEAR = a_rule(id="dear", then=Notify("finance", "escalation", BOTH, Severity.LOW))
TO_CUSTOMER = a_rule(id="to-customer", then=Notify("customer", "status", MAIL, Severity.LOW))
TO_PLANT = a_rule(id="to-plant", then=Notify("plant", "escalation", MAIL, Severity.LOW))
HOUSE = a_configuration(
    rules=(LARGE, DEAR, TO_CUSTOMER, TO_PLANT),
    audiences={
        "leaders": Audience("leaders", by="order.region", members={"EMEA": (GRETA,), "AMER": (PAUL,)}),
        "finance": Audience("finance", members={"*": (FINANCE, GRETA)}),
        "customer": Audience("customer", person="order.customer"),
        "plant": Audience("plant", members={"*": (PLANT,)}),
        "engineering": Audience("engineering", members={"*": (ENGINEERING,)}),
    },
)
EVENT = an_event()


def facts(region: str = "AMER", **order: Any) -> Mapping[str, Any]:
    """The facts of an order of a region."""
    return {
        "event": {"type": EVENT.type, "subject": SUBJECT},
        "order": {"id": EVENT.object_id, "region": region, **order},
    }


def a_message(to: Recipient, rule: str = "large", channels: tuple[Channel, ...] = BOTH) -> Notification:
    """A message that a rule asked for."""
    return Notification(
        id=notification_id(rule, SUBJECT, "facts", to), event_id=EVENT.id, rule_id=rule, subject=SUBJECT,
        audience="leaders", recipient=to, template="escalation", channels=channels, severity=Severity.HIGH,
        config_version=HOUSE.version, created_at=NOW,
    )  # fmt: skip


def a_decision_of(
    said: Mapping[str, Verdict], *told: Notification, skips: tuple[Skip, ...] = (), **changes: Any
) -> Decision:
    """What rules said about the order, each for a reason of its own."""
    outcomes = tuple(RuleOutcome(rule, verdict, f"what decided {rule}") for rule, verdict in said.items())
    decision = Decision(
        event_id=EVENT.id, config_version=HOUSE.version, decided_at=NOW, facts=facts(), facts_fingerprint="facts",
        outcomes=outcomes, skips=skips, notifications=told,
    )  # fmt: skip
    return replace(decision, **changes)


@dataclass
class World:
    """What is stored; ``ask`` answers about the one event."""

    clock: MovingClock = field(default_factory=MovingClock)

    def __post_init__(self) -> None:
        self.inbox, self.decisions, self.audit = MemoryInbox(self.clock), MemoryDecisions(), MemoryAuditTrail()
        self.ledger, self.state = MemoryLedger(), MemoryStateStore(self.clock)
        self.configurations = MemoryConfigurationStore(HOUSE)

    def happened(self, decision: Decision | None = None, event: Event = EVENT) -> "World":
        """Let the event be recorded, and decided about if there is a decision."""
        self.inbox.record(event)
        if decision is not None:
            self.decisions.save(decision)
        return self

    def delivered(self, message: Notification, *deliveries: Delivery) -> None:
        """Let the ledger hold a message with what became of it; each write is audited as dispatch does it."""
        self.ledger.open(message)
        for delivery in deliveries:
            self.ledger.write(delivery)
            record = self.ledger.load(message.id)
            assert record is not None
            key = f"{delivery.state}:{delivery.reference}:{delivery.version}"
            said = {"seen": delivery.detail} if delivery.state is DeliveryState.DELIVERED else {}
            at = delivery.updated_at or NOW
            self.audit.append(delivery_record(record, delivery, key, delivery.state.lower(), at, **said))

    def said_stop(self, phone: str, channel: Channel = Channel.SMS, *, out: bool = True) -> None:
        """Let a phone have said stop, or start."""
        said = {"out": out, "at": NOW, "event": "evt_stop"}
        shelves.opt_outs(self.state).change(shelves.address_key(channel, phone), lambda _before: (said, None))

    def ask(self, who: str, identifier: str = EVENT.id) -> Why:
        """Everything between the event and somebody."""
        tracer = Tracer(self.inbox, self.decisions, self.audit, self.ledger)
        why = AskWhy(tracer, self.configurations, self.state)(identifier, who)
        assert why is not None
        return why

    def answers(self, who: str) -> list[str]:
        """What is said at the top."""
        return [str(sentence) for sentence in answers(self.ask(who))]

    def answer(self, who: str) -> str:
        """The only thing that is said at the top."""
        (only,) = self.answers(who)
        return only


def taken(message: Notification, channel: Channel = Channel.SMS, minutes: int = 2) -> Delivery:
    """A delivery that OpenText took, some minutes after the event."""
    return Delivery(message.id, channel, EVENT.id).submitted(NOW + timedelta(minutes=minutes), "job-1")


def ended(message: Notification, channel: Channel, state: DeliveryState, reason: Reason, detail: str = "") -> Delivery:
    """A delivery that ended otherwise."""
    return Delivery(message.id, channel, EVENT.id).ended(NOW, state, reason, detail)
