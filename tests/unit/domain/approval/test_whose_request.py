"""Whose request it is changes: whoever asks for something never approves it."""

from dataclasses import replace

from tests.unit.domain.approval.stories import (
    ADA,
    BEN,
    CLEO,
    HOUR,
    REQUESTER,
    Story,
    a_plan,
    a_step,
    dearer,
    person,
    voices,
)

from herald.domain.approval.approval import Result, State
from herald.domain.approval.policy import ALL


def test_an_approver_who_becomes_the_requester_approves_no_more() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL), a_step(CLEO, id="board", stage=2)))
    story.approve(ADA)

    story.change(requester=ADA)

    assert (story.approval.round, voices(story)) == (1, [("Ada", "void")])
    assert story.asked == [("desk", "Ben")]
    assert story.approve(ADA) in (Result.CHANGED, Result.CLOSED)
    story.approve(BEN)
    assert story.asked == [("board", "Cleo")]


def test_a_ticket_of_whoever_becomes_the_requester_is_closed() -> None:
    story = Story(a_plan(a_step(ADA, BEN)))

    story.change(dearer(), requester=ADA)

    assert story.asked == [("desk", "Ben")]
    assert story.approve(1) is Result.CHANGED


def test_whoever_it_was_handed_to_does_not_approve_once_it_is_their_request() -> None:
    story = Story(a_plan(a_step(ADA)))
    story.delegate(ADA, BEN)

    story.change(requester=BEN)

    assert story.asked == [("desk", "Ada")]


def test_the_next_rung_leaves_out_whoever_became_the_requester() -> None:
    story = Story(a_plan(a_step(ADA, ladder=((BEN, CLEO),))))

    story.change(requester=BEN)
    assert story.asked == [("desk", "Ada")]

    story.wait(8 * HOUR)
    assert story.asked == [("desk", "Ada"), ("desk", "Cleo")]


def test_facts_that_do_not_tell_the_requester_do_not_let_them_approve() -> None:
    story = Story(a_plan(a_step(REQUESTER, ADA)))

    story.change(dearer(), requester=None)

    assert (story.asked, story.approval.requester) == ([("desk", "Ada")], REQUESTER)


def test_the_requester_under_another_address_is_no_other_requester() -> None:
    lena = person("lena", phone="+4930123456")
    story = Story(a_plan(a_step(ADA), requester=lena))
    before = story.approval

    assert story.change(requester=replace(lena, email="lena@elsewhere.example")) is Result.UNCHANGED
    assert story.approval.tickets == before.tickets


def test_an_end_does_not_depend_on_whose_request_it_is_later() -> None:
    story = Story(a_plan(a_step(ADA)))
    story.approve(ADA)

    assert story.change(requester=ADA) is Result.UNCHANGED
    assert (story.state, story.approval.requester) == (State.APPROVED, REQUESTER)
