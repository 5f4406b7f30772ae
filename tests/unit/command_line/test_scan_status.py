"""``herald scan status``, and what ``herald status`` says of scans."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import NOW, MovingClock
from tests.unit.command_line.a_stack import Stack, let_all_be_well
from tests.unit.command_line.scans import a_run, finished, keep_runs, keep_segments, set_watch

from herald.adapters.memory_state import MemoryStateStore
from herald.domain.catalog.plan import CatalogPlan, Partition
from herald.domain.catalog.run import Run, Stage
from herald_cli.ports_of_stack import state_store
from herald_cli.scan_ports import files
from herald_cli.scan_status import Overdue, overdue_after, overdue_words, read_scans

HOUR, DAY = timedelta(hours=1), timedelta(hours=26)
PLAN = CatalogPlan(partitions=(Partition("outdoor", ("outdoor",), "rate(1 day)"), Partition("rest", (), "rate(1 day)")))


def ago(hours: float, **changes: object) -> Run:
    """A scan that began so many hours ago and took 20 minutes, if it is not changed."""
    return a_run(began_at=datetime.now(UTC) - hours * HOUR, **changes)


class TestReading:
    @pytest.fixture
    def state(self) -> MemoryStateStore:
        return MemoryStateStore(MovingClock())

    def test_where_nothing_was_ever_scanned_nothing_is_overdue(self, state: MemoryStateStore) -> None:
        scans = read_scans(state, PLAN, DAY, NOW)
        assert (scans.present, scans.finished, scans.overdue, scans.runs) == (None, None, (), ())

    def test_one_that_lost_the_race_is_left_out(self, state: MemoryStateStore) -> None:
        keep_runs(state, a_run(id="scan_lost"))
        set_watch(state, a_run(id="scan_2", began_at=NOW + HOUR), finished(a_run()))
        scans = read_scans(state, PLAN, DAY, NOW)
        assert [run.id for run in scans.runs] == ["scan_2", "scan_1"]
        assert scans.present is not None
        assert scans.present.id == "scan_2"

    def test_one_whose_end_was_not_noted_is_not_the_present_one(self, state: MemoryStateStore) -> None:
        set_watch(state, finished(a_run()))
        assert read_scans(state, PLAN, DAY, NOW).present is None

    def test_each_partition_is_overdue_for_itself(self, state: MemoryStateStore) -> None:
        old = finished(a_run(id="scan_0", partitions=("outdoor", "rest"), began_at=NOW - 2 * DAY))
        set_watch(state, None, finished(a_run(partitions=("rest",), began_at=NOW - HOUR)))
        keep_runs(state, old)
        overdue = read_scans(state, PLAN, DAY, NOW).overdue
        assert old.finished_at is not None
        assert overdue == (Overdue("outdoor", old.finished_at, ever=True),)
        said = overdue_words(overdue[0])
        assert said.startswith("outdoor was last scanned 2026-02-28 05:50 UTC: see `A scan is overdue`")

    def test_a_dry_one_is_no_scan_and_what_has_no_schedule_is_never_overdue(self, state: MemoryStateStore) -> None:
        keep_runs(state, finished(a_run(id="scan_0", partitions=("outdoor",), began_at=NOW - 2 * DAY)))
        keep_runs(state, finished(a_run(partitions=("outdoor",), began_at=NOW - HOUR, dry=True)))
        assert [one.partition for one in read_scans(state, PLAN, DAY, NOW).overdue] == ["outdoor"]
        assert read_scans(state, CatalogPlan((Partition("outdoor"),)), DAY, NOW).overdue == ()
        assert read_scans(state, None, DAY, NOW).overdue == ()

    def test_the_first_one_may_be_overdue_too(self, state: MemoryStateStore) -> None:
        run = a_run(partitions=("rest",), began_at=NOW - 2 * DAY, stage=Stage.EXAMINING)
        set_watch(state, run)
        (overdue,) = read_scans(state, PLAN, DAY, NOW).overdue
        assert overdue == Overdue("rest", run.began_at, ever=False)
        assert "never scanned to its end, though a scan began 2026-02-28 05:30" in overdue_words(overdue)

    def test_the_stack_says_how_late_is_too_late(self) -> None:
        assert overdue_after({}) == DAY
        assert overdue_after({"ScanOverdueHours": "170"}) == timedelta(hours=170)


class TestTheCommand:
    def test_before_the_first_scan(self, stack: Stack) -> None:
        ended = stack.run("scan", "status")
        assert ended.exit_code == 0, ended.output
        assert "no scan is under way" in ended.stdout
        assert "nothing was ever scanned: `herald scan run`" in ended.stdout
        assert stack.run_json("scan", "status") == {
            "present": None, "finished": None, "finishedAt": None, "overdue": [], "runs": [],
        }  # fmt: skip

    def test_the_present_one_with_how_far_it_is(self, stack: Stack) -> None:
        since = datetime.now(UTC) - HOUR / 4
        run = ago(0.5, id="scan_2", stage=Stage.EXAMINING, stage_at=since, expected={"all": 1000})
        set_watch(state_store(stack.connection), run, finished(ago(20)))
        keep_segments(files(stack.connection), run, ["w000000"], total=["w000000", "w000001"])
        ended = stack.run("scan", "status")
        assert ended.exit_code == 0, ended.output
        said = " ".join(ended.stdout.split())
        assert "scan_2 (all) began 30 min ago, is examining for 15 min, 1 of 2 segments" in said
        assert "scan_1 (all), 19 h ago" in said
        told = stack.run_json("scan", "status")
        assert (told["present"]["progress"]["done"], told["present"]["progress"]["total"]) == (1, 2)
        assert told["present"]["progress"]["itemsPerSecond"] == pytest.approx(500 / 900, rel=0.05)
        assert [entry["id"] for entry in told["runs"]] == ["scan_2", "scan_1"]
        assert told["finished"]["counts"]["items"] == 1200

    def test_only_so_many_of_the_last_ones(self, stack: Stack) -> None:
        keep_runs(state_store(stack.connection), *(finished(ago(hour, id=f"scan_{hour}")) for hour in range(1, 6)))
        ended = stack.run("scan", "status", "--runs", "2")
        assert ("scan_2" in ended.stdout, "scan_3" in ended.stdout) == (True, False)
        told = stack.run_json("scan", "status", "--runs", "2")["runs"]
        assert [entry["id"] for entry in told] == ["scan_1", "scan_2"]

    def test_an_overdue_one_ends_with_1(self, stack: Stack) -> None:
        set_watch(state_store(stack.connection), None, finished(ago(30)))
        ended = stack.run("scan", "status")
        assert ended.exit_code == 1
        assert "! all was last scanned" in ended.stdout
        (overdue,) = stack.run_json("scan", "status", ends_with=1)["overdue"]
        assert overdue["partition"] == "all"

    def test_a_bucket_that_does_not_answer_keeps_nothing_else_from_being_told(self, stack: Stack) -> None:
        run = ago(0.5, stage=Stage.EXAMINING, stage_at=datetime.now(UTC))
        set_watch(state_store(stack.connection), run)
        stack.connection.s3().delete_bucket(Bucket=stack.connection.output("CatalogBucketName"))
        ended = stack.run("scan", "status")
        assert ended.exit_code == 0
        assert "NoSuchBucket" in ended.stderr
        assert "scan_1" in ended.stdout


class TestStatusOfTheStack:
    def test_it_tells_the_last_scan_and_the_present_one(self, stack: Stack) -> None:
        let_all_be_well(stack)
        assert "last finished never" in stack.run("status").stdout
        set_watch(state_store(stack.connection), ago(1, id="scan_2"), finished(ago(10)))
        ended = stack.run("status")
        assert ended.exit_code == 0, ended.output
        assert "last finished 9 h ago; scan_2 began 60 min ago and is reading" in " ".join(ended.stdout.split())
        told = stack.run_json("status")["scan"]
        assert (told["finished"], told["present"], told["stage"]) == ("scan_1", "scan_2", "reading")
        assert told["overdue"] == []

    def test_an_overdue_one_needs_an_operator(self, stack: Stack) -> None:
        let_all_be_well(stack)
        set_watch(state_store(stack.connection), None, finished(ago(30)))
        (need,) = stack.run_json("status", ends_with=1)["attention"]
        assert need.startswith("the catalogue's partition all was last scanned")
