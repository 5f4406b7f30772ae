"""The catalogue watch over memory and a strict simulator, with a clock that only the test moves."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from tests.builders import NOW, MovingClock

from herald.adapters.cel_when_asked import CelWhenAsked
from herald.adapters.configuration_bundle import versioned
from herald.adapters.http_client import HttpClient, Timeouts
from herald.adapters.memory import MemoryConfigurationStore, MemoryInbox, MemorySecrets, MemoryStateStore
from herald.adapters.memory_catalog import MemoryFiles, MemoryItemStates, MemoryScanQueue
from herald.adapters.scan_books import SqliteScanBooks
from herald.adapters.threekit_catalog import ThreekitCatalog
from herald.domain.catalog.checks import built_in
from herald.domain.catalog.issue import Issue, IssueState
from herald.domain.catalog.plan import CatalogPlan, plan_document
from herald.domain.catalog.run import Run, Watch
from herald.domain.configuration import Configuration
from herald.domain.errors import PoisonError
from herald.domain.event import Event
from herald.ports import StorageError
from herald.usecases.outcome import Later
from herald.usecases.scan import scan_shelves
from herald.usecases.scan.begin import Begin
from herald.usecases.scan.close import Close
from herald.usecases.scan.examine import Examine
from herald.usecases.scan.export import Export
from herald.usecases.scan.read import Read
from herald.usecases.scan.resume import Resume
from herald.usecases.scan.workshop import Workshop
from herald.usecases.shelves import CATALOG
from simulators import ThreekitSimulator
from simulators.in_process import IN_PROCESS_URL, in_process

VISIBILITY = timedelta(minutes=4)


class KilledError(BaseException):
    """The process is gone."""


class RecordingInbox(MemoryInbox):
    """Remembers the order in which events were new."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.events: list[Event] = []

    def record(self, event: Event) -> Any:
        """Record, and remember."""
        known = self.load(event.id) is not None
        answer = super().record(event)
        if not known:
            self.events.append(event)
        return answer


@dataclass
class Waiting:
    """A step on the queue."""

    body: Mapping[str, Any]
    due: datetime
    attempt: int = 0


@dataclass
class WatchHouse:
    """Ask it to ``scan()``; kill it where ``dies`` says yes; look at ``issues``, ``told``, ``states``."""

    threekit: ThreekitSimulator
    plan: CatalogPlan = field(default_factory=CatalogPlan)
    mapping: Mapping[str, Any] = field(default_factory=dict)
    segment_size: int = 50
    dies: Callable[[str, str], bool] = lambda _name, _subject: False
    enough_time: Callable[[], bool] = lambda: True
    checks: Mapping[str, Any] = field(default_factory=built_in)

    def __post_init__(self) -> None:
        self.clock = MovingClock(NOW)
        self.files, self.states, self.queue = MemoryFiles(), MemoryItemStates(), MemoryScanQueue()
        self.inbox, self.state = RecordingInbox(self.clock), MemoryStateStore(self.clock)
        self.configurations = MemoryConfigurationStore()
        self.counts: Counter[str] = Counter()
        self.deaths: list[str] = []
        self.complaints: list[tuple[str, Mapping[str, str]]] = []
        self.waiting: list[Waiting] = []
        self.parked: list[tuple[Mapping[str, Any], PoisonError]] = []
        self.chance = random.Random(7)  # noqa: S311 - a test's
        self.configure(self.plan)
        self._compose()

    def configure(self, plan: CatalogPlan) -> None:
        """Apply a plan."""
        self.plan = plan
        self.configurations.apply(
            versioned(
                Configuration(
                    version="", rules=(), lists={}, audiences={}, mapping=self.mapping, templates={},
                    catalog=plan_document(plan),
                )
            )
        )  # fmt: skip

    def _compose(self) -> None:
        """Start a process: nothing but what is stored is known to it."""
        http = HttpClient([IN_PROCESS_URL], self.clock, timeouts=Timeouts(stream=600))
        http._client = httpx.Client(transport=in_process(self.threekit), base_url=IN_PROCESS_URL)
        secrets = MemorySecrets({"private_token": self.threekit.tokens.private})
        runs = scan_shelves.scan_runs(self.state)

        def began_at(run: str) -> datetime:
            found = runs.get(run)
            assert found is not None
            return found.began_at

        self.books = SqliteScanBooks(self.files, began_at)
        self.shop = Workshop(
            catalogue=ThreekitCatalog(http, IN_PROCESS_URL, secrets), files=self.files, states=self.states,
            books=self.books, queue=self.queue, inbox=self.inbox, state=self.state,
            configurations=self.configurations, rules=CelWhenAsked(), checks=self.checks, code_print="1",
            complain=self._complain,
            report_links=lambda name, until: f"https://herald.example.com/{name}?{until:%Y%m%d}",
            clock=self.clock, chance=lambda: 0.5, checkpoint=self._checkpoint, count=self._count, order_days=90,
            link_days=7, segment_size=self.segment_size,
        )  # fmt: skip
        resume = Resume(self.shop)
        self.steps: dict[str, Any] = {
            "begin": Begin(self.shop, resume), "read": Read(self.shop), "export": Export(self.shop, resume),
            "examine": Examine(self.shop, resume), "close": Close(self.shop),
        }  # fmt: skip

    def _checkpoint(self, name: str, subject: str) -> None:
        if self.dies(name, subject):
            self.deaths.append(name)
            raise KilledError(name)

    def _complain(self, message: str, fields: Mapping[str, str]) -> None:
        self.complaints.append((message, fields))

    def _count(self, name: str, number: int) -> None:
        self.counts[name] += number

    # -- what a test says ----------------------------------------------------------------------------------------------

    def ask(self, **message: Any) -> None:
        """Put a request on the queue."""
        self.queue.put([{"step": "begin", **message}])

    def scan(self, **message: Any) -> Run:
        """Scan to the end; return the run."""
        self.ask(ask=f"ask-{self.clock():%s}-{self.chance.random()}", **message)
        self.settle()
        runs = sorted(scan_shelves.scan_runs(self.state).all().values(), key=lambda run: run.id)
        self.clock.advance(timedelta(hours=24))
        return runs[-1]

    def settle(self, within: timedelta = timedelta(days=2)) -> None:
        """Work the queue off."""
        deadline = self.clock() + within
        for _ in range(100_000):
            if self.step():
                continue
            if not self.waiting or min(one.due for one in self.waiting) > deadline:
                return
            self.clock.now = min(one.due for one in self.waiting)
        raise AssertionError("the watch does not come to rest")

    def step(self) -> bool:
        """Make one step that is due; say whether there was one."""
        self.waiting += [Waiting(json.loads(json.dumps(body)), self.clock()) for body in self.queue.steps]
        self.queue.steps.clear()
        ready = [one for one in self.waiting if one.due <= self.clock()]
        if ready:
            self._work(self.chance.choice(ready))
        return bool(ready)

    def _work(self, one: Waiting) -> None:
        one.attempt += 1
        try:
            outcome = self.steps[one.body["step"]](one.body, one.attempt, self.enough_time)
        except KilledError:
            one.due = self.clock() + VISIBILITY
            self._compose()
            return
        except StorageError:
            one.due = self.clock() + timedelta(seconds=1)  # as the SQS loop does, soon
            return
        except PoisonError as error:
            self.parked.append((one.body, error))
            self._over(one)
            return
        if isinstance(outcome, Later):
            one.due = self.clock() + max(outcome.after, timedelta(seconds=1))
        else:
            self._over(one)

    def _over(self, one: Waiting) -> None:
        if one in self.waiting:
            self.waiting.remove(one)

    def item(self, number: int) -> str:
        """The id of a generated item."""
        assert self.threekit.generated is not None
        return self.threekit.generated.item_id(number)

    def threekit_definition(self, number: int) -> Mapping[str, Any]:
        """The exported record of a generated item."""
        with self.shop.catalogue.export(None) as records:
            found: Mapping[str, Any] = next(
                record["product"] for _, record in records if record["query"]["id"] == self.item(number)
            )
            return found

    # -- what a test looks at ------------------------------------------------------------------------------------------

    @property
    def issues(self) -> dict[str, Issue]:
        """All issues."""
        return scan_shelves.issues(self.state).all()

    def open_issues(self) -> set[tuple[str, str]]:
        """Check and cause of every issue that is not resolved."""
        return {
            (one.seen.check, one.seen.cause) for one in self.issues.values() if one.state is not IssueState.RESOLVED
        }

    def told(self, kind: str, run: Run | None = None) -> list[Mapping[str, Any]]:
        """The data of the events of a type (of one run)."""
        return [
            event.data
            for event in self.inbox.events
            if event.type == kind and (run is None or event.data["run"] == run.id)
        ]

    def watch(self) -> Watch:
        """Which run is the present one."""
        return scan_shelves.scan_watch(self.state).get(CATALOG) or Watch()

    def final_state(self) -> dict[str, Any]:
        """All that outlives a scan, without what differs between equal scans."""
        runs = scan_shelves.scan_runs(self.state).all()
        documents = dict(sorted(self.states._documents.items()))
        neutral = datetime(2000, 1, 1, tzinfo=NOW.tzinfo)
        issues = {
            identity: replace(issue, run="", news_run="", opened_at=neutral, changed_at=neutral, resolved_at=None)
            for identity, issue in self.issues.items()
        }
        events = sorted(
            (event.type, event.subject, json.dumps(_without_run(event.data), default=str, sort_keys=True))
            for event in self.inbox.events
        )
        counts = [dict(run.counts) for run in sorted(runs.values(), key=lambda run: run.id)]
        return {"states": documents, "issues": issues, "events": events, "counts": counts}


def _without_run(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_run(item) for key, item in value.items() if key not in ("run", "report", "since")}
    return [_without_run(item) for item in value] if isinstance(value, list) else value
