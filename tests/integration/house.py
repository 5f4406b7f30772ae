"""The whole house over emulated queues and tables, with real vendor simulators and a clock that only the test moves."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import boto3
from tests.builders import MovingClock
from tests.integration.house_resources import APPROVALS, HOLDS, PATH_TOKEN, Resources

from herald.adapters.dynamodb_audit import DynamoAuditTrail
from herald.adapters.dynamodb_decisions import DynamoDecisions
from herald.adapters.dynamodb_inbox import DynamoInbox
from herald.adapters.dynamodb_ledger import DynamoLedger
from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.sqs import SqsReceivedQueue
from herald.domain.configuration import Configuration
from herald.domain.rfc3339 import spell_timestamp
from herald.domain.threekit_envelope import THREEKIT_WEBHOOK
from herald.runtime import queue_messages
from herald.runtime.batch import consume
from herald.runtime.bootstrap import (
    approval_page,
    approval_timer,
    catalog_scan,
    delivery_tracking,
    event_relay,
    ingress,
    notification_dispatch,
    opentext_callback,
    reconcile,
    report_download,
    rule_evaluation,
    threekit_writeback,
)
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import (
    CallbackSettings,
    DispatchSettings,
    EvaluationSettings,
    PageSettings,
    ReconcileSettings,
    RelaySettings,
    ReportSettings,
    ScanSettings,
    TimerSettings,
    TrackingSettings,
    WebhookSettings,
    WritebackSettings,
)
from herald.runtime.stream import references
from herald.usecases.outcome import Outcome
from herald.usecases.relay import RelayRefusedError
from herald.usecases.trace import Trace, Tracer
from simulators import OpenTextSimulator, ThreekitSimulator

VISIBILITY = timedelta(seconds=190)


class KilledError(BaseException):
    """The process is gone: no handler of an exception gets to run."""


@dataclass
class Message:
    """A message in flight, as Lambda hands it over."""

    record: dict[str, Any]
    due: datetime
    attempt: int = 0


@dataclass
class Work:
    """A queue, the function that works it off, and what is in flight."""

    name: str
    url: str
    dead_letter_url: str
    handle: Callable[[Mapping[str, Any], int], Outcome]
    in_flight: dict[str, Message] = field(default_factory=dict)


class NotedQueue(SqsReceivedQueue):
    """The real adapter, beside which the test learns how long a message is postponed."""

    postponed: dict[str, float]

    def postpone(self, receipt_handle: str, seconds: float) -> None:
        super().postpone(receipt_handle, seconds)
        self.postponed[receipt_handle] = seconds


class House:
    """Built inside ``mock_aws``. Send to it, then ``settle()``; kill it where ``die_at`` says."""

    def __init__(
        self, threekit: ThreekitSimulator, opentext: OpenTextSimulator, configuration: Configuration,
        **settings: Any,
    ) -> None:  # fmt: skip
        """``settings`` win over what is set here."""
        self.clock = MovingClock()
        self.threekit, self.opentext = threekit, opentext
        self.die_at: set[str] = set()
        self.scans = 0
        self.deaths: list[str] = []
        self.vendor_plays = True
        self.enough_time: Callable[[], bool] = lambda: True
        self.counts: Counter[str] = Counter()
        self._resources = Resources(configuration, self.clock, threekit, opentext)
        self.dynamodb, self.sqs = self._resources.dynamodb, self._resources.sqs
        self.s3, self.scheduler = self._resources.s3, self._resources.scheduler
        self.tables, self.queues = self._resources.tables, self._resources.queues
        self.dead_letters, self.configurations = self._resources.dead_letters, self._resources.configurations
        self._unrelayed: list[Any] = []
        self._settings = partial(self._resources.settings, settings)
        self._compose()

    # -- what a test says --------------------------------------------------------------------------------------------

    def tell(self, body: Mapping[str, Any] | bytes, source: str = "orders", **headers: str) -> dict[str, Any]:
        """POST to the webhook; return the answer with its body parsed."""
        return self._post(self.webhook, body, source, headers)

    def call_back(self, body: Mapping[str, Any], source: str = "notifications") -> dict[str, Any]:
        """POST a body to the callback's door."""
        return self._post(self.callback, body, source, {})

    def order_created(self, order_id: str) -> dict[str, Any]:
        """Tell of an order as Threekit does."""
        order = self.threekit.orders[order_id]
        return self.tell({"topic": "orders", "action": "created", "data": order})

    def sweep(self, name: str) -> None:
        """Let the schedule ask for a sweep."""
        self.sqs.send_message(QueueUrl=self.queues["Reconcile"], MessageBody=json.dumps({"sweep": name}))

    def scan(self, **message: Any) -> None:
        """Let the schedule ask for a scan."""
        self.scans += 1
        body = {"step": "begin", "ask": f"ask-{self.scans}", "by": "schedule", **message}
        self.sqs.send_message(QueueUrl=self.queues["Scan"], MessageBody=json.dumps(body))

    def open_report(self, token: str) -> dict[str, Any]:
        """GET a report by its link's token."""
        return self.download({"pathParameters": {"token": token}, "requestContext": {"requestId": "request-1"}})

    def visit(
        self, token: str, form: Mapping[str, str] | None = None, *, tail: str = "", method: str | None = None,
        address: str = "203.0.113.7",
    ) -> dict[str, Any]:  # fmt: skip
        """GET a page of an approval by its link's token, or POST a form to it."""
        return self.page(
            {
                "version": "2.0", "headers": {"content-type": "application/x-www-form-urlencoded"},
                "pathParameters": {"token": token}, "rawPath": f"/approvals/{token}{tail}",
                "body": urlencode(form) if form is not None else None, "isBase64Encoded": False,
                "requestContext": {
                    "requestId": "request-1",
                    "http": {"method": method or ("GET" if form is None else "POST"), "sourceIp": address},
                },
            }
        )  # fmt: skip

    def ring(self, approval: str, due: datetime) -> None:
        """Let the timer of an approval ring."""
        body = json.dumps({"approval": approval, "due": spell_timestamp(due)})
        self.sqs.send_message(QueueUrl=self.queues["ApprovalTimer"], MessageBody=body)

    def wait(self, time: timedelta) -> None:
        """Let time go by: timers ring when their time comes, and everything is worked off in between."""
        until = self.clock() + time
        self.settle(until - self.clock())
        for _ in range(1000):
            ringing = min(self._schedules(), key=lambda one: one[0], default=None)
            if ringing is None or ringing[0] > until:
                self.clock.now = max(self.clock(), until)
                return
            at, group, name = ringing
            self.clock.now = max(self.clock(), at)
            self._ring(group, name)
            self.settle(max(until - self.clock(), timedelta(0)))
        raise AssertionError("timers ring for ever")

    def put_again(self, queue: str, body: Mapping[str, Any]) -> None:
        """Let a queue deliver something it has delivered before."""
        self.sqs.send_message(QueueUrl=self.queues[queue], MessageBody=json.dumps(body))

    def lose_stream_records(self) -> None:
        """Let the relay never see what the stream holds now."""
        self._resources.new_stream_records()

    def settle(self, within: timedelta = timedelta(days=3)) -> None:
        """Work everything off, moving the clock on whenever there is nothing to do but wait."""
        deadline = self.clock() + within
        for _ in range(3000):
            if self._step():
                continue
            waiting = [message.due for work in self.works for message in work.in_flight.values()]
            if not waiting or min(waiting) > deadline:
                return
            self.clock.now = max(self.clock(), min(waiting))
        raise AssertionError("the house does not come to rest")

    def trace(self, event_id: str) -> Trace:
        """The whole story of an event."""
        found = Tracer(self.inbox, self.decisions, self.audit, self.ledger)(event_id)
        assert found is not None, f"nothing is recorded under {event_id}"
        return found

    def parked(self, name: str) -> list[dict[str, Any]]:
        """The messages in a dead-letter queue."""
        url = next(work.dead_letter_url for work in self.works if work.name == name)
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return list(answer.get("Messages", []))  # type: ignore[arg-type]

    def actions(self, event_id: str) -> list[str]:
        """The audit's actions of an event, in order."""
        return [entry.record.action for entry in self.audit.entries(event_id)]

    # -- how it runs -------------------------------------------------------------------------------------------------

    def checkpoint(self, name: str, subject: str) -> None:
        """Die where told, once."""
        if name in self.die_at:
            self.die_at.discard(name)
            self.deaths.append(name)
            raise KilledError(f"{name} {subject}")

    def _schedules(self) -> list[tuple[datetime, str, str]]:
        return [
            (self._time_of(group, one["Name"]), group, one["Name"])
            for group in (APPROVALS, HOLDS)
            for one in self.scheduler.list_schedules(GroupName=group)["Schedules"]
        ]

    def _time_of(self, group: str, name: str) -> datetime:
        told = self.scheduler.get_schedule(GroupName=group, Name=name)
        return datetime.fromisoformat(f"{told['ScheduleExpression'][3:-1]}+00:00")

    def _ring(self, group: str, name: str) -> None:
        told = self.scheduler.get_schedule(GroupName=group, Name=name)["Target"]
        self.scheduler.delete_schedule(GroupName=group, Name=name)
        queue = told["Arn"].rpartition(":")[2].removesuffix("Queue")
        self.sqs.send_message(QueueUrl=self.queues[queue], MessageBody=told["Input"])

    def _count(self, name: str, number: int) -> None:
        self.counts[name] += number

    def _step(self) -> bool:
        worked = self._relay()
        for work in self.works:
            self._receive(work)
            worked |= self._run(work)
        return self._play_vendor() or worked

    def _relay(self) -> bool:
        records = self._resources.new_stream_records()
        self._unrelayed.extend(records)
        if not self._unrelayed:
            return False
        batch = list(self._unrelayed)
        try:
            self.relay(references({"Records": batch}))
        except (KilledError, RelayRefusedError):
            return True
        del self._unrelayed[: len(batch)]
        return True

    def _receive(self, work: Work) -> None:
        answer = self.sqs.receive_message(
            QueueUrl=work.url, MaxNumberOfMessages=10, VisibilityTimeout=43_000, AttributeNames=["All"]
        )
        for message in answer.get("Messages", []):
            attributes: dict[str, Any] = dict(message.get("Attributes", {}).items())
            record = {
                "messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
                "attributes": attributes, "eventSource": "aws:sqs",
            }  # fmt: skip
            work.in_flight[message["MessageId"]] = Message(record, self.clock())

    def _run(self, work: Work) -> bool:
        ready = [message for message in work.in_flight.values() if message.due <= self.clock()]
        if not ready:
            return False
        for message in ready:
            message.attempt += 1
            message.record["attributes"]["ApproximateReceiveCount"] = str(message.attempt)
            message.due = self.clock() + VISIBILITY
        queue = NotedQueue(self.sqs, work.url, work.dead_letter_url)
        object.__setattr__(queue, "postponed", {})
        records = [message.record for message in ready]
        try:
            answer = consume({"Records": records}, handle=work.handle, queue=queue, remaining_ms=lambda: 30_000)
        except KilledError:
            return True
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for message in ready:
            identity = message.record["messageId"]
            if identity in failed:
                seconds = queue.postponed.get(message.record["receiptHandle"], 0.0)
                message.due = self.clock() + timedelta(seconds=max(seconds, 1.0))
            else:
                self.sqs.delete_message(QueueUrl=work.url, ReceiptHandle=message.record["receiptHandle"])
                del work.in_flight[identity]
        return True

    def _play_vendor(self) -> bool:
        """Let every unfinished job take a step, and tell of it."""
        if not self.vendor_plays:
            return False
        moved = False
        for job_id, job in list(self.opentext.jobs.items()):
            if not job.finished:
                self.opentext.advance(job_id)
                answer = self.call_back(self.status_of(job_id))
                assert answer["statusCode"] in (200, 202), answer
                moved = True
        return moved

    def status_of(self, job_id: str) -> dict[str, Any]:
        """The body OpenText would push for a job."""
        return dict(self.opentext.jobs[job_id].status())

    def _post(
        self, receive: Callable[[Mapping[str, Any]], dict[str, Any]], body: Any, source: str, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = receive(
            {
                "version": "2.0", "headers": {"content-type": "application/json", **headers},
                "pathParameters": {"source": source, "token": PATH_TOKEN},
                "body": raw.decode(), "isBase64Encoded": False,
                "requestContext": {"requestId": "request-1", "http": {"method": "POST"}},
            }
        )  # fmt: skip
        return {**answer, "json": json.loads(answer["body"])}

    def _compose(self) -> None:
        client: Callable[[str], Any] = boto3.client  # type: ignore[assignment]
        world = World(self.clock, lambda: 0.5, client, self.checkpoint, self._count)
        settings = self._settings
        self.webhook = ingress.compose(
            settings(WebhookSettings, secret="webhook"), world, "threekit_webhook", lambda _kind: THREEKIT_WEBHOOK
        )
        self.callback = opentext_callback.compose(settings(CallbackSettings, secret="callback"), world)
        self.relay = event_relay.compose(settings(RelaySettings), world)
        evaluate = rule_evaluation.compose(settings(EvaluationSettings, "Evaluation", "threekit"), world)
        dispatch = notification_dispatch.compose(settings(DispatchSettings, "Dispatch", "opentext"), world)
        track = delivery_tracking.compose(settings(TrackingSettings, "Tracking"), world)
        writeback = threekit_writeback.compose(settings(WritebackSettings, "Writeback", "threekit"), world)
        sweeps = reconcile.compose(settings(ReconcileSettings, "Reconcile"), world)
        self.download = report_download.Download(settings(ReportSettings), world)
        self.page = approval_page.compose(settings(PageSettings, "", "threekit"), world)
        due = approval_timer.compose(settings(TimerSettings, "ApprovalTimer"), world)
        steps = catalog_scan.compose(settings(ScanSettings, "Scan", "threekit"), world)
        text, event_id = queue_messages.text, queue_messages.event_id
        handlers: dict[str, Callable[[Mapping[str, Any], int], Outcome]] = {
            "Evaluation": lambda body, attempt: evaluate(event_id(body), attempt),
            "Tracking": lambda body, _attempt: track(event_id(body)),
            "Dispatch": lambda body, _attempt: dispatch(text(body, "notification_id")),
            "Writeback": lambda body, attempt: writeback(queue_messages.told(body), attempt),
            "Scan": lambda body, attempt: steps[text(body, "step")](body, attempt, self.enough_time),
            "ApprovalTimer": lambda body, _attempt: due(text(body, "approval"), text(body, "due")),
            "Reconcile": lambda body, attempt: sweeps[text(body, "sweep")]()(attempt, self.enough_time),
        }
        self.works = [
            Work(name, self.queues[name], self.dead_letters[name], handle) for name, handle in handlers.items()
        ]
        self.inbox = DynamoInbox(self.dynamodb, "InboxTable", self.clock, timedelta(days=30))
        self.audit = DynamoAuditTrail(self.dynamodb, "AuditTable")
        self.decisions = DynamoDecisions(self.dynamodb, "AuditTable")
        self.ledger = DynamoLedger(self.dynamodb, "LedgerTable")
        self.state = DynamoStateStore(self.dynamodb, "StateTable", self.clock)


def reasons(messages: list[dict[str, Any]]) -> list[str]:
    """Why messages were parked."""
    return [message["MessageAttributes"]["reason"]["StringValue"] for message in messages]
