"""What tests talk about, with a default for everything: name only what the test is about."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from herald.adapters.configuration_bundle import versioned
from herald.domain.audit import AuditRecord
from herald.domain.canonical import fingerprint
from herald.domain.configuration import Audience, Configuration, Notify, Rule
from herald.domain.decision import Decision, RuleOutcome, Skip, Verdict
from herald.domain.delivery import Channel, Delivery
from herald.domain.errors import Reason
from herald.domain.event import Event, EventReference, Identity, Origin, Trust
from herald.domain.notification import Notification, Recipient, Severity, notification_id

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORDER_ID = "7f1c0a52-3b64-4c0e-9a3e-5d2f8b6a1001"
SUBJECT = f"order/{ORDER_ID}"
APPROVER = Recipient(name="Approvals DACH", email="approvals.dach@example.com", phone="+4930123456", locale="de-DE")
FACTS: dict[str, Any] = {
    "event": {"type": "threekit.order.created", "subject": SUBJECT, "time": NOW},
    "order": {"id": ORDER_ID, "status": "New", "currency": "EUR", "region": "DACH", "total": Decimal("5000.50")},
}


@dataclass
class MovingClock:
    """A ``ports.Clock`` that moves only when told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


def an_event(*, data: dict[str, Any] | None = None, **changes: Any) -> Event:
    """An order's first webhook; its hash follows its data unless it is given."""
    body = {"id": ORDER_ID, "total": Decimal("5000.50")} if data is None else data
    event = Event(
        identity=Identity.of_object_version("/threekit/main", "order", ORDER_ID, "2026-03-02T09:29:58.000000Z"),
        type="threekit.order.created",
        subject=SUBJECT,
        time=NOW - timedelta(seconds=2),
        data=body,
        origin=Origin.WEBHOOK,
        trust=Trust.UNSIGNED,
        received_at=NOW,
        body_hash=fingerprint(body),
    )
    return replace(event, **changes)


def a_signed_event(sender_id: str = "msg-1", **changes: Any) -> Event:
    """An event known by the id its sender gave it."""
    identity = Identity.of_sender_id("/threekit/storefront", sender_id)
    return an_event(**{"identity": identity, "origin": Origin.CONNECTOR, "trust": Trust.SIGNED, **changes})


def a_reference(number: int = 1, **changes: Any) -> EventReference:
    """A reference to the event of that number."""
    reference = EventReference(
        event_id=f"evt_{number:026d}",
        type="threekit.order.created",
        source="/threekit/main",
        subject=SUBJECT,
        origin=Origin.WEBHOOK,
        trust=Trust.UNSIGNED,
        received_at=NOW,
    )
    return replace(reference, **changes)


def reference_to(event: Event) -> EventReference:
    """The reference that travels for an event."""
    return EventReference(
        event.id, event.type, event.source, event.subject, event.origin, event.trust, event.received_at
    )


def a_notification(*, number: int = 1, **changes: Any) -> Notification:
    """An approval request to the approvers of a region; another number is another recipient's."""
    recipient = APPROVER if number == 1 else replace(APPROVER, email=f"approver{number}@example.com")
    notification = Notification(
        id=notification_id("approve-new-order", SUBJECT, fingerprint(FACTS), recipient),
        event_id=an_event().id,
        rule_id="approve-new-order",
        subject=SUBJECT,
        audience="approvers",
        recipient=recipient,
        template="approval-request",
        channels=(Channel.SMS, Channel.EMAIL),
        severity=Severity.HIGH,
        config_version=CONFIG_VERSION,
        created_at=NOW,
    )
    return replace(notification, **changes)


def a_delivery(notification: Notification | None = None, **changes: Any) -> Delivery:
    """A fresh delivery of a notification on its first channel."""
    of = notification or a_notification()
    return replace(Delivery(of.id, of.channels[0], of.event_id), **changes)


def a_decision(**changes: Any) -> Decision:
    """One rule matched, one did not, one could not be asked."""
    decision = Decision(
        event_id=an_event().id,
        config_version=CONFIG_VERSION,
        decided_at=NOW,
        facts=FACTS,
        facts_fingerprint=fingerprint(FACTS),
        outcomes=(
            RuleOutcome("approve-new-order", Verdict.MATCHED, 'order.status == "New"'),
            RuleOutcome("large-order", Verdict.NOT_MATCHED, "order.total > 10000.0"),
            RuleOutcome("restricted-component", Verdict.ERROR, "no such field: components"),
        ),
        skips=(Skip("large-order", Reason.NO_RECIPIENTS, "audience finance is nobody for this event"),),
        notifications=(a_notification(),),
    )
    return replace(decision, **changes)


def an_audit_record(key: str = "decided", **changes: Any) -> AuditRecord:
    """What rule evaluation says about an event."""
    record = AuditRecord(
        event_id=an_event().id,
        key=key,
        action="event.decided",
        actor="rule_evaluation",
        at=NOW,
        outcome="notify",
        details={"rules": {"approve-new-order": "matched"}, "notifications": 1},
    )
    return replace(record, **changes)


def a_rule(**changes: Any) -> Rule:
    """The rule that asks the approvers about new orders."""
    rule = Rule(
        id="approve-new-order",
        description="Every new order is approved by its region",
        events=("threekit.order.created",),
        when='order.status == "New"',
        then=Notify("approvers", "approval-request", (Channel.SMS, Channel.EMAIL), Severity.HIGH),
    )
    return replace(rule, **changes)


def a_configuration(**changes: Any) -> Configuration:
    """A configuration of one rule, one audience and one template; named by its content unless its version is given."""
    configuration = Configuration(
        version="",
        rules=(a_rule(),),
        lists={"thresholds": {"EUR": Decimal("5000")}},
        audiences={"approvers": Audience("approvers", by="order.region", members={"DACH": (APPROVER,)})},
        mapping={"threekit.order.*": {"region": "metadata.region"}},
        templates={
            "approval-request/en/subject.txt": "Please approve {{ order.id }}",
            "approval-request/en/body.txt": "{{ order.id }} waits for you.",
            "approval-request/en/body.html": "<p>{{ order.id }} waits for you.</p>",
            "approval-request/en/sms.txt": "Please approve {{ order.id }}",
        },
    )
    changed = replace(configuration, **changes)
    return changed if "version" in changes else versioned(changed)


CONFIG_VERSION = a_configuration().version
