"""From event to decision: read the facts, ask the rules, open the notifications."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from herald.domain.audit import AuditRecord
from herald.domain.configuration import Configuration, Notify, Rule
from herald.domain.decision import ASKS, Decision, Skip, Verdict
from herald.domain.errors import CallFailed, Fate, PoisonError, Reason
from herald.domain.event import Event
from herald.domain.event_types import APPROVAL_PREFIX
from herald.domain.facts import MappingError, build_facts, facts_fingerprint
from herald.domain.notification import Notification, notification_id
from herald.domain.reach import reach
from herald.domain.retry import backoff
from herald.domain.workflow_mapping import as_agreed
from herald.ports import (
    AuditTrail,
    Checkpoint,
    Clock,
    ConfigurationStore,
    Count,
    Decisions,
    DispatchQueue,
    Inbox,
    Ledger,
    RuleEngine,
    Threekit,
    WritebackQueue,
)  # fmt: skip
from herald.usecases.matters import (
    LOCALIZATION_COMPLETED,
    REGIONAL_APPROVAL_COMPLETED,
    REMEMBERED,
    Matter,
    Matters,
)
from herald.usecases.order_reading import UnverifiableError, read_objects
from herald.usecases.outcome import DONE, Later, Outcome

if TYPE_CHECKING:
    from herald.usecases.approvals.approvals import Approvals
    from herald.usecases.approvals.desk import FactsBy

VISIBLE_WITHIN = timedelta(minutes=10)
"""How long an object that was told of may be missing before it counts as gone."""
UNDECIDED = frozenset(
    {Reason.MAPPING_FAILED, Reason.NOT_FOUND, Reason.REFUSED, Reason.WINDOW_PASSED, Reason.UNVERIFIABLE}
)
"""Skips of a whole event that an operator should hear of: no rule was asked."""


@dataclass(frozen=True, slots=True)
class _About:
    """What a rule's consequence is about; effects are keyed by ``version``."""

    event: Event
    matter: Matter
    configuration: Configuration
    facts: Mapping[str, Any]
    version: str


@dataclass(frozen=True)
class Evaluate:
    """Decides about one event, once, and follows that decision to the end."""

    inbox: Inbox
    decisions: Decisions
    ledger: Ledger
    audit: AuditTrail
    configurations: ConfigurationStore
    threekit: Threekit
    rules: RuleEngine
    matters: Matters
    dispatch: DispatchQueue
    writeback: WritebackQueue
    approvals: "Callable[[], Approvals]"
    """Made when the first is asked for: an event that needs none does not pay for its import."""
    clock: Clock
    chance: Callable[[], float]
    checkpoint: Checkpoint
    count: Count
    window: timedelta

    def __call__(self, event_id: str, attempt: int) -> Outcome:
        """Decide and enqueue. Raises ``PoisonError`` if there is no such event; ``attempt`` counts receives from 1."""
        event = self.inbox.load(event_id)
        if event is None:
            raise PoisonError(Reason.NOT_FOUND, f"the inbox holds no event {event_id}")
        decision = self.decisions.load(event_id)
        if decision is None:
            try:
                decision = self._decide(event)
            except CallFailed as failure:
                if self._may_pass(event, failure):
                    self._note_postponed(event, attempt, failure)
                    return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)
                reason = failure.reason if failure.fate is Fate.PERMANENT else Reason.WINDOW_PASSED
                decision = self._nothing_done(event, Skip("event", reason, str(failure)))
            self.checkpoint("evaluate.decided", event.subject)
            decision = self.decisions.save(decision)
            self.checkpoint("evaluate.saved", event.subject)
        try:
            self._follow(event, decision)
        except CallFailed as failure:
            # The key that signs receipts cannot be had; nothing is lost by waiting for it.
            return Later(backoff(attempt, self.chance(), failure.retry_after), failure.reason)
        return DONE

    def _may_pass(self, event: Event, failure: CallFailed) -> bool:
        """Say whether reading again later may help; an order is told of perhaps before it can be read."""
        age = self.clock() - event.received_at
        if failure.reason is Reason.NOT_FOUND:
            return age < VISIBLE_WITHIN
        return failure.fate is not Fate.PERMANENT and age < self.window

    def _decide(self, event: Event) -> Decision:
        configuration = self.configurations.active()
        if event.type.startswith(APPROVAL_PREFIX):
            return self._about_approval(event, configuration)
        try:
            return self._by_rules(event, configuration)
        except UnverifiableError as error:
            return self._nothing_done(event, Skip("event", Reason.UNVERIFIABLE, str(error)), configuration.version)
        except MappingError as error:
            return self._nothing_done(event, Skip("event", Reason.MAPPING_FAILED, str(error)), configuration.version)

    def _by_rules(self, event: Event, configuration: Configuration) -> Decision:
        agreed = as_agreed(event, configuration.mapping)
        listening = configuration.rules_for(agreed.type)
        if not listening and agreed.type not in REMEMBERED:
            return self._nothing_done(event, _nobody_listens(agreed), configuration.version)
        objects = read_objects(agreed, self.threekit)
        facts = build_facts(agreed, objects, configuration.mapping, self.clock())
        matter = self.matters(agreed, objects, facts, configuration)
        known = {**facts, **matter.facts}
        skip = matter.skip or (None if listening else _nobody_listens(agreed))
        if skip is not None:
            return self._nothing_done(event, skip, configuration.version, known)

        def read_by(other: Configuration) -> Mapping[str, Any]:
            same = other.version == configuration.version
            return known if same else {**build_facts(agreed, objects, other.mapping, self.clock()), **matter.facts}

        return self._decided(event, configuration, listening, known, matter, read_by)

    def _decided(
        self, event: Event, configuration: Configuration, listening: tuple[Rule, ...], facts: Mapping[str, Any],
        matter: Matter, read_by: "FactsBy",
    ) -> Decision:  # fmt: skip
        version = matter.version or facts_fingerprint(facts)
        outcomes = self.rules.evaluate(configuration, listening, facts)
        verdicts = {said.rule_id: said.verdict for said in outcomes}
        matched = [rule for rule in listening if verdicts.get(rule.id) is Verdict.MATCHED]
        about = _About(event, matter, configuration, facts, version)
        skips: list[Skip] = []
        notifications: dict[str, Notification] = {}
        asked: dict[str, list[str]] = {}
        for rule in matched:
            if rule.then is not None:
                told, untold = self._told(about, rule, rule.then)
                notifications |= told
                skips += untold
        for rule in listening:
            if rule.approval is not None and verdicts.get(rule.id) in ASKS:
                asked.setdefault(rule.approval, []).append(rule.id)
        if "order" in facts and configuration.approvals:
            found = self.approvals().submitted(event, matter.subject, configuration, read_by, asked)
            notifications |= found.notifications
            skips += found.skips
            facts = {**facts, **found.facts}
        if not matched:
            listens = f"{len(listening)} rules listen to {facts['event']['type']}"
            skips.append(Skip("event", Reason.NO_RULE_MATCHED, listens))
        return Decision(
            event_id=event.id, config_version=configuration.version, decided_at=self.clock(), facts=facts,
            facts_fingerprint=version, outcomes=tuple(outcomes), skips=tuple(skips),
            notifications=tuple(notifications.values()),
        )  # fmt: skip

    def _about_approval(self, event: Event, configuration: Configuration) -> Decision:
        known = {"event": {"id": event.id, "type": event.type, "subject": event.subject}, "now": self.clock()}
        found = self.approvals().heard(event, configuration)
        return Decision(
            event_id=event.id, config_version=configuration.version, decided_at=self.clock(),
            facts={**known, **found.facts}, facts_fingerprint=event.body_hash, outcomes=(), skips=found.skips,
            notifications=tuple(found.notifications.values()),
        )  # fmt: skip

    def _told(self, about: _About, rule: Rule, then: Notify) -> tuple[dict[str, Notification], list[Skip]]:
        reached = reach(then, about.configuration, about.facts, self.clock())
        if not reached:
            nobody = f"audience {then.audience} is nobody for this event"
            return {}, [Skip(rule.id, Reason.NO_RECIPIENTS, nobody)]
        notifications, skips = {}, []
        for one in reached:
            if one.without_consent:
                lacking = f"a member of {then.audience} did not consent to {', '.join(one.without_consent)}"
                skips.append(Skip(rule.id, Reason.NO_CONSENT, lacking))
            elif not one.channels:
                skips.append(Skip(rule.id, Reason.NO_ADDRESS, f"a member of {then.audience} has no usable address"))
            if not one.channels:
                continue
            identity = notification_id(rule.id, about.matter.subject, about.version, one.recipient)
            notifications[identity] = Notification(
                id=identity, event_id=about.event.id, rule_id=rule.id, subject=about.matter.subject,
                audience=then.audience, recipient=one.recipient, template=then.template, channels=one.channels,
                severity=then.severity, config_version=about.configuration.version, created_at=self.clock(),
                sequence=about.matter.row,
            )  # fmt: skip
        return notifications, skips

    def _nothing_done(
        self, event: Event, skip: Skip, config_version: str = "", facts: Mapping[str, Any] | None = None
    ) -> Decision:
        return Decision(
            event_id=event.id, config_version=config_version, decided_at=self.clock(), facts=facts or {},
            facts_fingerprint=facts_fingerprint(facts) if facts else "",
            outcomes=(), skips=(skip,), notifications=(),
        )  # fmt: skip

    def _follow(self, event: Event, decision: Decision) -> None:
        already: list[Skip] = []
        # First, so that a timer is set and a reply is understood before anybody is asked.
        for identity in decision.facts.get("approvals", ()):
            self.approvals().follow(identity, event.id)
        for notification in decision.notifications:
            standing = self.ledger.open(notification)
            self.checkpoint("evaluate.opened", event.subject)
            if standing.event_id == event.id:
                self.dispatch.put(notification.id)
                self.checkpoint("evaluate.enqueued", event.subject)
            else:
                already.append(Skip(notification.rule_id, Reason.ALREADY_NOTIFIED, f"by event {standing.event_id}"))
        self._write_back(event, decision)
        told = len(decision.notifications) - len(already)
        self.audit.append(_decided_record(event, replace(decision, skips=(*decision.skips, *already)), told))
        if any(skip.what == "event" and skip.reason in UNDECIDED for skip in decision.skips):
            self.count("EventsUndecided", 1)
        empty = sum(skip.reason is Reason.NO_RECIPIENTS for skip in decision.skips)
        if empty:
            self.count("AudiencesEmpty", empty)
        errors = sum(outcome.verdict is Verdict.ERROR for outcome in decision.outcomes)
        if errors:
            self.count("RuleErrors", errors)
        self.checkpoint("evaluate.audited", event.subject)

    def _write_back(self, event: Event, decision: Decision) -> None:
        """Enqueue what is noted in Threekit without a rule: milestones on their order, the launch on its item."""
        told = decision.facts.get("event", {})
        if "milestone" in decision.facts:
            self.writeback.put(decision.facts["milestone"]["order"], "milestones", event.id)
        elif told.get("type") in (LOCALIZATION_COMPLETED, REGIONAL_APPROVAL_COMPLETED):
            self.writeback.put(str(told["subject"]).partition("/")[2], "item", event.id)
        else:
            return
        self.checkpoint("evaluate.written_back", event.subject)

    def _note_postponed(self, event: Event, attempt: int, failure: CallFailed) -> None:
        self.audit.append(
            AuditRecord(
                event_id=event.id, key=f"evaluation-postponed:{attempt}", action="event.evaluation_postponed",
                actor="rule_evaluation", at=self.clock(), outcome=failure.fate,
                details={"reason": failure.reason, "status": failure.status, "detail": failure.detail},
            )
        )  # fmt: skip


def _nobody_listens(event: Event) -> Skip:
    return Skip("event", Reason.NO_RULE_LISTENS, event.type)


def _decided_record(event: Event, decision: Decision, told: int) -> AuditRecord:
    return AuditRecord(
        event_id=event.id, key="decided", action="event.decided", actor="rule_evaluation", at=decision.decided_at,
        outcome="notify" if told else "nothing to do",
        details={
            "configuration": decision.config_version,
            "rules": {outcome.rule_id: outcome.verdict for outcome in decision.outcomes},
            "skips": [{"what": skip.what, "reason": skip.reason, "detail": skip.detail} for skip in decision.skips],
            "notifications": [notification.id for notification in decision.notifications],
        },
    )  # fmt: skip
