"""Milestones: once, in order, forward only, whatever arrives when."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain.milestones import (
    ORDER_STATUSES,
    MilestoneStep,
    OrderProgress,
    Reached,
    forward_status,
    place_of,
    progress_document,
    progress_of,
)

PLAN = (
    MilestoneStep("received", "New"), MilestoneStep("validated"), MilestoneStep("in_production", "In Progress"),
    MilestoneStep("shipped", "Complete"),
)  # fmt: skip
NAMES = [step.name for step in PLAN]
arrivals = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 20)), max_size=12)


def reach_all(told: list[tuple[str, int]]) -> tuple[OrderProgress, list[Reached]]:
    progress, answers = OrderProgress(), []
    for name, number in told:
        progress, reached = progress.reach(PLAN, name, NOW + timedelta(minutes=number), f"evt_{name}_{number}")
        answers.append(reached)
    return progress, answers


@given(arrivals)
def test_what_is_told_to_people_only_goes_forward_and_never_repeats(told: list[tuple[str, int]]) -> None:
    progress, _ = reach_all(told)
    first = [one.name for one in progress.milestones if one.reached is Reached.FIRST]
    places = [place_of(PLAN)[name] for name in first]
    assert places == sorted(set(places))
    assert {one.name for one in progress.milestones} == {name for name, _ in told}
    assert len(progress.milestones) == len({one.name for one in progress.milestones})


@given(arrivals)
def test_an_event_that_comes_again_gets_the_answer_it_got(told: list[tuple[str, int]]) -> None:
    progress, _ = reach_all(told)
    for milestone in progress.milestones:
        again = progress.reach(PLAN, milestone.name, NOW, milestone.event_id)
        assert again == (progress, milestone.reached)


@given(arrivals)
def test_the_state_table_gives_back_what_it_got(told: list[tuple[str, int]]) -> None:
    progress, _ = reach_all(told)
    assert progress_of(progress_document(progress)) == progress


@given(arrivals.filter(bool), st.sampled_from([*ORDER_STATUSES, None, "Cancelled"]))
def test_a_status_never_goes_back_and_is_one_of_threekits(told: list[tuple[str, int]], present: str | None) -> None:
    progress, _ = reach_all(told)
    written = forward_status(present, progress.status(PLAN))
    if written is not None:
        assert present in ORDER_STATUSES
        assert ORDER_STATUSES.index(written) > ORDER_STATUSES.index(str(present))


def test_notes_stand_in_the_order_of_the_plan_and_say_what_was_late() -> None:
    progress, _ = reach_all([("shipped", 1), ("received", 2)])
    assert [(note["name"], note.get("late", False)) for note in progress.notes(PLAN)] == [
        ("received", True), ("shipped", False),
    ]  # fmt: skip


def test_the_step_before_is_the_latest_that_was_reached() -> None:
    progress, _ = reach_all([("received", 1), ("in_production", 2), ("shipped", 3)])
    assert progress.before(PLAN, "shipped") == "in_production"
    assert progress.before(PLAN, "received") is None


def test_a_milestone_that_left_the_plan_stays_noted() -> None:
    progress, _ = reach_all([("received", 1), ("shipped", 2)])
    shorter = PLAN[2:]
    assert {note["name"] for note in progress.notes(shorter)} == {"received", "shipped"}
    assert progress.before(shorter, "shipped") is None
