"""A storm in simulated time: OpenText fails in every way it can, and in the end every notification has one final state.

Everything between evaluation and OpenText is the real thing over memory: dispatch, gate, ledger, tracking, settling,
HTTP client and the strict simulator. Only sockets, queues and time are played. ``python -m tests.soak.storm`` plays a
whole hour of outage at 20 notifications a second; the suite plays minutes of it.
"""

import argparse
import heapq
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from tests.builders import NOW, MovingClock

from herald.adapters.configuration_bundle import versioned
from herald.adapters.http_client import HttpClient
from herald.adapters.memory import (
    MemoryConfigurationStore,
    MemoryDecisions,
    MemoryDispatchQueue,
    MemoryInbox,
    MemoryLedger,
    MemorySecrets,
    MemoryStateStore,
)
from herald.adapters.memory_timers import MemoryTimers
from herald.adapters.opentext import OpenTextApi, OpenTextNotifications
from herald.adapters.opentext_authentication import BasicAuthentication
from herald.adapters.templates import JinjaRenderer
from herald.domain.audit import AuditEntry, AuditRecord, chained, genesis
from herald.domain.configuration import Audience, Configuration, Notify, Rule, StatusReading
from herald.domain.decision import Decision
from herald.domain.delivery import FINAL, Channel, DeliveryState
from herald.domain.envelope import Told
from herald.domain.errors import Reason
from herald.domain.gate import GatePolicy
from herald.domain.media_type import JSON
from herald.domain.notification import Notification, Recipient, Severity
from herald.domain.opentext_envelope import read_status_push
from herald.ports import Recorded
from herald.usecases.basis import FindBasis
from herald.usecases.budget import Budgets
from herald.usecases.deliveries import Deliveries
from herald.usecases.digest_entries import DigestEntries
from herald.usecases.dispatch import Dispatch
from herald.usecases.message_making import MessageMaker
from herald.usecases.outcome import DONE, Later, Outcome
from herald.usecases.passage import Passage
from herald.usecases.settle_deliveries import SettleDeliveries
from herald.usecases.track import Track
from herald.usecases.treatment import treatment
from simulators import OpenTextSimulator
from simulators.in_process import IN_PROCESS_URL, in_process
from simulators.opentext.outcomes import OUTCOME_NAMES

MOST_RECEIVES = 100
"""``maxReceiveCount`` of the dispatch queue: a message received more often is in the dead-letter queue."""
SUBMITS = "POST /mra/v1/outbound/emails"
MINUTE = timedelta(minutes=1)
GRACE = timedelta(minutes=15)


@dataclass(frozen=True)
class Plan:
    """What happens. Shares are of all submits or pushes; times count from the beginning."""

    per_second: int = 20
    arrivals: timedelta = timedelta(minutes=80)
    outage: tuple[timedelta, timedelta] = (timedelta(minutes=10), timedelta(minutes=70))
    storms: tuple[tuple[timedelta, timedelta], ...] = (
        (timedelta(minutes=2), timedelta(minutes=6)), (timedelta(minutes=75), timedelta(minutes=90)),
    )  # fmt: skip
    storm_per_second: float = 10.0
    gate_per_second: float = 40.0
    answers_lost: float = 0.01
    requests_lost: float = 0.005
    pushes_lost: float = 0.1
    pushes_doubled: float = 0.1
    silent_webhook: tuple[timedelta, timedelta] = (timedelta(minutes=90), timedelta(minutes=110))
    deduplicates: bool = False
    seed: int = 7


SHORT = Plan(
    arrivals=timedelta(minutes=2), outage=(timedelta(seconds=20), timedelta(seconds=80)),
    storms=((timedelta(seconds=2), timedelta(seconds=15)), (timedelta(seconds=90), timedelta(seconds=110))),
    silent_webhook=(timedelta(seconds=60), timedelta(minutes=6)), answers_lost=0.03, requests_lost=0.02,
)  # fmt: skip


@dataclass
class ForgetfulAudit:
    """An audit that keeps how often each action was noted under each key, and no more: there are millions."""

    actions: Counter[str] = field(default_factory=Counter)
    _keys: set[tuple[str, str]] = field(default_factory=set)

    def append(self, record: AuditRecord) -> AuditEntry:
        """Note it once."""
        if (record.event_id, record.key) not in self._keys:
            self._keys.add((record.event_id, record.key))
            self.actions[record.action] += 1
        return chained(record, 1, genesis(record.event_id))

    def entries(self, event_id: str) -> list[AuditEntry]:
        """Nobody reads it back."""
        raise NotImplementedError(event_id)


class NoWriteback:
    """A write-back queue nobody works off."""

    def put(self, object_id: str, about: str, event_id: str, note: str = "") -> None:
        """Take it."""


@dataclass
class Result:
    """What became of everything."""

    notifications: int
    states: Counter[str]
    reasons: Counter[str]
    sends: Counter[int]
    excusable: int
    unsettled: int
    dead: int
    most_receives: int
    counts: Counter[str]
    actions: Counter[str]
    seconds: float = 0.0

    @property
    def doubled(self) -> int:
        """How many recipients got a message more than once."""
        return sum(number for times, number in self.sends.items() if times > 1)


class Storm:
    """Plays a plan to its end."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.clock = MovingClock()
        self.chance = random.Random(plan.seed)  # noqa: S311 - a storm that can be repeated
        self.counts: Counter[str] = Counter()
        self.opentext = OpenTextSimulator(manual=True, clock=self.clock, dedupe_message_id=plan.deduplicates)
        self._future: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._receives: Counter[str] = Counter()
        self._dead: list[str] = []
        self._lost_after_effect: set[str] = set()
        self._notifications: list[str] = []
        self._jobs_seen = 0
        self._compose()

    def play(self) -> Result:
        """Play until nothing is left to happen."""
        begun = time.monotonic()
        every = timedelta(seconds=1) / self.plan.per_second
        for number in range(int(self.plan.arrivals / every)):
            self._at(NOW + number * every, self._arrive(number))
        for begin, end in (self.plan.outage, *self.plan.storms):
            outage = (begin, end) == self.plan.outage
            self._at(NOW + begin, self._switch(outage=outage, on=True))
            self._at(NOW + end, self._switch(outage=outage, on=False))
        for minutes in itertools.chain(range(5, 12 * 60, 5), range(12 * 60, 90 * 60, 60)):
            self._at(NOW + minutes * MINUTE, self._settle)
        for minutes in range(1, 60, 3):
            self._at(NOW + minutes * MINUTE, self._push_foreign)
        while self._future:
            moment, _, act = heapq.heappop(self._future)
            self.clock.now = max(self.clock.now, moment)
            act()
        return self._result(time.monotonic() - begun)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _at(self, moment: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self._future, (moment, next(self._numbers), act))

    def _switch(self, *, outage: bool, on: bool) -> Callable[[], None]:
        def switch() -> None:
            if outage:
                self.opentext.switches.outage = on
            else:
                self.opentext.switches.requests_per_second = self.plan.storm_per_second if on else 0.0

        return switch

    def _arrive(self, number: int) -> Callable[[], None]:
        def arrive() -> None:
            event_id = f"evt_{number}"
            outcome = OUTCOME_NAMES[number % len(OUTCOME_NAMES)] if number % 10 == 0 else "delivered"
            recipient = Recipient(name="Someone", email=f"{outcome}.{number}@example.com")
            notification = Notification(
                f"ntf_{number}", event_id, "rule", f"order/{number}", "all", recipient, "plain", (Channel.EMAIL,),
                Severity.LOW, self.configuration.version, self.clock(),
            )  # fmt: skip
            self.decisions.save(Decision(event_id, self.configuration.version, self.clock(), {}, "", (), (), ()))
            self.ledger.open(notification)
            self._notifications.append(notification.id)
            self._receive(notification.id)

        return arrive

    def _receive(self, notification_id: str) -> None:
        self._receives[notification_id] += 1
        if self._receives[notification_id] > MOST_RECEIVES:
            self._dead.append(notification_id)
            return
        self._perhaps_lose(notification_id)
        outcome = self.dispatch(notification_id)
        self.opentext.faults.clear()
        self.opentext.requests.clear()
        self._follow_new_jobs()
        if isinstance(outcome, Later):
            self._at(
                self.clock() + max(outcome.after, timedelta(milliseconds=1)), lambda: self._receive(notification_id)
            )
        self._take_dispatch_queue()

    def _perhaps_lose(self, notification_id: str) -> None:
        drawn = self.chance.random()
        if drawn < self.plan.answers_lost:
            kinds: list[dict[str, Any]] = [
                {"reset": "after_effect"}, {"answer": "truncated"}, {"hang_seconds": 1.0},
            ]  # fmt: skip
            kind = self.chance.choice(kinds)
            self.opentext.faults.next(SUBMITS, **kind)
            self._lost_after_effect.add(notification_id)
        elif drawn < self.plan.answers_lost + self.plan.requests_lost:
            self.opentext.faults.next(SUBMITS, reset="before_effect")

    def _take_dispatch_queue(self) -> None:
        for notification_id in self.queue.take_all():
            self._at(self.clock(), lambda one=notification_id: self._receive(one))  # type: ignore[misc]

    def _follow_new_jobs(self) -> None:
        submits = self.opentext.submits
        for submit in submits[self._jobs_seen :]:
            delay = timedelta(seconds=self.chance.uniform(0.5, 30))
            self._at(self.clock() + delay, lambda job=submit.job_id: self._advance(job))  # type: ignore[misc]
        self._jobs_seen = len(submits)

    def _advance(self, job_id: str) -> None:
        job = self.opentext.advance(job_id)
        job.history.clear()
        self._push(self.status_of(job_id))
        if not job.finished:
            delay = timedelta(seconds=self.chance.uniform(0.5, 120))
            self._at(self.clock() + delay, lambda: self._advance(job_id))

    def status_of(self, job_id: str) -> dict[str, Any]:
        """The body OpenText would push for a job."""
        return dict(self.opentext.jobs[job_id].status())

    def _push(self, body: dict[str, Any]) -> None:
        begin, end = self.plan.silent_webhook
        if NOW + begin <= self.clock() < NOW + end or self.chance.random() < self.plan.pushes_lost:
            return
        copies = 2 if self.chance.random() < self.plan.pushes_doubled else 1
        for _ in range(copies):
            # What is told within five minutes of each other arrives in any order.
            self._at(self.clock() + timedelta(seconds=self.chance.uniform(0, 300)), lambda: self._hear(body))

    def _push_foreign(self) -> None:
        self._hear(dict(self.opentext.push_foreign_status()))

    def _hear(self, body: dict[str, Any]) -> None:
        parsed = json.loads(json.dumps(body))
        told = Told("notifications", JSON, parsed, signed=False, message_id="", received_at=self.clock())
        for event in read_status_push(told):
            if self.inbox.record(event) is Recorded.NEW:
                self._work(lambda identity=event.id: self.track(identity))  # type: ignore[misc]
        self._take_dispatch_queue()

    def _settle(self) -> None:
        outcome = self.settle(1, lambda: True)
        self.opentext.requests.clear()
        for event_id in self.found:
            self._work(lambda identity=event_id: self.track(identity))  # type: ignore[misc]
        self.found.clear()
        self._take_dispatch_queue()
        if isinstance(outcome, Later):
            self._at(self.clock() + max(outcome.after, timedelta(seconds=1)), self._settle)

    def _work(self, handle: Callable[[], Outcome]) -> None:
        outcome = handle()
        if outcome is not DONE and isinstance(outcome, Later):
            self._at(self.clock() + outcome.after, lambda: self._work(handle))

    # -- what it is played on ----------------------------------------------------------------------------------------

    def _compose(self) -> None:
        self.configuration = versioned(_configuration())
        configurations = MemoryConfigurationStore(self.configuration)
        self.ledger, self.decisions, self.audit = MemoryLedger(), MemoryDecisions(), ForgetfulAudit()
        self.inbox, self.queue = MemoryInbox(self.clock), MemoryDispatchQueue()
        self.found: list[str] = []
        state = MemoryStateStore(self.clock)
        passage = Passage(state, "opentext", GatePolicy(self.plan.gate_per_second), self.clock, self._count)
        opentext = self._client()
        renderer, timers = JinjaRenderer(), MemoryTimers()
        basis = FindBasis(self.decisions, configurations)
        digests = DigestEntries(state, self.ledger, basis, renderer)
        deliveries = Deliveries(
            ledger=self.ledger, audit=self.audit, writeback=NoWriteback(), clock=self.clock,
            checkpoint=_no_checkpoint, count=self._count,
        )  # fmt: skip
        self.dispatch = Dispatch(
            ledger=self.ledger, deliveries=deliveries, basis=basis,
            messages=MessageMaker(renderer, digests, links=dict, prefix="storm"),
            treat=treatment(deliveries, basis, state, timers), timers=timers, opentext=opentext, passage=passage,
            budgets=Budgets(configurations, state, lambda: self.inbox, self._count, _no_checkpoint),
            state=state, clock=self.clock, chance=self.chance.random, checkpoint=_no_checkpoint,
            lease=timedelta(minutes=2), grace=GRACE, window=timedelta(hours=24),
        )  # fmt: skip
        self.track = Track(
            inbox=self.inbox, ledger=self.ledger, audit=self.audit, replies=lambda _event: DONE,
            configurations=configurations, dispatch=self.queue, writeback=NoWriteback(), clock=self.clock,
            checkpoint=_no_checkpoint, count=self._count,
        )  # fmt: skip
        self.settle = SettleDeliveries(
            ledger=self.ledger, inbox=_Noticing(self.inbox, self.found), opentext=opentext, passage=passage,
            state=state, audit=self.audit, dispatch=self.queue, writeback=NoWriteback(), clock=self.clock,
            checkpoint=_no_checkpoint, count=self._count, source="notifications",
        )  # fmt: skip

    def _client(self) -> OpenTextNotifications:
        account = self.opentext.credentials.account
        http = HttpClient([IN_PROCESS_URL], self.clock)
        http._client = httpx.Client(transport=in_process(self.opentext))
        secret = MemorySecrets({"basic": {"user_id": account.user_id, "password": account.password}})
        for outcome in OUTCOME_NAMES:
            self.opentext.outcomes.set(f"{outcome}.*", outcome)  # type: ignore[arg-type]
        return OpenTextNotifications(http, OpenTextApi(IN_PROCESS_URL), BasicAuthentication(secret))

    def _count(self, name: str, number: int) -> None:
        self.counts[name] += number

    def _result(self, seconds: float) -> Result:
        states: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        unsettled = 0
        for notification_id in self._notifications:
            record = self.ledger.load(notification_id)
            assert record is not None
            final = [one for one in record.deliveries if one.state in FINAL]
            unsettled += len(final) != 1 or len(record.deliveries) != 1
            for delivery in record.deliveries:
                states[delivery.state] += 1
                if delivery.state is not DeliveryState.DELIVERED:
                    reasons[f"{delivery.state}: {delivery.reason}"] += 1
        per_recipient = self.opentext.sends_per_recipient()
        twice = {name.rpartition("@")[0].rpartition(".")[2] for name, times in per_recipient.items() if times > 1}
        excusable = sum(f"ntf_{number}" in self._lost_after_effect for number in twice)
        return Result(
            len(self._notifications), states, reasons, Counter(per_recipient.values()), excusable, unsettled,
            len(self._dead), max(self._receives.values()), self.counts, self.audit.actions, seconds,
        )  # fmt: skip


class _Noticing:
    """An inbox that tells which events were new, as its stream would."""

    def __init__(self, inbox: MemoryInbox, found: list[str]) -> None:
        self._inbox, self._found = inbox, found

    def record(self, event: Any) -> Recorded:
        recorded = self._inbox.record(event)
        if recorded is Recorded.NEW:
            self._found.append(event.id)
        return recorded

    def load(self, event_id: str) -> Any:
        return self._inbox.load(event_id)


def _no_checkpoint(name: str, subject: str) -> None:
    """Nobody dies here."""


def _configuration() -> Configuration:
    rule = Rule("rule", "Everything", ("threekit.order.created",), "true",
                Notify("all", "plain", (Channel.EMAIL,), Severity.LOW))  # fmt: skip
    parts = {"subject.txt": "Hello", "body.txt": "Hello", "body.html": "<p>Hello</p>"}
    return Configuration(
        "", (rule,), {}, {"all": Audience("all")}, {}, {f"plain/en/{part}": text for part, text in parts.items()},
        status=StatusReading(dsn_status="status"),
    )  # fmt: skip


def problems(result: Result) -> list[str]:
    """Return what must never be; empty if all is as promised."""
    found = []
    if result.unsettled:
        found.append(f"{result.unsettled} notifications have no final state, or more than one")
    if result.dead:
        found.append(f"{result.dead} messages went to the dead-letter queue")
    if result.doubled != result.excusable:
        found.append(f"{result.doubled - result.excusable} recipients got a message twice whose answer was not lost")
    if any(times > 2 for times in result.sends):
        found.append("somebody got a message more than twice")
    if result.states[DeliveryState.FAILED] and result.reasons[f"FAILED: {Reason.UNEXPECTED_ERROR}"]:
        found.append("something failed for a reason nobody foresaw")
    return found


def main() -> int:
    """Play the whole storm and print what became of it; exit 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="minutes instead of hours")
    parser.add_argument("--deduplicates", action="store_true", help="OpenText answers a known message_id with its job")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    plan = SHORT if chosen.short else Plan(deduplicates=chosen.deduplicates)
    result = Storm(plan).play()
    found = problems(result)
    report = {
        "notifications": result.notifications, "states": result.states, "reasons": result.reasons,
        "sent to each recipient": result.sends, "sent twice, the answer being lost": result.excusable,
        "most receives of one message": result.most_receives, "counts": result.counts, "audit": result.actions,
        "seconds": round(result.seconds, 1), "broken promises": found,
    }  # fmt: skip
    sys.stdout.write(json.dumps(report, indent=2, default=str) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
