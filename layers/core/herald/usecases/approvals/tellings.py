"""From what follows in an approval to the notifications that say so, each in its own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from herald.domain.approval.approval import Approval, Telling, Ticket
from herald.domain.approval.difference import told_differences
from herald.domain.approval.turn import Policy
from herald.domain.canonical import fingerprint
from herald.domain.configuration import Configuration
from herald.domain.decision import Skip
from herald.domain.delivery import Channel
from herald.domain.directory import told_for
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
            voice = _Voice(one.approval, one.policy, event, configuration.version, now, self.waiting, self.good_for)
            for number, telling in enumerate(one.heard.tellings):
                if telling.kind == "outcome" and one.approval.end is None:
                    # It is open again already: whoever would hear how it ended hears that instead.
                    told.skips.append(Skip("approval.outcome", Reason.OVERTAKEN, f"{one.approval.id} is open again"))
                    continue
                values = voice.values(telling)
                for notification in voice.notifications(number, telling, values):
                    if not notification.channels:
                        nobody = f"{notification.audience} has no address for what is told of {one.approval.id}"
                        told.skips.append(Skip(notification.rule_id, Reason.NO_ADDRESS, nobody))
                        continue
                    told.tellings[notification.about] = values
                    told.notifications[notification.id] = notification
        return told


@dataclass(frozen=True, slots=True)
class _Voice:
    """Finds the words, and the addressees, for what follows in one approval from one event."""

    approval: Approval
    policy: Policy
    event: Event
    config_version: str
    now: datetime
    waiting: WaitingList
    good_for: timedelta

    def values(self, telling: Telling) -> dict[str, Any]:
        """Return the values of a telling, with its links not sealed yet."""
        ask, seals = self._ticket(telling) if telling.to == "ticket" else self._others(telling)
        ask["kind"] = "waiting" if telling.kind == "reminder" and "waiting" in ask else telling.kind
        if telling.kind == "outcome":
            ask |= values_of.end_values(self.approval)
            seals.pop("code", None)
        ask |= {name: value for name, value in telling.details.items() if name not in ("channel", "number", "final")}
        if telling.kind == "reminder":
            ask["reminder"] = {"number": telling.details["number"], "final": telling.details["final"]}
        return {"approval": values_of.approval_values(self.approval), "ask": ask, "seals": seals}

    def notifications(self, number: int, telling: Telling, values: Mapping[str, Any]) -> Iterator[Notification]:
        """Return a notification for each who is told; one that has no channel cannot be sent."""
        approval, kind, ticket = self.approval, values["ask"]["kind"], self._ticket_of(telling)
        subject, version = approval.subject, fingerprint([approval.id, self.event.id, number])
        if kind == "waiting" and ticket is not None:
            # Reminders of one hour with one list are one message, whichever approval is first to remind.
            listed = sorted(str(line["seal"][1:3]) for line in values["ask"]["waiting"])
            subject = f"person/{person_key(ticket.person)}"
            version = fingerprint([self.event.type, f"{self.now:%Y-%m-%dT%H}", listed])
        for recipient in addressees(approval, self.policy, telling, ticket, self.now):
            yield Notification(
                id=notification_id(f"approval.{kind}", subject, version, recipient), event_id=self.event.id,
                rule_id=f"approval.{kind}", subject=subject,
                audience=ticket.step if ticket and telling.to == "ticket" else telling.to, recipient=recipient,
                template=TEMPLATES[kind], channels=ways(self.policy, telling, ticket, recipient),
                severity=_severity(telling), config_version=self.config_version, created_at=self.now,
                about=f"{approval.chain}.{number}",
            )  # fmt: skip

    def _ticket_of(self, telling: Telling) -> Ticket | None:
        return self.approval.ticket(telling.ticket) if telling.ticket else None

    def _ticket(self, telling: Telling) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return values and links for whoever is asked."""
        ticket = self._ticket_of(telling)
        if ticket is None:
            return {}, {}
        ask = values_of.ticket_values(self.approval, ticket, self.policy)
        if "differences" not in telling.details:
            ask |= told_differences(values_of.asked_anew_because(self.approval, ticket, self.policy))
        seals = values_of.ticket_seals(self.approval, ticket, self.policy, self.now, self.good_for)
        if telling.kind in ASKING | {"reminder"}:
            self._add_waiting(ask, seals, ticket, remind=telling.kind == "reminder")
        return ask, seals

    def _others(self, telling: Telling) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return values and links for the requester or the watchers. What is shown beside is for approvers only."""
        ticket, requester = self._ticket_of(telling), self.approval.requester
        step = values_of.place_values(self.approval, ticket, self.policy) if ticket is not None else {}
        zone = self.policy.zone(requester or Recipient(""))
        to_requester = telling.to == "requester"
        seals = values_of.requester_seals(self.approval, self.now, self.good_for) if to_requester else {}
        return {**step, "zone": zone}, seals

    def _add_waiting(self, ask: dict[str, Any], seals: dict[str, Any], ticket: Ticket, *, remind: bool) -> None:
        """Name what else waits for the person; who is reminded gets a list of all."""
        others = [(one, it) for one, it in self.waiting.of(ticket.person) if one.id != self.approval.id]
        if not others:
            return
        seals["waiting_link"] = values_of.person_seal(ticket.person, self.now, self.good_for)
        listed = [(self.approval, ticket), *others] if remind else others
        ask["waiting"] = values_of.waiting_values(listed, self.now + self.good_for)


def addressees(
    approval: Approval, policy: Policy, telling: Telling, ticket: Ticket | None, now: datetime
) -> Iterable[Recipient]:
    """Return who is told; ``ticket`` is that of the telling, if it has one."""
    if telling.to == "ticket":
        return [ticket.person] if ticket else []
    if telling.to == "requester":
        # Their link is theirs alone, so nobody stands in for them.
        return [approval.requester] if approval.requester else []
    return told_for(approval.watchers, policy.people, now, policy.chain.channels, approval.requester)


def ways(policy: Policy, telling: Telling, ticket: Ticket | None, recipient: Recipient) -> tuple[Channel, ...]:
    """Return over which channels somebody is told that, in their order."""
    if "channel" in telling.details:
        # Who wrote over a channel is answered there, whatever they prefer.
        channel = Channel(telling.details["channel"])
        return (channel,) if recipient.address(channel) else ()
    step = policy.chain.step(ticket.step) if ticket and telling.to == "ticket" else None
    return recipient.over(step.channels if step else policy.chain.channels)


def _severity(telling: Telling) -> Severity:
    urgent = telling.kind in URGENT or bool(telling.details.get("final"))
    return Severity.HIGH if urgent else Severity.MEDIUM
