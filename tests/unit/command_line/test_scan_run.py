"""``herald scan run``: what it asks for, how it finds its own scan, and how it ends."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from tests.builders import NOW, MovingClock
from tests.unit.command_line.a_stack import BUCKET, Stack, watching_configuration
from tests.unit.command_line.scans import a_run, finished, keep_runs, keep_segments, set_watch

from herald.adapters.memory_catalog import MemoryFiles, MemoryScanQueue
from herald.adapters.memory_state import MemoryStateStore
from herald.domain.catalog.run import Run, Stage
from herald.ports import StorageError
from herald_cli.ports_of_stack import configuration_store, state_store
from herald_cli.scan_ask import HINDERED, Lookout, Sight, ask_for_scan, sights
from herald_cli.scan_display import display
from herald_cli.scan_ports import files
from herald_cli.scan_progress import Gauge, Progress

TWO = {"partitions": [{"name": "outdoor", "tags": ["outdoor"]}, {"name": "rest"}]}
SECOND = timedelta(seconds=1)


@pytest.fixture
def state(clock: MovingClock) -> MemoryStateStore:
    return MemoryStateStore(clock)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


def lookout(state: MemoryStateStore, ask: str = "ask-1", given_up: Callable[[], int] = lambda: 0) -> Lookout:
    return Lookout(state, Gauge(MemoryFiles()), ask, given_up)


class TestAsking:
    def test_the_message_is_one_that_begin_takes(self) -> None:
        queue = MemoryScanQueue()
        ask_for_scan(queue, "ask-1", ["outdoor"], dry=True)
        assert queue.steps == [
            {"step": "begin", "ask": "ask-1", "by": "operator", "partitions": ["outdoor"], "dry": True}
        ]

    def test_without_partitions_all_are_meant(self, stack: Stack) -> None:
        told = stack.run_json("scan", "run")
        (body,) = map(json.loads, stack.taken("ScanQueue"))
        assert body == {"step": "begin", "ask": told["ask"], "by": "operator", "partitions": [], "dry": False}
        assert told["partitions"] == ["all"]

    def test_each_partition_is_named_once(self, stack: Stack) -> None:
        configuration_store(stack.connection).apply(watching_configuration(catalog=TWO))
        ended = stack.run("scan", "run", "--partition", "rest", "-p", "outdoor", "-p", "rest", "--dry-run")
        assert ended.exit_code == 0, ended.output
        assert "asked for rest, outdoor; watch it with `herald scan status`" in ended.stdout
        (body,) = map(json.loads, stack.taken("ScanQueue"))
        assert (body["partitions"], body["dry"]) == (["rest", "outdoor"], True)

    def test_a_partition_that_is_not_there_is_refused_with_those_that_are(self, stack: Stack) -> None:
        configuration_store(stack.connection).apply(watching_configuration(catalog=TWO))
        ended = stack.run("scan", "run", "-p", "outdor", "-p", "rest")
        assert ended.exit_code == 2
        assert "there is no partition outdor; config/catalog.yaml has outdoor, rest" in ended.stderr
        assert stack.taken("ScanQueue") == []

    def test_without_a_configuration_it_ends_with_1_and_names_the_fix(self, stack: Stack) -> None:
        stack.forget_configurations()
        ended = stack.run("scan", "run")
        assert ended.exit_code == 1
        assert "herald config apply" in ended.stderr

    def test_a_queue_that_is_gone_ends_with_1(self, stack: Stack) -> None:
        stack.sqs.delete_queue(QueueUrl=stack.url("ScanQueue"))
        ended = stack.run("scan", "run")
        assert ended.exit_code == 1
        assert "sending to the scan queue" in ended.stderr


class TestFindingIt:
    def test_one_that_has_not_begun_is_not_seen(self, state: MemoryStateStore) -> None:
        assert lookout(state)(NOW) == Sight(None)

    def test_another_that_goes_first_is_named_and_is_not_taken_for_it(self, state: MemoryStateStore) -> None:
        other = a_run(id="scan_0", ask="another")
        set_watch(state, other)
        sight = lookout(state)(NOW)
        assert (sight.run, sight.ahead) == (None, other)
        assert sight.progress is not None

    def test_the_present_one_that_bears_the_request_is_it(self, state: MemoryStateStore) -> None:
        set_watch(state, a_run())
        assert lookout(state)(NOW).run == a_run()

    def test_one_that_lost_the_race_and_never_began_is_not(self, state: MemoryStateStore) -> None:
        other = a_run(id="scan_0", ask="another")
        keep_runs(state, a_run(id="scan_2"))
        set_watch(state, other)
        look = lookout(state)
        assert look(NOW).run is None
        set_watch(state, a_run(id="scan_3"), finished(other))
        assert look(NOW).run == a_run(id="scan_3")

    def test_one_that_began_and_finished_between_two_looks_is_found(self, state: MemoryStateStore) -> None:
        set_watch(state, None, finished(a_run()))
        sight = lookout(state)(NOW)
        assert sight.finished
        assert sight.run == finished(a_run())

    def test_a_dry_one_is_followed_to_its_end_though_the_watch_forgets_it(self, state: MemoryStateStore) -> None:
        look = lookout(state)
        set_watch(state, a_run(dry=True))
        assert not look(NOW).finished
        keep_runs(state, finished(a_run(dry=True)))
        set_watch(state, None)
        assert look(NOW).finished

    def test_reading_is_compared_with_the_scan_before(self, state: MemoryStateStore) -> None:
        set_watch(state, a_run(), finished(a_run(id="scan_0", ask="another")))
        progress = lookout(state)(NOW).progress
        assert progress is not None
        assert progress.total == 9000

    def test_only_what_was_given_up_meanwhile_counts(self, state: MemoryStateStore) -> None:
        lie = iter((3, 3, 4))
        look = lookout(state, given_up=lambda: next(lie))
        assert [look(NOW).given_up, look(NOW).given_up] == [0, 1]


class TestWatching:
    def test_it_ends_when_the_scan_is_finished(self, state: MemoryStateStore, clock: MovingClock) -> None:
        steps = iter([(a_run(), None), (None, finished(a_run()))])

        def sleep(_seconds: float) -> None:
            set_watch(state, *next(steps))

        seen = list(sights(lookout(state), clock, sleep, None))
        assert [sight.run.stage if sight.run else None for sight in seen] == [None, Stage.READING, Stage.FINISHED]

    def test_it_ends_when_time_is_over(self, state: MemoryStateStore, clock: MovingClock) -> None:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            clock.advance(timedelta(seconds=seconds))

        assert len(list(sights(lookout(state), clock, sleep, 4 * SECOND))) == 3
        assert slept == [3.0, 1.0]

    def test_a_look_may_fail_now_and_then(self, clock: MovingClock) -> None:
        fails = StorageError("reading")
        answers: Iterator[Any] = iter([fails, *[Sight(None)], fails, Sight(finished(a_run()))])
        assert len(list(sights(answering(answers), clock, lambda _seconds: None, None))) == 2

    def test_but_not_again_and_again(self, clock: MovingClock) -> None:
        answers: Iterator[Any] = iter([StorageError("reading")] * HINDERED)
        with pytest.raises(StorageError):
            list(sights(answering(answers), clock, lambda _seconds: None, None))


def answering(answers: Iterator[Any]) -> Any:
    def look(_now: datetime) -> Sight:
        answer = next(answers)
        if isinstance(answer, StorageError):
            raise answer
        assert isinstance(answer, Sight)
        return answer

    return look


class TestShowing:
    AHEAD = Sight(None, a_run(id="scan_0", dry=True), Progress(Stage.READING, "assets"))
    READING = Sight(a_run(), None, Progress(Stage.READING, "assets", 10, 40))
    CLOSING = Sight(replace(a_run(), stage=Stage.CLOSING), None, Progress(Stage.CLOSING, "segments", 1, 2), given_up=1)

    def shown(self, *, terminal: bool) -> str:
        console = Console(record=True, width=140, force_terminal=terminal, file=io.StringIO())
        with display(console) as show:
            for sight in (Sight(None), self.AHEAD, self.READING, self.READING, self.CLOSING, self.CLOSING):
                show(sight)
        return console.export_text()

    def test_without_a_terminal_each_stage_is_one_line(self) -> None:
        assert self.shown(terminal=False).splitlines() == [
            "asked for, not begun yet",
            "waits for scan_0 (all, dry), which is reading: assets, prices, orders",
            "scan_1 is reading: 10 of 40 assets",
            "scan_1 is closing: 1 of 2 segments kept",
            "a step of a scan was given up meanwhile: `herald redrive scan --dry-run` says why",
        ]

    def test_on_a_terminal_it_is_a_bar_and_a_warning_once(self) -> None:
        shown = self.shown(terminal=True)
        assert shown.count("herald redrive scan") == 1
        assert "1 of 2 segments kept" in shown


class Scanner:
    """Makes one step of the scan that was asked for whenever the command line sleeps."""

    def __init__(self, stack: Stack, *, crash: type[BaseException] | None = None) -> None:
        self._stack, self._crash = stack, crash
        self._state = state_store(stack.connection)
        self._steps = iter((self._begin, self._examine, self._close, self._finish))
        self.run: Run | None = None

    def sleep(self, _seconds: float) -> None:
        if self.run is not None and self._crash is not None:
            raise self._crash
        next(self._steps)()

    def _begin(self) -> None:
        (body,) = map(json.loads, self._stack.taken("ScanQueue"))
        self.run = a_run(ask=body["ask"], dry=body["dry"], began_at=datetime.now(UTC))
        set_watch(self._state, self.run)

    def _examine(self) -> None:
        run = self._at(Stage.EXAMINING)
        keep_segments(files(self._stack.connection), run, ["w000000"], total=["w000000", "w000001"])

    def _close(self) -> None:
        self._at(Stage.CLOSING)

    def _finish(self) -> None:
        assert self.run is not None
        keep_runs(self._state, finished(self.run, check_errors=1))

    def _at(self, stage: Stage) -> Run:
        assert self.run is not None
        self.run = self.run.at_stage(stage, datetime.now(UTC)).expecting({"all": 900})
        keep_runs(self._state, self.run)
        return self.run


class TestTheWholeCommand:
    @pytest.fixture(autouse=True)
    def _scanner(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        scanner = Scanner(stack)
        monkeypatch.setattr("herald_cli.commands.scanning.time", SimpleNamespace(sleep=scanner.sleep))

    def test_it_waits_and_tells_what_was_found_and_where(self, stack: Stack) -> None:
        ended = stack.run("scan", "run", "--wait")
        assert ended.exit_code == 0, ended.output
        for line in ("asked for, not begun yet", "scan_1 is reading", "1 of 2 segments", "scan_1 is closing"):
            assert line in ended.stderr
        assert "finished scan_1 (all) in 20 min" in ended.stdout
        assert "1,200" in ended.stdout
        assert "checks that failed" in ended.stdout
        assert "herald scan report --run scan_1" in ended.stdout
        assert f"s3://{BUCKET}/reports/scan_1/all.csv" in ended.stdout

    def test_a_dry_one_says_so(self, stack: Stack) -> None:
        ended = stack.run("scan", "run", "--wait", "--dry-run")
        assert "scan_1 (all, dry)" in ended.stdout
        assert "nobody was told" in ended.stdout

    def test_for_scripts(self, stack: Stack) -> None:
        told = stack.run_json("scan", "run", "--wait")
        assert told["finished"] is True
        assert told["report"] == f"s3://{BUCKET}/reports/scan_1/all.json"
        assert (told["run"]["id"], told["run"]["ask"]) == ("scan_1", told["ask"])
        assert told["run"]["counts"]["opened"] == 2
        assert told["run"]["seconds"] == 1200

    def test_when_time_is_over_it_ends_with_3_and_the_scan_goes_on(self, stack: Stack) -> None:
        ended = stack.run("scan", "run", "--timeout", "0")
        assert ended.exit_code == 3
        assert "the scan goes on (asked for, not begun yet)" in ended.stderr
        assert len(stack.taken("ScanQueue")) == 1
        told = stack.run_json("scan", "run", "--timeout", "0", ends_with=3)
        assert (told["finished"], told["run"], told["report"]) == (False, None, None)

    def test_whoever_interrupts_it_ends_only_the_watching(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        scanner = Scanner(stack, crash=KeyboardInterrupt)
        monkeypatch.setattr("herald_cli.commands.scanning.time", SimpleNamespace(sleep=scanner.sleep))
        ended = stack.run("scan", "run", "--wait")
        assert ended.exit_code == 130
        assert "the scan goes on (scan_1 is reading)" in ended.stderr
