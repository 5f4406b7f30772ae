"""A run from stage to stage, never back, and kept as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.adapters.exact_json import dumps, loads
from herald.domain.catalog.run import Run, Stage, Watch, run_document, run_id, run_of, watch_document, watch_of

RUN = Run("scan_1", ("seating", "rest"), NOW, "cfg_1")
STAGES = list(Stage)


def later(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def test_a_run_goes_from_stage_to_stage_and_notes_when() -> None:
    run = RUN
    for minutes, stage in enumerate((Stage.EXAMINING, Stage.CLOSING, Stage.FINISHED), start=1):
        run = run.at_stage(stage, NOW + later(minutes))
        assert (run.stage, run.stage_at) == (stage, NOW + later(minutes))
        assert run.is_over is (stage is Stage.FINISHED)
    assert run.marks == {
        "examining": NOW + later(1), "closing": NOW + later(2), "finished": NOW + later(3),
    }  # fmt: skip
    assert run.finished_at == NOW + later(3)


@given(st.lists(st.sampled_from(STAGES), max_size=8))
def test_a_run_never_goes_back_and_says_twice_what_it_said_once(stages: list[Stage]) -> None:
    run = RUN
    for minutes, stage in enumerate(stages):
        after = run.at_stage(stage, NOW + later(minutes))
        assert STAGES.index(after.stage) == max(STAGES.index(run.stage), STAGES.index(stage))
        assert after.at_stage(stage, NOW + later(99)) == after
        assert (after is run) == (STAGES.index(stage) <= STAGES.index(run.stage))
        assert (after.finished_at is not None) == after.is_over
        run = after


def test_a_run_that_is_given_up_is_over() -> None:
    given_up = RUN.at_stage(Stage.ABANDONED, NOW)
    assert (given_up.is_over, given_up.finished_at) == (True, NOW)
    assert given_up.at_stage(Stage.FINISHED, NOW) is given_up


def test_counts_are_set_beside_each_other() -> None:
    run = RUN.counted(assets=3).counted(items=2, assets=4).expecting({"rest": 7})
    assert (run.counts, run.expected, RUN.counts) == ({"assets": 4, "items": 2}, {"rest": 7}, {})


WHOLE = replace(
    RUN.at_stage(Stage.EXAMINING, NOW).at_stage(Stage.FINISHED, NOW + later(5)).counted(items=7).expecting({"rest": 7}),
    asked_by="schedule", ask="ask-1", dry=True, kept=3,
)  # fmt: skip


@pytest.mark.parametrize("run", [RUN, WHOLE, RUN.at_stage(Stage.ABANDONED, NOW)])
def test_a_run_is_kept_as_it_is(run: Run) -> None:
    assert repr(run_of(loads(dumps(run_document(run))))) == repr(run)


@pytest.mark.parametrize("watch", [Watch(), Watch("a", "b", NOW)])
def test_a_watch_is_kept_as_it_is(watch: Watch) -> None:
    assert watch_of(loads(dumps(watch_document(watch)))) == watch


def test_ids_begin_with_the_time_and_tell_requests_of_one_second_apart() -> None:
    assert run_id(NOW, "a").startswith("scan_20260302T093000000Z_")
    assert run_id(NOW, "a") == run_id(NOW, "a")
    others = {run_id(NOW, "b"), run_id(NOW + timedelta(microseconds=1), "a"), run_id(NOW + timedelta(seconds=1), "a")}
    assert len({run_id(NOW, "a"), *others}) == 4
    for later in (timedelta(days=40), timedelta(seconds=1), timedelta(milliseconds=1)):
        assert run_id(NOW, "z") < run_id(NOW + later, "a")
    assert all(character.isascii() and (character.isalnum() or character == "_") for character in run_id(NOW, "ü /"))
