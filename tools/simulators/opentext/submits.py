"""The record of accepted submits, made so that "exactly one submit per recipient" is easy to assert."""

from collections import Counter
from dataclasses import dataclass, field

from simulators.json_types import Record
from simulators.opentext.message_rules import Channel


@dataclass
class Submit:
    """One submit that made a job.

    ``texts``: the text of an SMS or WhatsApp message, or the decoded body parts or documents; ``refs`` beside
    ``destinations``; ``arrivals``: how often its ``message_id`` arrived in accepted requests, the repeats included
    that made no job of their own; ``submit_id``: the ``X-MRA-SubmitId`` header, which is only echoed by SOAP and
    ignored here (docs/vendor/opentext.md 2.5).
    """

    channel: Channel
    message_id: str | None
    destinations: list[str]
    refs: list[str | None]
    texts: list[str]
    subject: str | None
    job_id: str
    body: Record = field(repr=False)
    submit_id: str | None = None
    arrivals: int = 1

    def summary(self) -> Record:
        """The submit as a JSON document."""
        return {
            "channel": self.channel,
            "message_id": self.message_id,
            "destinations": self.destinations,
            "refs": self.refs,
            "texts": self.texts,
            "subject": self.subject,
            "job_id": self.job_id,
            "submit_id": self.submit_id,
            "arrivals": self.arrivals,
        }


class SubmitRecord:
    """All accepted submits, in order."""

    def __init__(self) -> None:
        self.submits: list[Submit] = []
        self._by_message_id: dict[str, list[Submit]] = {}

    def first_with(self, message_id: str | None) -> Submit | None:
        """Return the first submit under a message id; None without one."""
        under = self._by_message_id.get(message_id) if message_id is not None else None
        return under[0] if under else None

    def arrived(self, message_id: str | None) -> None:
        """Count an arrival, on every submit under the message id."""
        under = self._by_message_id.get(message_id, []) if message_id is not None else []
        for one in under:
            one.arrivals += 1

    def add(self, submit: Submit) -> None:
        """Add a submit that made a job and count its arrival."""
        self.submits.append(submit)
        if submit.message_id is None:
            return
        earlier = self.first_with(submit.message_id)
        submit.arrivals = earlier.arrivals if earlier is not None else 0
        self._by_message_id.setdefault(submit.message_id, []).append(submit)
        self.arrived(submit.message_id)

    def clear(self) -> None:
        """Forget everything."""
        self.submits.clear()
        self._by_message_id.clear()

    def sends_per_recipient(self) -> Counter[str]:
        """Return how many jobs address each recipient."""
        return Counter(address for one in self.submits for address in one.destinations)
