"""The status webhook (docs/vendor/opentext.md 5): its body is that of the status API; when and how is switchable.

How it is switched on, authenticated and retried is not public, so all of that is a choice of the one who starts the
simulator.
"""

import base64
from dataclasses import dataclass

from simulators.json_types import Record
from simulators.opentext.jobs import Job
from simulators.webhook_push import WebhookPusher


@dataclass(frozen=True)
class WebhookTarget:
    """Where the webhook goes, and what it carries to be known by.

    ``basic``: user and password; ``header``: name and value; both may be set. Neither, when the secret is in the URL.
    """

    url: str
    basic: tuple[str, str] | None = None
    header: tuple[str, str] | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate the push."""
        headers: dict[str, str] = {}
        if self.basic is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(self.basic).encode()).decode()
        if self.header is not None:
            headers[self.header[0]] = self.header[1]
        return headers


class Callbacks:
    """Pushes a job's changes: each one or the final one, in order or, once the job is over, in reverse order."""

    def __init__(self, pusher: WebhookPusher, target: WebhookTarget | None) -> None:
        self.target = target
        self._pusher = pusher

    def changed(self, job: Job, *, final_only: bool, out_of_order: bool, retries: int) -> None:
        """Tell the webhook that a job went on a step."""
        if final_only:
            told = job.history[-1:] if job.finished else []
        elif out_of_order:
            told = list(reversed(job.history)) if job.finished else []
        else:
            told = job.history[-1:]
        for status in told:
            self.push(status, retries)

    def push(self, status: Record, retries: int) -> None:
        """Push a status; nothing happens without a target."""
        if self.target is not None:
            self._pusher.push(self.target.url, status, self.target.headers, retries)
