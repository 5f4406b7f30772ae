"""Approvals as the evaluation of an event sees them: what it begins, changes or ends, and who is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from herald.domain.approval.approval import State, approval_id
from herald.domain.canonical import fingerprint
from herald.domain.configuration import Configuration
from herald.domain.decision import Skip
from herald.domain.delivery import Channel
from herald.domain.event import Event
from herald.domain.notification import Notification, Severity, notification_id, person_of
from herald.ports import Clock
from herald.usecases.approvals import approval_events as kinds
from herald.usecases.approvals.approval_values import approval_values, order_values
from herald.usecases.approvals.desk import Applied, Desk, FactsBy, Submission
from herald.usecases.approvals.follow import Follow
from herald.usecases.approvals.tellings import TEMPLATES, Tellings


@dataclass(frozen=True, slots=True)
class ApprovalMatter:
    """What an event means for approvals: further facts of its decision, and notifications by id."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True)
class Approvals:
    """Applies an event, and follows what it changed."""

    desk: Desk
    tellings: Tellings
    follow: Follow
    clock: Clock

    def submitted(
        self, event: Event, subject: str, configuration: Configuration, facts: FactsBy,
        asked: Mapping[str, Sequence[str]],
    ) -> ApprovalMatter:  # fmt: skip
        """Begin or change the approvals of what an event is about; ``asked`` holds rules that matched, by chain."""
        told = Submission(event, subject, configuration, facts)
        applied = []
        for chain in self.desk.chains(subject, asked):
            known = self.desk.load(approval_id(chain, subject))
            if known is not None and known.state is not State.OPEN:
                # Before a change may open it again, so that no end is without its receipt.
                self.follow.ended(known)
            if known is not None or asked.get(chain):
                applied.append(self.desk.submitted(told, chain, asked.get(chain, ())))
        return self._matter(event, applied, configuration, {})

    def heard(self, event: Event, configuration: Configuration) -> ApprovalMatter:
        """Apply an event about an approval. Raises ``PoisonError``, ``CallFailed`` and ``StorageError``."""
        if event.type == kinds.REPLY_UNCLEAR:
            return self._reply_unclear(event, configuration)
        applied = self.desk.apply(event)
        facts = {"order": order_values(applied.approval), "result": str(applied.heard.result)}
        return self._matter(event, [applied], configuration, facts)

    def _matter(
        self, event: Event, applied: Sequence[Applied], configuration: Configuration, facts: Mapping[str, Any]
    ) -> ApprovalMatter:
        if not applied:
            return ApprovalMatter(facts)
        told = self.tellings(event, applied, configuration, self.clock())
        known = {
            **facts,
            "approvals": [one.approval.id for one in applied],
            "approval": approval_values(applied[0].approval),
            **({"tellings": told.tellings} if told.tellings else {}),
        }
        return ApprovalMatter(known, told.notifications, tuple(told.skips))

    def _reply_unclear(self, event: Event, configuration: Configuration) -> ApprovalMatter:
        """Tell whoever sent a code that is none; nothing of any approval is told."""
        person, channel = person_of(event.data["person"]), Channel(event.data["channel"])
        identity = notification_id("approval.recorded", "reply", fingerprint(event.id), person)
        notification = Notification(
            id=identity, event_id=event.id, rule_id="approval.recorded", subject=event.subject, audience="reply",
            recipient=person, template=TEMPLATES["recorded"], channels=(channel,), severity=Severity.MEDIUM,
            config_version=configuration.version, created_at=self.clock(), about="reply",
        )  # fmt: skip
        ask = {"kind": "recorded", "result": event.data["result"]}
        return ApprovalMatter({"tellings": {"reply": {"approval": {}, "ask": ask}}}, {identity: notification})
