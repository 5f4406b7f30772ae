"""Pushing webhooks: one worker thread per simulator posts them in order, with switches to lose, repeat or hold them."""

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

from simulators.json_types import Record, to_bytes
from simulators.outgoing_http import send

_TIMEOUT_SECONDS = 10.0
_RETRY_WAIT_SECONDS = 0.05


@dataclass
class PushSwitches:
    """How pushes misbehave; every field may be changed while the simulator runs.

    ``silent``: nothing is pushed. ``drop_next``: the next so many pushes are lost. ``duplicates``: so many extra copies
    of each. ``delay_seconds``: each waits so long.
    """

    silent: bool = False
    drop_next: int = 0
    duplicates: int = 0
    delay_seconds: float = 0.0


@dataclass
class Push:
    """One push: where it went, what it carried, how the receiver answered (None: it did not), whether it was lost."""

    url: str
    document: Record
    headers: Mapping[str, str]
    tries: int = 0
    status: int | None = None
    error: str | None = None
    dropped: bool = False

    def summary(self) -> Record:
        """The push as a JSON document, without its headers, which may carry a credential."""
        return {
            "url": self.url,
            "document": self.document,
            "tries": self.tries,
            "status": self.status,
            "error": self.error,
            "dropped": self.dropped,
        }


@dataclass
class _Queued:
    push: Push
    due: float
    tries_left: int = field(default=1)


class WebhookPusher:
    """Posts pushes from its own thread, in the order given."""

    def __init__(self, switches: PushSwitches) -> None:
        self.switches = switches
        self.pushes: list[Push] = []
        self._queue: queue.Queue[_Queued | None] = queue.Queue()
        self._stopped = threading.Event()
        self._open = 0
        self._idle = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the worker."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._work, name="webhook-push", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the worker; what still waits is not sent."""
        self._stopped.set()
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(timeout=_TIMEOUT_SECONDS)

    def push(self, url: str, document: Record, headers: Mapping[str, str] | None = None, retries: int = 0) -> None:
        """Send a document to a URL, as the switches say. Returns at once; ``pushes`` records what became of it.

        ``retries``: how often it is tried again without a 2xx answer. Threekit documents no retry
        (docs/vendor/threekit.md 3.3), OpenText one of unknown schedule (docs/vendor/opentext.md 5).
        """
        if self.switches.silent:
            return
        for _ in range(1 + self.switches.duplicates):
            entry = Push(url, document, dict(headers or {}))
            self.pushes.append(entry)
            if self.switches.drop_next > 0:
                self.switches.drop_next -= 1
                entry.dropped = True
                continue
            with self._idle:
                self._open += 1
            due = time.monotonic() + self.switches.delay_seconds
            self._queue.put(_Queued(entry, due, 1 + retries))

    def wait_idle(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until every push was sent or given up; false when the time is over."""
        with self._idle:
            return self._idle.wait_for(lambda: self._open == 0, timeout_seconds)

    def forget(self) -> None:
        """Forget what was pushed; what still waits is sent all the same, as from a vendor that was not asked."""
        self.pushes.clear()

    def _work(self) -> None:
        while (queued := self._queue.get()) is not None:
            if self._stopped.wait(max(0.0, queued.due - time.monotonic())):
                break
            _send(queued.push)
            queued.tries_left -= 1
            if not _answered_well(queued.push) and queued.tries_left > 0:
                queued.due = time.monotonic() + _RETRY_WAIT_SECONDS
                self._queue.put(queued)
                continue
            with self._idle:
                self._open -= 1
                self._idle.notify_all()


def _answered_well(push: Push) -> bool:
    return push.status is not None and 200 <= push.status < 300


def _send(push: Push) -> None:
    push.tries += 1
    push.status, push.error = None, None
    headers = {"Content-Type": "application/json", **push.headers}
    try:
        push.status = send("POST", push.url, to_bytes(push.document), headers, _TIMEOUT_SECONDS)
    except (OSError, HTTPException) as error:
        push.error = f"{type(error).__name__}: {error}"
