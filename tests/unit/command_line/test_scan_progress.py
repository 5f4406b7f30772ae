"""How far a scan is, by what its files tell."""

from datetime import timedelta

import pytest
from tests.builders import NOW
from tests.unit.command_line.scans import a_run, finished, keep_segments

from herald.adapters.memory_catalog import MemoryFiles
from herald.domain.catalog.run import Run, Stage
from herald_cli.scan_progress import Gauge, progress_words
from herald_cli.scan_words import count, span

MINUTE = timedelta(minutes=1)


def examining(**changes: object) -> Run:
    return a_run(stage=Stage.EXAMINING, stage_at=NOW, expected={"all": 2000}, **changes)


def seen(gauge: Gauge, run: Run, minutes: float = 1) -> tuple[int | None, int | None, int | None, str]:
    progress = gauge.of(run, NOW + minutes * MINUTE)
    assert progress is not None
    return progress.done, progress.total, progress.items, progress_words(progress)


def test_while_a_partition_is_exported_its_segments_are_estimated() -> None:
    files = MemoryFiles()
    keep_segments(files, examining(), ["w000000", "w000001"])
    done, total, items, words = seen(Gauge(files), examining())
    assert (done, total, items) == (2, 4, 1000)
    assert words == "2 of about 4 segments, 1,000 of 2,000 items, 16.7 items per second, about 1 min left"


def test_what_was_examined_of_another_way_to_read_does_not_count() -> None:
    files = MemoryFiles()
    keep_segments(files, examining(), ["t000000", "t000001", "w000000"])
    assert seen(Gauge(files), examining())[0] == 1
    keep_segments(files, examining(), [], total=["w000000", "w000001"])
    assert seen(Gauge(files), examining())[:2] == (1, 2)


def test_once_a_partition_was_exported_its_segments_are_known() -> None:
    files = MemoryFiles()
    keep_segments(files, examining(), ["w000000"], total=["w000000", "w000001", "w000002", "w000003", "w000004"])
    done, total, items, words = seen(Gauge(files), examining())
    assert (done, total, items) == (1, 5, 400)
    assert words.startswith("1 of 5 segments, ")


def test_what_is_done_is_not_looked_for_again() -> None:
    files = MemoryFiles()
    keep_segments(files, examining(), ["w000000"], total=["w000000"])
    gauge = Gauge(files)
    seen(gauge, examining())
    files.content.clear()
    assert seen(gauge, examining())[:2] == (1, 1)


def test_an_empty_partition_is_no_riddle() -> None:
    files, run = MemoryFiles(), a_run(stage=Stage.EXAMINING, stage_at=NOW, expected={"all": 0})
    assert seen(Gauge(files), run)[:3] == (0, 0, 0)
    keep_segments(files, run, [], total=[])
    assert seen(Gauge(files), run)[:3] == (0, 0, 0)


def test_the_rate_is_that_of_the_last_five_minutes() -> None:
    files, gauge = MemoryFiles(), Gauge(MemoryFiles())
    gauge.files = files
    keep_segments(files, examining(), ["w000000"])
    seen(gauge, examining(), 60)
    keep_segments(files, examining(), ["w000001"])
    progress = gauge.of(examining(), NOW + 65 * MINUTE)
    assert progress is not None
    assert progress.per_second == pytest.approx(500 / 300)


def test_nothing_is_said_of_the_rate_where_nothing_was_done() -> None:
    words = seen(Gauge(MemoryFiles()), examining())[3]
    assert words == "0 of about 4 segments, 0 of 2,000 items"


def test_reading_tells_assets_as_far_as_the_run_does() -> None:
    gauge, last = Gauge(MemoryFiles()), finished(a_run(id="scan_0"))
    for run, before, words in (
        (a_run(), None, "assets, prices, orders"),
        (a_run(), last, "about 9,000 assets and more"),
        (a_run(counts={"assets": 3000}), last, "3,000 of about 9,000 assets"),
        (a_run(counts={"assets": 3000}), None, "3,000 assets"),
    ):
        progress = gauge.of(run, NOW, before)
        assert progress is not None
        assert progress_words(progress) == words


def test_closing_tells_what_is_kept_and_a_dry_run_keeps_nothing() -> None:
    files, gauge = MemoryFiles(), Gauge(MemoryFiles())
    gauge.files = files
    run = a_run(stage=Stage.CLOSING, stage_at=NOW, kept=20)
    keep_segments(files, run, [], total=[f"w{number:06d}" for number in range(45)])
    assert seen(gauge, run)[3] == "20 of 45 segments kept"
    assert seen(gauge, a_run(stage=Stage.CLOSING, dry=True))[3] == "issues and reports"
    assert gauge.of(finished(run), NOW) is None


def test_lengths_of_time_and_numbers_are_short() -> None:
    lengths = (0, 59, 89, 3599, 3600, 5400, 172_800, 400_000)
    assert [span(timedelta(seconds=length)) for length in lengths] == [
        "0 s", "59 s", "1 min", "1 h", "1 h", "1 h 30 min", "2 d", "4 d",
    ]  # fmt: skip
    assert count(1234567) == "1,234,567"
