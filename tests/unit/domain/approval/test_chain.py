"""Whom a chain asks, one stage after the other, and when a step has enough."""

import pytest
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, REQUESTER, Story, a_plan, a_step, person

from herald.domain.approval.approval import Result, State, StepState, approval_id
from herald.domain.approval.policy import ALL, Timeout
from herald.domain.delivery import Channel


def test_an_approval_is_the_one_of_its_subject_in_its_chain() -> None:
    story = Story(a_plan(a_step()))

    assert story.approval.id == approval_id("order", story.plan.subject) != approval_id("other", story.plan.subject)
    assert (story.approval.round, story.approval.config_version) == (1, "v1")


def test_stages_are_asked_one_after_the_other() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="finance", stage=2), a_step(CLEO, id="board", stage=3)))
    assert story.asked == [("desk", "Ada")]

    story.approve(ADA)
    assert (story.asked, story.told) == ([("finance", "Ben")], [("request", "Ben")])

    story.approve(BEN)
    story.approve(CLEO)
    assert (story.state, story.by) == (State.APPROVED, "people")


def test_steps_of_one_stage_are_asked_side_by_side() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="finance"), a_step(CLEO, id="board", stage=2)))
    assert story.asked == [("desk", "Ada"), ("finance", "Ben")]

    story.approve(BEN)
    assert story.asked == [("desk", "Ada")]

    story.approve(ADA)
    assert story.asked == [("board", "Cleo")]


def test_a_rejection_ends_it_for_everybody_and_tells_whoever_still_waited() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="finance"), watchers=(DORA,)))

    story.reject(ADA)

    assert (story.state, story.by, story.asked) == (State.REJECTED, "people", [])
    # Ada said it herself.
    assert story.told == [("outcome", "requester"), ("outcome", "watchers"), ("outcome", "Ben")]


def test_without_a_requester_or_watchers_nobody_else_is_told_of_the_end() -> None:
    story = Story(a_plan(a_step(ADA), requester=None))

    story.approve(ADA)

    assert story.told == []


def test_a_chain_none_of_whose_steps_apply_approves_by_policy() -> None:
    story = Story(a_plan())

    assert (story.state, story.by, story.approval.tickets) == (State.APPROVED, "policy", ())
    assert story.told == [("outcome", "requester")]


def test_any_is_whoever_answers_first() -> None:
    story = Story(a_plan(a_step(ADA, BEN)))

    story.approve(BEN)

    assert (story.state, story.asked) == (State.APPROVED, [])


def test_all_is_every_one_of_them() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=ALL)))

    story.approve(ADA)
    story.approve(CLEO)
    assert not story.ended

    story.approve(BEN)
    assert story.state is State.APPROVED


def test_all_is_lost_with_the_first_rejection() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=ALL)))
    story.approve(ADA)

    story.reject(BEN)

    assert story.state is State.REJECTED


def test_two_of_three_bear_one_rejection() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2)))

    story.reject(ADA)
    assert not story.ended
    story.approve(BEN)
    story.approve(CLEO)

    assert story.state is State.APPROVED


def test_two_of_three_are_lost_with_two_rejections() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2)))
    story.reject(ADA)

    story.reject(BEN)

    assert (story.state, story.steps) == (State.REJECTED, {"desk": StepState.REJECTED})


def test_those_not_needed_any_more_are_asked_no_longer() -> None:
    story = Story(a_plan(a_step(ADA, BEN, CLEO, quorum=2), a_step(DORA, id="board", stage=2)))
    story.approve(ADA)

    story.approve(BEN)

    assert story.asked == [("board", "Dora")]
    assert str(story.ticket(CLEO).closed) == "settled"


def test_one_person_under_two_names_has_one_voice() -> None:
    phone = "+4930123456"
    mail, phone_only = person("ada", phone=phone), person("ada-phone", email=None, phone=phone)
    story = Story(a_plan(a_step(mail, phone_only, BEN, quorum=2, channels=tuple(Channel))))

    story.approve(mail)
    assert (story.approve(phone_only), story.reject(phone_only)) == (Result.REPEATED, Result.DISSENT)
    assert not story.ended

    story.approve(BEN)
    assert story.state is State.APPROVED


def test_two_entries_of_one_person_do_not_park_what_all_have_to_approve() -> None:
    at_work = person("ada", phone="+4915100000001")
    at_home = person("ada.home", phone="+4915100000001")
    story = Story(a_plan(a_step(at_work, at_home, BEN, quorum=ALL)))

    assert not story.ended
    story.approve(at_work)
    story.approve(BEN)
    assert story.state is State.APPROVED


def test_where_two_names_of_one_person_cannot_be_enough_others_are_asked_at_once() -> None:
    mail = person("ada", phone="+4930123456")
    phone_only = person("ada-phone", email=None, phone="+4930123456")

    story = Story(a_plan(a_step(mail, phone_only, quorum=2, ladder=((BEN,),), channels=tuple(Channel))))

    assert ("desk", "Ben") in story.asked


@pytest.mark.parametrize("quorum", ["any", "all", 1])
def test_the_requester_is_never_asked(quorum: str | int) -> None:
    story = Story(a_plan(a_step(REQUESTER, ADA, quorum=quorum, ladder=((REQUESTER,),))))

    assert story.asked == [("desk", "Ada")]
    story.approve(ADA)
    assert story.state is State.APPROVED


def test_the_requester_is_known_by_any_of_their_addresses() -> None:
    requester = person("lena", phone="+4930123456")
    by_phone = person("somebody", phone="+4930123456")
    shouting = person("x", email="LENA@EXAMPLE.COM")

    story = Story(a_plan(a_step(by_phone, shouting, ADA), requester=requester))

    assert story.asked == [("desk", "Ada")]


def test_whoever_cannot_be_told_on_the_steps_channels_is_not_asked() -> None:
    story = Story(a_plan(a_step(ADA, person("ben", phone="+4930123456"), channels=(Channel.SMS,))))

    assert story.asked == [("desk", "Ben")]


# -- nobody to ask ---------------------------------------------------------------------------------------------------


def test_where_nobody_is_there_the_next_rung_is_asked_at_once() -> None:
    story = Story(a_plan(a_step(REQUESTER, ladder=((), (BEN,)))))

    assert (story.asked, story.told) == ([("desk", "Ben")], [("escalated", "Ben")])


def test_where_those_who_are_there_cannot_be_enough_the_next_rung_is_asked_beside_them() -> None:
    story = Story(a_plan(a_step(ADA, REQUESTER, quorum=2, ladder=((BEN,),))))

    assert story.asked == [("desk", "Ada"), ("desk", "Ben")]


@pytest.mark.parametrize("timeout", list(Timeout))
def test_where_nobody_can_be_asked_it_is_parked_whatever_the_policy_says_of_deadlines(timeout: Timeout) -> None:
    story = Story(a_plan(a_step(REQUESTER, ladder=((REQUESTER,), ()), repeat=2, timeout=timeout)))

    assert (story.state, story.by, story.approval.tickets) == (State.PARKED, "policy", ())
    assert story.told == [("outcome", "requester")]


def test_the_last_resort_is_asked_where_nobody_else_is_there() -> None:
    story = Story(a_plan(a_step(REQUESTER, timeout=Timeout.ESCALATE), last_resort=(DORA,)))

    assert story.asked == [("desk", "Dora")]


def test_a_step_that_cannot_be_asked_does_not_let_those_beside_it_begin() -> None:
    story = Story(a_plan(a_step(REQUESTER), a_step(ADA, id="finance")))

    assert (story.state, story.asked) == (State.PARKED, [])


def test_a_step_that_cannot_be_asked_ends_those_beside_it() -> None:
    story = Story(a_plan(a_step(ADA, id="finance"), a_step(REQUESTER)))

    assert (story.state, story.asked, str(story.ticket(ADA).closed)) == (State.PARKED, [], "ended")
