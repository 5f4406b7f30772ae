"""A job and the way it goes, step by step, and its status as the vendor writes it (docs/vendor/opentext.md 4)."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from simulators.json_types import Record, timestamp
from simulators.opentext.message_rules import Channel
from simulators.opentext.outcomes import Outcome, OutcomeName

# What the whole job says at each step. "Posted" is not delivered, and "Complete" with failed deliveries is normal (4).
_JOB_STATES = (["Setup", "Processing"], ["Processing"], ["Delivering", "Posted"], ["Complete", "Posted"])
_SENT_STEP = 3
_EVENT_STEP = 4
_LAST_STATES: dict[OutcomeName, str] = {"error": "Error", "cancelled": "Cancelled", "expired": "Expired"}


@dataclass
class Delivery:
    """One recipient of a job: address, ``ref`` of the submit, the outcome that waits for it, the moments it met."""

    address: str
    ref: str | None
    outcome: Outcome
    attempted_at: datetime | None = None
    event_at: datetime | None = None

    @property
    def gets_event(self) -> bool:
        """Whether a delivery event follows the sending."""
        return self.outcome.name == "delivered"


@dataclass
class Job:
    """A job: ``step`` 0 is accepted, 1 submitted, 2 in process, 3 sent, 4 the events (only if a recipient gets one)."""

    job_id: str
    channel: Channel
    deliveries: list[Delivery]
    entry_time: datetime
    customer_reference: str | None = None
    billing_code: str | None = None
    step: int = 0
    purged: bool = False
    history: list[Record] = field(default_factory=list)

    @property
    def last_step(self) -> int:
        """The step at which nothing more happens."""
        return _EVENT_STEP if any(one.gets_event for one in self.deliveries) else _SENT_STEP

    @property
    def finished(self) -> bool:
        """Whether the job has reached its last step."""
        return self.step >= self.last_step

    def advance(self, moment: datetime) -> bool:
        """Go one step on; false when the job had finished."""
        if self.finished:
            return False
        self.step += 1
        for one in self.deliveries:
            if self.step == 2 and one.outcome.name not in ("error", "cancelled"):
                one.attempted_at = moment
            if self.step == _EVENT_STEP and one.gets_event:
                one.event_at = moment
        self.history.append(self.status())
        return True

    def status(self) -> Record:
        """Return the body of the status API, which the webhook also carries (5)."""
        body: Record = {"job_id": self.job_id, "job_state": list(_JOB_STATES[min(self.step, _SENT_STEP)])}
        if self.billing_code is not None:
            body["billing_code_base64"] = _base64(self.billing_code)
        if self.customer_reference is not None:
            body["customer_reference_base64"] = _base64(self.customer_reference)
        body["entry_time"] = timestamp(self.entry_time)
        body["deliveries"] = [self._delivery(one) for one in self.deliveries]
        if self.channel == "email":
            body["html_open_tracking"] = {"total_open_count": 0, "distinct_open_count": 0}
            body["attachments"] = []
        return body

    def _delivery(self, one: Delivery) -> Record:
        attempt: Record = {"state": _delivery_state(self.step, one.outcome.name)}
        if self.step >= _SENT_STEP and one.outcome.name == "gamma_failure":
            attempt["gamma_code"] = one.outcome.gamma_code
        # No sample shows a delivery before its first attempt; that the field is absent until then is assumed.
        if one.attempted_at is not None:
            attempt["first_attempt"] = timestamp(one.attempted_at)
        entry: Record = {} if one.ref is None else {"ref_base64": _base64(one.ref)}
        entry.update({self.channel: one.address, "delivery_attempts": [attempt]})
        if one.event_at is not None:
            entry["events"] = self._events(one.event_at)
        return entry

    def _events(self, moment: datetime) -> Record:
        if self.channel == "sms":
            return {"sms_delivery_events": [{"event_time": timestamp(moment), "status": "Confirmed"}]}
        # Assumption: the inner fields of "dsn" are not public (4). One field is here, with an RFC 3463 success code.
        return {"email_delivery_events": {"dsn": {"status": "2.0.0"}}}


def _delivery_state(step: int, outcome: OutcomeName) -> str:
    if outcome in ("error", "cancelled") and step >= 2:
        return _LAST_STATES[outcome]
    if outcome == "expired" and step >= _SENT_STEP:
        return _LAST_STATES[outcome]
    return ("Pending", "Submitted", "InProcess", "Sent", "Sent")[step]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
