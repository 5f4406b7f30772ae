"""Ends that nobody who was asked brings about: it is taken back, or an administrator decides."""

from collections.abc import Callable

import pytest
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, HOUR, Story, a_plan, a_step, dearer

from herald.domain.approval.approval import Result, State
from herald.domain.approval.policy import Timeout
from herald.usecases.approvals.approval_values import end_values

EVERYBODY = [("outcome", "requester"), ("outcome", "watchers"), ("outcome", "Ada"), ("outcome", "Ben")]


def asked(*, parked: bool = False) -> Story:
    """Ada and Ben are asked, then Cleo."""
    story = Story(a_plan(a_step(ADA, BEN), a_step(CLEO, id="board", stage=2), watchers=(DORA,)))
    if parked:
        story.wait(8 * HOUR)
        assert story.state is State.PARKED
    return story


@pytest.mark.parametrize("parked", [False, True])
def test_the_requester_takes_it_back_and_everybody_who_waits_is_told(*, parked: bool) -> None:
    story = asked(parked=parked)

    assert story.recall(" Not needed any more ") is Result.DONE
    assert (story.state, story.by, story.asked, story.told) == (State.RECALLED, "requester", [], EVERYBODY)
    assert story.approval.end is not None
    assert (story.approval.end.name, story.approval.end.reason) == ("Lena", "Not needed any more")


@pytest.mark.parametrize("parked", [False, True])
@pytest.mark.parametrize(("verdict", "end"), [("approve", State.APPROVED), ("reject", State.REJECTED)])
def test_an_administrator_decides_and_all_are_told_whose_word_it_is(
    verdict: str, end: State, *, parked: bool
) -> None:  # fmt: skip
    story = asked(parked=parked)

    assert story.override(verdict) is Result.DONE
    assert (story.state, story.by, story.asked, story.told) == (end, "administrator", [], EVERYBODY)
    assert story.approval.end is not None
    assert (story.approval.end.name, story.approval.end.reason) == ("Root", "The board wants it")
    assert story.approval.answers == ()


def test_whoever_answered_before_it_was_parked_is_not_told_as_one_who_waits() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=2)))
    story.approve(ADA)
    story.wait(8 * HOUR)

    story.override("approve")

    assert story.told == [("outcome", "requester"), ("outcome", "Ben")]


def test_the_comment_of_an_approval_is_not_told_as_the_reason_of_another_end() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="board", stage=2, timeout=Timeout.REJECT)))
    story.say(ADA, "approve", "Looks good to me")

    story.wait(9 * HOUR)

    assert (story.state, story.by) == (State.REJECTED, "deadline")
    assert "text" not in end_values(story.approval)


def test_the_reason_of_the_rejection_is_told_and_not_what_others_said() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2)))
    story.say(ADA, "approve", "Looks good to me")
    story.reject(BEN, "No")
    story.reject(CLEO, "Too dear")

    assert (story.state, end_values(story.approval)["text"]) == (State.REJECTED, "Too dear")


def test_an_administrator_has_a_reason() -> None:
    story = asked()

    assert story.override("approve", "  ") is Result.REASON_MISSING
    assert story.state is State.OPEN


def test_an_administrator_decides_about_what_they_looked_at() -> None:
    story = asked()
    looked_at = story.approval.fingerprint
    story.change(dearer())

    assert story.override("approve", about=looked_at) is Result.CHANGED
    assert story.state is State.OPEN
    assert story.override("approve", about=story.approval.fingerprint) is Result.DONE


@pytest.mark.parametrize("end", ["approved", "rejected", "recalled", "overridden"])
def test_what_has_ended_is_neither_taken_back_nor_decided_again(end: str) -> None:
    story = Story(a_plan(a_step(ADA)))
    ends: dict[str, Callable[[], Result]] = {
        "approved": lambda: story.approve(ADA),
        "rejected": lambda: story.reject(ADA),
        "recalled": story.recall,
        "overridden": lambda: story.override("approve"),
    }
    ends[end]()
    state, how = story.state, story.approval.end

    assert [story.recall(), story.override("reject"), story.override("approve")] == [Result.CLOSED] * 3
    assert (story.state, story.approval.end) == (state, how)


def test_the_press_that_comes_after_an_administrator_is_recorded_beside_it() -> None:
    story = asked()
    story.override("approve")

    assert story.reject(ADA) is Result.DISSENT
    assert story.approve(BEN) is Result.CLOSED
    assert [one.counted for one in story.approval.answers] == [False, False]
    assert story.state is State.APPROVED


def test_an_administrators_word_is_about_what_stood_then() -> None:
    story = asked()
    story.override("approve")

    story.change(dearer())

    assert (story.state, story.asked) == (State.OPEN, [("desk", "Ada"), ("desk", "Ben")])
