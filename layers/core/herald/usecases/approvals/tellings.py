"""From what follows in an approval to the notifications that say so, each in its own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.approval import Approval, Telling, Ticket
from herald.domain.approval.difference import MOST_TOLD
from herald.domain.approval.turn import Policy
from herald.domain.canonical import fingerprint
from herald.domain.configuration import Configuration
from herald.domain.decision import Skip
from herald.domain.delivery import Channel
from herald.domain.errors import Reason
from herald.domain.event import Event
from herald.domain.notification import Notification, Recipient, Severity, notification_id
from herald.usecases.approvals import approval_values as values_of
from herald.usecases.approvals.approval_shelves import person_key
from herald.usecases.approvals.desk import Applied
from herald.usecases.approvals.waiting_list import WaitingList

TEMPLATES: Mapping[str, str] = {
    "request": "approval-request", "changed": "approval-request", "escalated": "approval-request",
    "delegated": "approval-request", "reminder": "approval-reminder", "waiting": "approval-waiting",
    "question": "approval-question", "reply": "approval-question", "outcome": "approval-outcome",
    "recorded": "approval-recorded", "dissent": "approval-recorded", "void": "approval-recorded",
}  # fmt: skip
ASKING = frozenset({"request", "changed", "escalated", "delegated"})
URGENT = frozenset({"escalated"})


@dataclass
class Told:
    """The notifications of one event, and the values of each by ``Notification.about``."""

    notifications: dict[str, Notification] = field(default_factory=dict)
    tellings: dict[str, dict[str, Any]] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)


@dataclass(frozen=True)
class Tellings:
    """Makes notifications. ``good_for`` is how long a link opens its page."""

    waiting: WaitingList
    good_for: timedelta

    def __call__(self, event: Event, applied: Sequence[Applied], configuration: Configuration, now: datetime) -> Told:
        """Return who is told what because of an event; asked again about it, the same."""
        told = Told()
        for one in applied:
            voice = _Voice(one.approval, one.policy, self.waiting, now, self.good_for)
            for number, telling in enumerate(one.heard.tellings):
                if telling.kind == "outcome" and one.approval.end is None:
                    # It is open again already: whoever would hear how it ended hears that instead.
                    told.skips.append(Skip("approval.outcome", Reason.OVERTAKEN, f"{one.approval.id} is open again"))
                    continue
                about, values = f"{one.approval.chain}.{number}", voice.values(telling)
                for notification in _notifications(event, one, number, telling, values):
                    if not notification.channels:
                        nobody = f"{notification.audience} has no address for what is told of {one.approval.id}"
                        told.skips.append(Skip(notification.rule_id, Reason.NO_ADDRESS, nobody))
                        continue
                    told.tellings[about] = values
                    told.notifications[notification.id] = replace(
                        notification, config_version=configuration.version, created_at=now, about=about
                    )
        return told


def _notifications(
    event: Event, applied: Applied, number: int, telling: Telling, values: Mapping[str, Any]
) -> Iterator[Notification]:
    approval, kind = applied.approval, values["ask"]["kind"]
    ticket = approval.ticket(telling.ticket) if telling.ticket else None
    subject, version = approval.subject, fingerprint([approval.id, event.id, number])
    if kind == "waiting" and ticket is not None:
        # Reminders of one hour with one list are one message, whichever approval is first to remind.
        listed = sorted(str(line["seal"][1:3]) for line in values["ask"]["waiting"])
        subject = f"person/{person_key(ticket.person)}"
        version = fingerprint([event.type, f"{values['at']:%Y-%m-%dT%H}", listed])
    for recipient in _recipients(approval, telling, ticket):
        channels = tuple(one for one in _channels(applied.policy, telling, ticket) if recipient.address(one))
        yield Notification(
            id=notification_id(f"approval.{kind}", subject, version, recipient), event_id=event.id,
            rule_id=f"approval.{kind}", subject=subject,
            audience=ticket.step if ticket and telling.to == "ticket" else telling.to, recipient=recipient,
            template=TEMPLATES[kind], channels=channels, severity=_severity(telling), config_version="",
            created_at=values["at"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Voice:
    """Finds the words for what is told of one approval."""

    approval: Approval
    policy: Policy
    waiting: WaitingList
    now: datetime
    good_for: timedelta

    def values(self, telling: Telling) -> dict[str, Any]:
        """Return the values of a telling, with its links not sealed yet."""
        approval = self.approval
        ticket = approval.ticket(telling.ticket) if telling.ticket else None
        ask: dict[str, Any] = {"zone": self.policy.calendar(_reader(approval, telling, ticket)).zone}
        seals: dict[str, Any] = {}
        if ticket is not None:
            seen = values_of.ticket_values(approval, ticket, self.policy)
            # A question tells the requester who asks; the margin is for approvers only.
            ask |= seen if telling.to == "ticket" else {"step": seen["step"]} if "step" in seen else {}
        ask["kind"] = telling.kind
        if telling.to == "ticket" and ticket is not None:
            seals = values_of.ticket_seals(approval, ticket, self.policy, self.now, self.good_for)
            self._add_waiting(ask, seals, ticket)
        elif telling.to == "requester":
            seals = values_of.requester_seals(approval, self.now, self.good_for)
        if telling.kind == "outcome":
            ask |= values_of.end_values(approval)
            seals.pop("code", None)
        ask |= {name: value for name, value in telling.details.items() if name not in ("channel", "number", "final")}
        if len(ask.get("differences", ())) > MOST_TOLD:
            # The page has them all; a message that named a thousand would be read by nobody, and stored for each.
            ask |= {"more": len(ask["differences"]) - MOST_TOLD, "differences": ask["differences"][:MOST_TOLD]}
        if telling.kind == "reminder":
            ask["reminder"] = {"number": telling.details["number"], "final": telling.details["final"]}
        return {"approval": values_of.approval_values(approval), "ask": ask, "seals": seals, "at": self.now}

    def _add_waiting(self, ask: dict[str, Any], seals: dict[str, Any], ticket: Ticket) -> None:
        """Name what else waits for the person; a reminder of one becomes a list of all."""
        if ask["kind"] not in ASKING | {"reminder"}:
            return
        others = [(one, it) for one, it in self.waiting.of(ticket.person) if one.id != self.approval.id]
        if not others:
            return
        seals["waiting_link"] = values_of.person_seal(ticket.person, self.now, self.good_for)
        if ask["kind"] == "reminder":
            ask["kind"] = "waiting"
            others = [(self.approval, ticket), *others]
        ask["waiting"] = values_of.waiting_values(others, self.now + self.good_for)


def _recipients(approval: Approval, telling: Telling, ticket: Ticket | None) -> Iterable[Recipient]:
    if telling.to == "ticket":
        return [ticket.person] if ticket else []
    if telling.to == "requester":
        return [approval.requester] if approval.requester else []
    return approval.watchers


def _channels(policy: Policy, telling: Telling, ticket: Ticket | None) -> tuple[Channel, ...]:
    if "channel" in telling.details:
        return (Channel(telling.details["channel"]),)
    step = policy.chain.step(ticket.step) if ticket and telling.to == "ticket" else None
    return step.channels if step else policy.chain.channels


def _reader(approval: Approval, telling: Telling, ticket: Ticket | None) -> Recipient:
    """Return in whose zone times are told; watchers read those of the chain."""
    return ticket.person if ticket and telling.to == "ticket" else approval.requester or Recipient("")


def _severity(telling: Telling) -> Severity:
    urgent = telling.kind in URGENT or bool(telling.details.get("final"))
    return Severity.HIGH if urgent else Severity.MEDIUM
