"""The OpenText simulator: its routes, its switches, its jobs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal, Self, TypedDict, Unpack, get_args

from simulators.exchange import Reply, Request, json_reply, refused
from simulators.field_rules import ClosedObject, FieldError, OneOf, Text
from simulators.json_types import Record, utc_now
from simulators.loopback_server import LoopbackServer, own_routes
from simulators.opentext.callbacks import Callbacks, WebhookTarget
from simulators.opentext.credentials import Account, Credentials
from simulators.opentext.fax_rules import check_fax
from simulators.opentext.foreign_jobs import foreign_status
from simulators.opentext.inbound import Inbound, ReplyChannel
from simulators.opentext.jobs import Delivery, Job
from simulators.opentext.message_rules import Channel, check_message
from simulators.opentext.outcomes import Outcomes
from simulators.opentext.submit_rate import SubmitRate
from simulators.opentext.submits import Submit, SubmitRecord
from simulators.opentext.timeline import Timeline
from simulators.opentext.whatsapp_rules import check_whatsapp
from simulators.routes import Handler, RouteTable
from simulators.running import Simulator
from simulators.switches import switches_reply
from simulators.webhook_push import PushSwitches, WebhookPusher

WebhookStates = Literal["each", "final"]
_INBOUND_WHATSAPP = "/mra/v1/inbound/whatsapp/messages/webhook"
_REPLY = ClosedObject(
    {"channel": OneOf(get_args(ReplyChannel)), "sender": Text(1), "text": Text(), "reference": Text()},
    frozenset({"channel", "sender", "text"}),
)


@dataclass
class OpenTextSwitches:
    """How the simulator behaves; all may change while it runs.

    - ``dedupe_message_id``: a ``message_id`` seen before answers the earlier job id, as SOAP does; False makes a new
      job. Which of the two REST does is unproven (docs/vendor/opentext.md 3.6).
    - ``plus_numbers``: take telephone numbers with a leading ``+``, which no REST sample shows (3.1).
    - ``whatsapp_references``: take ``ref`` and ``options`` in WhatsApp submits, which no sample shows (3.4).
    - ``fax_references``: take ``ref`` and ``options`` in fax submits, which no sample shows (3.3).
    - ``manual``: jobs do not play by themselves; use ``advance``.
    - ``step_seconds``: time between two steps of a job.
    - ``webhook_states``: push each change or the final one; ``out_of_order``: push all changes, last first, at the end.
    - ``webhook_retries``: how often a push without a 2xx answer is tried again; the vendor has a retry of unknown
      schedule (5).
    - ``token_lifetime_seconds``: life of the tokens given from now on; the vendor's value is unknown (2.3).
    - ``job_prefix``: what job ids begin with; ``xsi``, ``xsi2`` and ``usme`` were seen (1).
    - ``outage``: every vendor route, the token endpoint too, answers 503 and does nothing.
    - ``requests_per_second``: submits above it get 429 with ``Retry-After`` in whole seconds; 0 means no limit. Limits,
      the status and the header are all assumed: the vendor publishes none (6).
    """

    dedupe_message_id: bool = True
    plus_numbers: bool = False
    whatsapp_references: bool = False
    fax_references: bool = False
    manual: bool = False
    step_seconds: float = 0.1
    webhook_states: WebhookStates = "each"
    out_of_order: bool = False
    webhook_retries: int = 0
    token_lifetime_seconds: int = 3600
    job_prefix: str = "xsi"
    outage: bool = False
    requests_per_second: float = 0.0


SWITCH_CHOICES: dict[str, tuple[object, ...]] = {"webhook_states": ("each", "final")}


class OpenTextSwitchValues(TypedDict, total=False):
    """``OpenTextSwitches`` as keyword arguments."""

    dedupe_message_id: bool
    plus_numbers: bool
    whatsapp_references: bool
    fax_references: bool
    manual: bool
    step_seconds: float
    webhook_states: WebhookStates
    out_of_order: bool
    webhook_retries: int
    token_lifetime_seconds: int
    job_prefix: str
    outage: bool
    requests_per_second: float


class OpenTextSimulator(Simulator):
    """An OpenText Notifications account on loopback, as strict as docs/vendor/opentext.md; a context manager.

    ``port`` 0 takes a free port. ``webhook`` is where status changes go (a URL, or a ``WebhookTarget`` with
    credentials). ``account`` is who may call. ``push`` says how pushes misbehave. ``clock`` gives timestamps, the age
    of tokens and the rate of submits. ``first_job_number`` is the number of the first job id. The other keywords are
    fields of ``OpenTextSwitches``.

    Attributes: ``url``; ``submits`` (list), ``jobs`` (by id); ``requests``, ``pushes`` (lists); ``faults``,
    ``outcomes``, ``switches``, ``push``, ``credentials``.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        webhook: str | WebhookTarget | None = None,
        account: Account | None = None,
        push: PushSwitches | None = None,
        clock: Callable[[], datetime] = utc_now,
        first_job_number: int = 1,
        **switches: Unpack[OpenTextSwitchValues],
    ) -> None:
        self.switches = OpenTextSwitches(**switches)
        self.push = push or PushSwitches()
        self.credentials = Credentials(account or Account(), clock, lambda: self.switches.token_lifetime_seconds)
        self.outcomes = Outcomes()
        self.jobs: dict[str, Job] = {}
        self._record = SubmitRecord()
        self._clock = clock
        self._next_number = first_job_number
        self._pusher = WebhookPusher(self.push)
        target = WebhookTarget(webhook) if isinstance(webhook, str) else webhook
        self._callbacks = Callbacks(self._pusher, target)
        self._timeline = Timeline(self._due)
        self._inbound = Inbound(self.credentials, self._pusher, clock, lambda: self.switches.webhook_retries)
        self._rate = SubmitRate(clock, lambda: self.switches.requests_per_second)
        self._server = LoopbackServer(host, port, RouteTable(), RouteTable(), self._refuse_in_outage)
        self._add_vendor_routes()
        self._add_own_routes()

    def start(self) -> Self:
        """Start serving, playing jobs and pushing."""
        self._pusher.start()
        self._timeline.start()
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop everything; jobs stay where they are."""
        self._server.stop()
        self._timeline.stop()
        self._pusher.stop()

    @property
    def submits(self) -> list[Submit]:
        """Every submit that made a job, in order; a repeat answered with an earlier job counts as an arrival of it."""
        return self._record.submits

    def sends_per_recipient(self) -> Counter[str]:
        """Return how many jobs address each recipient; every value is 1 when nobody was told twice."""
        return self._record.sends_per_recipient()

    def push_to(self, target: WebhookTarget) -> None:
        """Send status changes there from now on."""
        self._callbacks.target = target

    def replies_to(self, target: WebhookTarget) -> None:
        """Send SMS replies there from now on; WhatsApp replies go to the URL registered over the API."""
        self._inbound.sms_target = target

    def reply(self, channel: ReplyChannel, sender: str, text: str, reference: str | None = None) -> Record:
        """Push an inbound message of ``sender`` and return its body.

        The body is not public (docs/vendor/opentext.md 5 and 9); assumed are ``message_id`` (unique), ``from`` (the
        number as given here), ``to``, ``text``, ``received_at`` and, where there is a reference, ``ref``. Raises
        ValueError for another channel, and when nobody is set to receive the channel's replies.
        """
        with self._server.lock:
            return self._inbound.reply(channel, sender, text, reference)

    def push_foreign_status(self) -> Record:
        """Push the status of a job that was never this simulator's and return it; it is well formed.

        Its job id is random and its ``ref`` was given by nobody. Without a webhook it is returned only.
        """
        status = foreign_status(self.switches.job_prefix, self._clock())
        self._callbacks.push(status, self.switches.webhook_retries)
        return status

    def wait_pushed(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until every push was sent or given up; false when the time is over."""
        return self._pusher.wait_idle(timeout_seconds)

    def advance(self, job_id: str) -> Job:
        """Play a job one step on, which pushes it. Raises KeyError if there is no such job."""
        with self._server.lock:
            job = self.jobs[job_id]
            if job.advance(self._clock()):
                self._callbacks.changed(
                    job,
                    final_only=self.switches.webhook_states == "final",
                    out_of_order=self.switches.out_of_order,
                    retries=self.switches.webhook_retries,
                )
            return job

    def finish(self, job_id: str) -> Job:
        """Play a job to its end. Raises KeyError if there is no such job."""
        with self._server.lock:
            while not self.jobs[job_id].finished:
                self.advance(job_id)
            return self.jobs[job_id]

    def purge(self, job_id: str) -> None:
        """Make a job's id invalid, as happens some days after completion (docs/vendor/opentext.md 6)."""
        with self._server.lock:
            self.jobs[job_id].purged = True

    def reset(self) -> None:
        """Forget all that was sent, asked for or planned.

        That is jobs, submits, tokens, outcomes, faults, interludes, requests, pushes and the WhatsApp registration.
        Switches and targets stay; job numbers go on.
        """
        with self._server.lock:
            self._timeline.clear()
            self.jobs.clear()
            self._record.clear()
            self.credentials.revoke_all()
            self.outcomes.clear()
            self._inbound.whatsapp_url = None
            self._rate.clear()
            self.faults.clear()
            self._server.interludes.clear()
            self.requests.clear()
            self._pusher.forget()

    def snapshot(self) -> Record:
        """Return the whole state as one JSON document, as ``GET /_simulator/state`` answers it."""
        return {
            "submits": [submit.summary() for submit in self.submits],
            "jobs": [
                {
                    "channel": job.channel,
                    "step": job.step,
                    "finished": job.finished,
                    "purged": job.purged,
                    "status": job.status(),
                }
                for job in self.jobs.values()
            ],
            "sends_per_recipient": dict(self.sends_per_recipient()),
            "outcomes": self.outcomes.documents(),
            "inbound_whatsapp_url": self._inbound.whatsapp_url,
            "pushes": [push.summary() for push in self.pushes],
            "requests": len(self.requests),
            "switches": {**asdict(self.switches), "push": asdict(self.push)},
        }

    def _due(self, job_id: str) -> None:
        with self._server.lock:
            if job_id not in self.jobs or self.switches.manual:
                return
            if not self.advance(job_id).finished:
                self._timeline.plan(job_id, self.switches.step_seconds)

    def _add_vendor_routes(self) -> None:
        add = self._server.vendor.add
        add("POST /tenants/{tenant}/oauth2/token", self.credentials.issue)
        paths: dict[str, Channel] = {"sms": "sms", "emails": "email", "whatsapp": "whatsapp", "faxes": "fax"}
        for path, channel in paths.items():
            add(f"POST /mra/v1/outbound/{path}", self._submit_on(channel))
            add(f"GET /mra/v1/outbound/{path}/status", self._status_on(channel))
        add("POST /mra/v1/outbound/whatsapp/template_message", self._submit_on("whatsapp", template=True))
        add(f"POST {_INBOUND_WHATSAPP}", self._inbound.register)
        add(f"GET {_INBOUND_WHATSAPP}", self._inbound.registered)
        add(f"DELETE {_INBOUND_WHATSAPP}", self._inbound.unregister)

    def _refuse_in_outage(self) -> None:
        if self.switches.outage:
            raise refused(503, "simulated outage")

    def _submit_on(self, channel: Channel, *, template: bool = False) -> Handler:
        def submit(request: Request) -> Reply:
            self.credentials.check(request)
            self._rate.take()
            if request.content_type != "application/json":
                raise refused(415, "Content-Type must be application/json")
            if request.query:
                raise refused(422, "a submit has no query parameters")
            body = request.json_object(400)
            try:
                texts = self._texts(channel, body, template=template)
            except FieldError as error:
                raise refused(422, str(error)) from error
            return json_reply({"job_id": self._accept(channel, body, texts, request.headers.get("x-mra-submitid"))})

        return submit

    def _texts(self, channel: Channel, body: Record, *, template: bool) -> list[str]:
        plus_numbers = self.switches.plus_numbers
        if channel == "whatsapp":
            references = self.switches.whatsapp_references
            return check_whatsapp(body, template=template, plus_numbers=plus_numbers, references=references)
        if channel == "fax":
            return check_fax(body, plus_numbers=plus_numbers, references=self.switches.fax_references)
        return check_message(channel, body, plus_numbers=plus_numbers)

    def _accept(self, channel: Channel, body: Record, texts: list[str], submit_id: str | None) -> str:
        options: Record = body.get("options", {})
        message_id: str | None = options.get("message_id")
        earlier = self._record.first_with(message_id)
        if earlier is not None and self.switches.dedupe_message_id:
            self._record.arrived(message_id)
            return earlier.job_id
        job_id = f"{self.switches.job_prefix}-{self._next_number}"
        self._next_number += 1
        rows = body["destinations"]
        followed = channel in ("sms", "email")
        deliveries = [
            Delivery(row[channel], row.get("ref"), self.outcomes.of(row[channel]), followed=followed) for row in rows
        ]
        self.jobs[job_id] = Job(
            job_id, channel, deliveries, self._clock(), options.get("customer_reference"), options.get("billing_code")
        )
        subject = options.get("email_options", {}).get("subject")
        self._record.add(
            Submit(
                channel,
                message_id,
                [row[channel] for row in rows],
                [row.get("ref") for row in rows],
                texts,
                subject,
                job_id,
                body,
                submit_id,
            )
        )
        if not self.switches.manual:
            self._timeline.plan(job_id, self.switches.step_seconds)
        return job_id

    def _status_on(self, channel: Channel) -> Handler:
        def status(request: Request) -> Reply:
            self.credentials.check(request)
            if set(request.query) - {"job_id"}:
                raise refused(422, "status has the query parameter job_id and no other")
            job_id = request.query_value("job_id")
            if not job_id:
                raise refused(422, "job_id is missing")
            job = self.jobs.get(job_id)
            if job is None or job.purged or job.channel != channel:
                raise refused(404, "no data for this job")
            return json_reply(job.status())

        return status

    def _add_own_routes(self) -> None:
        own_routes(self._server, state=self.snapshot, reset=self.reset)
        add = self._server.own.add
        add("POST /_simulator/switches", self._change_switches)
        add("POST /_simulator/outcomes", self._set_outcome)
        add("POST /_simulator/replies", self._own_reply)
        add("POST /_simulator/foreign_status", lambda _: json_reply(self.push_foreign_status()))
        add("POST /_simulator/jobs/{id}/advance", self._on_job(self.advance))
        add("POST /_simulator/jobs/{id}/finish", self._on_job(self.finish))
        add("POST /_simulator/jobs/{id}/purge", self._on_job(self.purge))

    def _on_job(self, change: Callable[[str], object]) -> Handler:
        def changed(request: Request) -> Reply:
            job_id = request.path_values["id"]
            if job_id not in self.jobs:
                raise refused(404, "job not found")
            change(job_id)
            return json_reply(self.jobs[job_id].status())

        return changed

    def _own_reply(self, request: Request) -> Reply:
        body = request.json_object(422)
        try:
            _REPLY.check(body, "body")
            return json_reply(self.reply(body["channel"], body["sender"], body["text"], body.get("reference")))
        except ValueError as error:
            raise refused(422, str(error)) from error

    def _set_outcome(self, request: Request) -> Reply:
        body = request.json_object(422)
        try:
            self.outcomes.set(body["address"], body["outcome"], body.get("gamma_code", 5000))
        except (KeyError, ValueError) as error:
            raise refused(422, f"address and outcome are needed: {error}") from error
        return json_reply({"outcomes": self.outcomes.documents()})

    def _change_switches(self, request: Request) -> Reply:
        return switches_reply(request, self.switches, SWITCH_CHOICES, self.push)
