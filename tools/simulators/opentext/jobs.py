"""A job and the way it goes, step by step, and its status as the vendor writes it (docs/vendor/opentext.md 4).

A fax's last try says how the call went, and no event follows; one that is ``sent_only`` lacks what is said of pages.
The status of a WhatsApp job is not public (4): that it is as those of the others, with ``whatsapp`` for the address, is
assumed.
"""

import base64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulators.json_types import Record, timestamp
from simulators.opentext.message_rules import Channel
from simulators.opentext.outcomes import Outcome, OutcomeName

# What the whole job says at each step. "Posted" is not delivered, and "Complete" with failed deliveries is normal (4).
_JOB_STATES = (["Setup", "Processing"], ["Processing"], ["Delivering", "Posted"], ["Complete", "Posted"])
_STATES = ("Pending", "Submitted", "InProcess")
_SENT_STEP = 3
_CALL_SECONDS = 8
_EVENT_STEP = 4
# Where a delivery does not end as Sent: the state it ends in, and the step from which it is in it.
_OTHER_ENDS: dict[OutcomeName, tuple[str, int]] = {
    "error": ("Error", 2),
    "cancelled": ("Cancelled", 2),
    "expired": ("Expired", _SENT_STEP),
    "held": ("Held", 1),
    "strange": ("Quarantined", _SENT_STEP),
    "silent": ("Pending", 0),
}
# The outcomes whose deliveries stand still before the sending, and the step they stop at.
_STANDSTILLS: dict[OutcomeName, int] = {"held": 1, "silent": 0}
_WITH_EVENT = ("delivered", "opened", "bounced")
_NEVER_ATTEMPTED = ("error", "cancelled", *_STANDSTILLS)
# Assumption: a job is not Complete while one of its deliveries has not come to an end.
_NEVER_ENDING = ("strange", *_STANDSTILLS)


@dataclass
class Delivery:
    """One recipient of a job: address, ``ref`` of the submit, the outcome that waits for it, the moments it met.

    One that is not ``followed`` gets no event: nothing more is told of it than that it was sent.
    """

    address: str
    ref: str | None
    outcome: Outcome
    attempted_at: datetime | None = None
    event_at: datetime | None = None
    followed: bool = True

    @property
    def gets_event(self) -> bool:
        """Whether a delivery event follows the sending."""
        return self.followed and self.outcome.name in _WITH_EVENT

    @property
    def last_step(self) -> int:
        """The step at which nothing more happens to it."""
        return _STANDSTILLS.get(self.outcome.name, _EVENT_STEP if self.gets_event else _SENT_STEP)


@dataclass
class Job:
    """A job: ``step`` 0 is accepted, 1 submitted, 2 in process, 3 sent, 4 the events (only if a recipient gets one).

    A job that is held goes to step 1 only, a silent one nowhere.
    """

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
        return max(one.last_step for one in self.deliveries)

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
            if self.step == 2 and one.outcome.name not in _NEVER_ATTEMPTED:
                one.attempted_at = moment
            if self.step == _EVENT_STEP and one.gets_event:
                one.event_at = moment
        self.history.append(self.status())
        return True

    def status(self) -> Record:
        """Return the body of the status API, which the webhook also carries (5)."""
        body: Record = {"job_id": self.job_id, "job_state": self._job_state()}
        if self.billing_code is not None:
            body["billing_code_base64"] = _base64(self.billing_code)
        if self.customer_reference is not None:
            body["customer_reference_base64"] = _base64(self.customer_reference)
        body["entry_time"] = timestamp(self.entry_time)
        body["deliveries"] = [self._delivery(one) for one in self.deliveries]
        if self.channel == "email":
            opens = sum(one.outcome.name == "opened" and one.event_at is not None for one in self.deliveries)
            body["html_open_tracking"] = {"total_open_count": opens, "distinct_open_count": opens}
            body["attachments"] = []
        return body

    def _job_state(self) -> list[str]:
        outcomes = {one.outcome.name for one in self.deliveries}
        if outcomes == {"held"} and self.step >= _STANDSTILLS["held"]:
            return ["Held"]
        last = _SENT_STEP - 1 if outcomes & set(_NEVER_ENDING) else _SENT_STEP
        return list(_JOB_STATES[min(self.step, last)])

    def _delivery(self, one: Delivery) -> Record:
        attempt: Record = {"state": _delivery_state(self.step, one.outcome.name)}
        sent = attempt["state"] == "Sent"
        # What bounces says so by an event, which a fax does not have.
        failed = one.outcome.name == "gamma_failure" or (one.outcome.name == "bounced" and self.channel == "fax")
        if sent and failed:
            attempt["gamma_code"] = one.outcome.gamma_code
        # No sample shows a delivery before its first attempt; that the field is absent until then is assumed.
        if one.attempted_at is not None:
            attempt["first_attempt"] = timestamp(one.attempted_at)
            if sent and self.channel == "fax" and one.outcome.name != "sent_only":
                attempt.update(_call(one.attempted_at, pages=0 if failed else 1))
        entry: Record = {} if one.ref is None else {"ref_base64": _base64(one.ref)}
        entry.update({self.channel: one.address, "delivery_attempts": [attempt]})
        if one.event_at is not None:
            entry["events"] = self._events(one.outcome.name, one.event_at)
        return entry

    def _events(self, outcome: OutcomeName, moment: datetime) -> Record:
        when = timestamp(moment)
        if self.channel == "sms":
            # "Failed" is an unknown value (4): only "Confirmed" was ever seen.
            status = "Failed" if outcome == "bounced" else "Confirmed"
            return {"sms_delivery_events": [{"event_time": when, "status": status}]}
        # Assumption: the inner fields of "dsn" and "html_open" are not public (4). A DSN has one field here, with a
        # code of RFC 3463; an open has the one field that the events of SMS have.
        if outcome == "opened":
            return {"email_delivery_events": {"html_open": [{"event_time": when}]}}
        return {"email_delivery_events": {"dsn": {"status": "5.1.1" if outcome == "bounced" else "2.0.0"}}}


def _call(begun: datetime, *, pages: int) -> Record:
    """What a fax's try says of its call, with the values of the sample (4)."""
    over = timestamp(begun + timedelta(seconds=_CALL_SECONDS))
    return {
        "delivery_time": over, "delivery_sec": _CALL_SECONDS, "pages_delivered": pages, "baud_rate": 31200,
        "rcsid": "SIMULATED FAX",
    }  # fmt: skip


def _delivery_state(step: int, outcome: OutcomeName) -> str:
    last_state, from_step = _OTHER_ENDS.get(outcome, ("Sent", _SENT_STEP))
    return last_state if step >= from_step else _STATES[step]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
