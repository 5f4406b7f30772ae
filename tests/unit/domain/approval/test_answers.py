"""What people answer: who is first, who is late, who may not, who asks back."""

from datetime import timedelta

import pytest
from tests.unit.domain.approval.stories import ADA, BEN, CLEO, DORA, HOUR, REQUESTER, Story, a_plan, a_step, person

from herald.domain.approval.answering import (
    MOST_ACKNOWLEDGEMENTS,
    MOST_LATE_WORDS,
    MOST_QUESTIONS,
    answer,
    reply_decides,
)
from herald.domain.approval.approval import Result, State, Verdict
from herald.domain.approval.policy import ALL
from herald.domain.delivery import Channel


def counted(story: Story) -> list[tuple[str, str, bool]]:
    """Who said what, and whether it counted when it was said."""
    return [(one.person.name, str(one.verdict), one.counted) for one in story.approval.answers]


# -- the first valid one counts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "end"), [("approve", "reject", State.APPROVED), ("reject", "approve", State.REJECTED)]
)
def test_the_first_of_two_that_contradict_each_other_counts_and_the_other_is_recorded(
    first: str, second: str, end: State
) -> None:
    story = Story(a_plan(a_step(ADA, BEN)))
    story.say(ADA, first, "Because")

    result = story.say(BEN, second, "Because not")

    assert (result, story.state) == (Result.DISSENT, end)
    assert counted(story) == [("Ada", first, True), ("Ben", second, False)]
    assert story.approval.answers[1].reason == "Because not"


def test_whoever_agrees_too_late_is_told_that_it_was_over() -> None:
    story = Story(a_plan(a_step(ADA, BEN)))
    story.approve(ADA)

    assert story.approve(BEN) is Result.CLOSED
    assert counted(story) == [("Ada", "approve", True), ("Ben", "approve", False)]


def test_dissent_is_known_where_only_the_step_is_over() -> None:
    story = Story(a_plan(a_step(ADA, BEN), a_step(CLEO, id="board", stage=2)))
    story.approve(ADA)

    assert story.reject(BEN) is Result.DISSENT
    assert (story.state, story.asked) == (State.OPEN, [("board", "Cleo")])


@pytest.mark.parametrize(("channel", "told"), [("page", []), ("sms", [("dissent", "Ben")])])
def test_whoever_dissents_by_a_reply_is_told_so(channel: str, told: list[tuple[str, str]]) -> None:
    story = Story(a_plan(a_step(ADA, BEN)))
    story.approve(ADA)

    story.reject(BEN, channel=channel)

    assert story.told == told


@pytest.mark.parametrize("end", [Story.recall, lambda story: story.wait(8 * HOUR)])
def test_an_answer_after_an_end_without_a_decision_contradicts_nobody(end: object) -> None:
    story = Story(a_plan(a_step()))
    assert callable(end)
    end(story)

    assert (story.reject(ADA), story.approve(ADA)) == (Result.CLOSED, Result.CLOSED)
    assert not any(one.counted for one in story.approval.answers)


# -- the same person again -------------------------------------------------------------------------------------------


def test_the_same_event_told_again_brings_the_same_and_changes_nothing() -> None:
    story = Story(a_plan(a_step(ADA), a_step(BEN, id="board", stage=2)))
    story.approve(ADA, event="evt_press")
    before, first = story.approval, story.heard[-1]
    story.wait(HOUR)
    later = story.approval

    # Whatever it says the second time: an id is one event.
    story.reject(ADA, event="evt_press")

    assert (story.heard[-1], story.approval) == (first, later)
    assert before.answers == later.answers


def test_a_second_press_on_the_same_button_is_one_decision() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL)))
    story.approve(ADA)

    assert story.approve(ADA) is Result.REPEATED
    assert (counted(story), story.state) == ([("Ada", "approve", True)], State.OPEN)


def test_nobody_takes_back_what_they_said() -> None:
    story = Story(a_plan(a_step(ADA, BEN, quorum=ALL)))
    story.approve(ADA)

    assert story.reject(ADA) is Result.DISSENT
    assert (counted(story)[-1], story.state) == (("Ada", "reject", False), State.OPEN)


def test_whoever_goes_on_pressing_is_not_recorded_for_ever() -> None:
    story = Story(a_plan(a_step(ADA, BEN)))
    story.approve(ADA)

    results = [story.reject(BEN) for _ in range(MOST_LATE_WORDS + 3)]

    assert results == [Result.DISSENT] * MOST_LATE_WORDS + [Result.NOT_ALLOWED] * 3
    assert len(story.approval.answers) == 1 + MOST_LATE_WORDS


# -- what is no decision ---------------------------------------------------------------------------------------------


def test_a_rejection_has_a_reason() -> None:
    story = Story(a_plan(a_step()))

    assert story.reject(ADA, reason=" \n") is Result.REASON_MISSING
    assert (story.state, story.approval.answers) == (State.OPEN, ())


@pytest.mark.parametrize("number", [0, -1, 2, 70000])
def test_a_ticket_that_never_was_decides_nothing(number: int) -> None:
    story = Story(a_plan(a_step()))

    assert story.approve(number) is Result.UNKNOWN
    assert story.acknowledge(number) is Result.CLOSED
    assert story.question(number) is Result.CLOSED
    assert story.delegate(number, BEN) is Result.CLOSED
    assert story.state is State.OPEN


def test_it_is_kept_when_somebody_said_it_even_if_that_is_heard_of_later() -> None:
    story = Story(a_plan(a_step()))
    said = story.now
    story.now += HOUR

    story.apply(lambda turn: answer(turn, 1, Verdict.APPROVE, "", event_id="evt_2", channel="sms", at=said))

    [kept] = story.approval.answers
    assert story.approval.end is not None
    assert (kept.at, story.approval.end.at) == (said, said + HOUR)


# -- handing on ------------------------------------------------------------------------------------------------------


def test_a_question_is_handed_on_to_somebody_who_then_answers_it() -> None:
    story = Story(a_plan(a_step()))

    story.delegate(ADA, BEN, note=" Please look ")
    assert (story.asked, story.told) == ([("desk", "Ben")], [("delegated", "Ben")])
    assert story.tellings[0].details == {"text": "Please look", "from": "Ada"}

    story.approve(BEN)
    assert story.state is State.APPROVED


def test_whoever_handed_it_on_answers_no_more() -> None:
    story = Story(a_plan(a_step()))
    story.delegate(ADA, BEN)

    assert (story.approve(ADA), story.reject(ADA)) == (Result.NOT_ALLOWED, Result.NOT_ALLOWED)
    assert (story.acknowledge(ADA), story.delegate(ADA, CLEO)) == (Result.CLOSED, Result.CLOSED)
    assert story.approval.answers == ()


def test_it_is_handed_on_once() -> None:
    story = Story(a_plan(a_step()))
    story.delegate(ADA, BEN)

    assert story.delegate(BEN, CLEO) is Result.NOT_ALLOWED
    assert story.asked == [("desk", "Ben")]


@pytest.mark.parametrize(
    "to",
    [
        pytest.param(REQUESTER, id="the requester"),
        pytest.param(person("other", email="Lena@Example.com"), id="the requester in capitals"),
        pytest.param(BEN, id="somebody asked already"),
        pytest.param(person("other", email="BEN@example.com"), id="somebody asked already in capitals"),
        pytest.param(ADA, id="themselves"),
        pytest.param(person("other", email=None, phone="+4930123456"), id="somebody who cannot be told"),
    ],
)
def test_it_is_not_handed_on_to(to: object) -> None:
    story = Story(a_plan(a_step(ADA, BEN)))
    assert isinstance(to, type(ADA))

    assert story.delegate(ADA, to) is Result.NOT_ALLOWED
    assert story.asked == [("desk", "Ada"), ("desk", "Ben")]


def test_whoever_it_was_handed_to_is_asked_only_once_when_the_ladder_reaches_them() -> None:
    story = Story(a_plan(a_step(ladder=((BEN, CLEO),))))
    story.delegate(ADA, BEN)

    story.wait(8 * HOUR)

    assert story.asked == [("desk", "Ben"), ("desk", "Cleo")]
    assert story.told == [("reminder", "Ben"), ("escalated", "Cleo")]


# -- looking into it -------------------------------------------------------------------------------------------------


def test_looking_into_it_is_said_so_often_and_no_more() -> None:
    story = Story(a_plan(a_step()))

    results = [story.acknowledge(ADA) for _ in range(MOST_ACKNOWLEDGEMENTS + 1)]

    assert results == [Result.DONE] * MOST_ACKNOWLEDGEMENTS + [Result.NOT_ALLOWED]


def test_whoever_was_handed_a_question_has_their_own_time_to_look_into_it() -> None:
    story = Story(a_plan(a_step()))
    story.acknowledge(ADA)
    story.delegate(ADA, BEN)

    assert (story.ticket(BEN).acknowledged_until, story.ticket(BEN).acknowledgements) == (None, 0)
    assert story.acknowledge(BEN) is Result.DONE


# -- asking back -----------------------------------------------------------------------------------------------------


def test_a_question_goes_to_the_requester_and_the_reply_to_whoever_asked() -> None:
    story = Story(a_plan(a_step()))

    story.question(ADA, " Why Sand? ")
    assert (story.told, story.tellings[0].details) == (
        [("question", "requester")],
        {"text": "Why Sand?", "from": "Ada"},
    )
    assert story.ticket(ADA).acknowledged_until == story.now + timedelta(hours=4)

    story.reply(story.approval.questions[0].id, " They like it. ")
    assert (story.told, story.tellings[0].details) == ([("reply", "Ada")], {"text": "They like it.", "from": "Lena"})
    assert story.approval.questions[0].answer == "They like it."


def test_a_question_is_replied_to_once() -> None:
    story = Story(a_plan(a_step()))
    story.question(ADA)
    asked = story.approval.questions[0].id

    assert story.reply(asked, " ") is Result.REASON_MISSING
    assert (story.reply(asked, "First"), story.reply(asked, "Second")) == (Result.DONE, Result.REPEATED)
    assert story.approval.questions[0].answer == "First"
    assert story.reply("evt_never") is Result.UNKNOWN


def test_a_reply_to_somebody_who_has_answered_is_kept_and_told_to_nobody() -> None:
    story = Story(a_plan(a_step()))
    story.question(ADA)
    story.approve(ADA)

    assert (story.reply(story.approval.questions[0].id), story.told) == (Result.DONE, [])


def test_questions_need_words_and_somebody_to_ask_and_come_to_an_end() -> None:
    story = Story(a_plan(a_step()))
    assert story.question(ADA, "  ") is Result.REASON_MISSING
    assert Story(a_plan(a_step(), requester=None)).question(ADA) is Result.NOT_ALLOWED

    results = [story.question(ADA, f"{number}?") for number in range(MOST_QUESTIONS + 1)]

    assert results == [Result.DONE] * MOST_QUESTIONS + [Result.NOT_ALLOWED]
    assert len(story.approval.questions) == MOST_QUESTIONS


# -- replies by phone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "decides"),
    [({}, False), ({"USD": 1000}, False), ({"EUR": 199}, False), ({"EUR": 200}, True), ({"EUR": 1000}, True)],
)
def test_a_reply_decides_up_to_what_the_step_names_for_the_currency(most: dict[str, int], decides: bool) -> None:
    story = Story(a_plan(a_step(DORA, channels=(Channel.EMAIL, Channel.SMS), reply_up_to=most)))

    assert reply_decides(story.approval, story.plan.policy, story.ticket(DORA)) is decides
