"""What approvers do before they decide: ask back, hand on, look into it. None of it decides anything."""

import re

from tests.integration.approvals.approving import DANA, ENGINEERING, HOTEL, HOUR, LYON, Approving, text_of

from herald.domain.approval.answering import MOST_ACKNOWLEDGEMENTS, MOST_QUESTIONS
from herald.domain.approval.approval import Closed, Result, State
from herald.usecases.approvals.approval_shelves import person_key
from simulators.threekit.seed import ids

SUBJECT = f"order/{LYON}"
INES, LUC, HANNA, LENA = (
    "ines.falk@example.com", "luc.perrin@example.com", "hanna.wolff@example.com", "lena.vogt@example.com",
)  # fmt: skip


def asked(people: Approving, token: str, words: str) -> int:
    return int(people.press(token, "question", text=words)["statusCode"])


def test_a_question_goes_to_the_requester_and_the_answer_to_whoever_asked(people: Approving) -> None:
    people.order(LYON)
    token = people.link(INES)
    assert asked(people, token, "Which <oak>?") == 200
    assert "Which <oak>?" in people.messages(LENA)[-1]
    assert not any("Which <oak>?" in text for text in people.messages(LUC))

    requester = people.link(LENA)
    assert "Which &lt;oak&gt;?" in people.open(requester)
    (question,) = people.approval(SUBJECT).questions
    answer = people.press(requester, "answer", question=question.id, text="The natural one")
    assert answer["statusCode"] == 200
    assert "The natural one" in people.messages(INES)[-1]
    assert not any("The natural one" in text for text in people.messages(LUC))
    assert "The natural one" in text_of(people.open(people.link(INES)))
    assert people.approval(SUBJECT).state is State.OPEN
    assert people.approve(INES)["statusCode"] == 200


def test_a_question_is_answered_once(people: Approving) -> None:
    people.order(LYON)
    asked(people, people.link(INES), "Which oak?")
    token = people.link(LENA)
    (question,) = people.approval(SUBJECT).questions
    people.press(token, "answer", question=question.id, text="The natural one")
    people.press(token, "answer", question=question.id, text="No, the dark one")
    assert people.approval(SUBJECT).questions[0].answer == "The natural one"
    assert people.told().count(("reply", INES)) == 1
    assert people.press(token, "answer", question="evt_another", text="x")["statusCode"] == 409
    assert people.press(token, "answer", question=question.id, text=" ")["statusCode"] == 422


def test_nobody_asks_for_ever(people: Approving) -> None:
    people.order(LYON)
    token = people.link(INES)
    answers = [asked(people, token, f"Question {number}?") for number in range(MOST_QUESTIONS)]
    assert answers == [200] * MOST_QUESTIONS
    assert "<textarea" in people.open(token)
    assert asked(people, token, "One more?") == 409
    assert len(people.approval(SUBJECT).questions) == MOST_QUESTIONS
    assert asked(people, token, "  ") == 422


def test_whoever_a_decision_is_handed_to_decides_it(people: Approving) -> None:
    people.order(LYON)
    mine = people.link(INES)
    assert people.hand_on(mine, "Hanna Wolff", "You know them")["statusCode"] == 200
    assert "You know them" in people.messages(HANNA)[-1]
    assert "Ines Falk" in people.messages(HANNA)[-1]
    page = people.open(mine)
    assert "<form" not in page
    assert "Hanna Wolff" in text_of(page)

    assert people.approve(HANNA)["statusCode"] == 200
    approval = people.approval(SUBJECT)
    assert approval.state is State.APPROVED
    assert [(one.person.email, one.counted) for one in approval.answers] == [(HANNA, True)]


def test_whoever_handed_a_decision_on_does_not_decide_it_any_more(people: Approving) -> None:
    people.order(LYON)
    mine, code = people.link(INES), people.code(INES)
    once = people.once(mine)
    people.hand_on(mine, "Hanna Wolff")
    assert people.press_again(mine, once, "approve", sure="yes")["statusCode"] == 409
    people.text("+493023125101", f"APPROVE {code}")
    approval = people.approval(SUBJECT)
    assert approval.state is State.OPEN
    assert not any(one.counted for one in approval.answers)
    assert [one.closed for one in approval.tickets if one.person.email == INES] == [Closed.DELEGATED]


def test_a_decision_is_handed_on_once(people: Approving) -> None:
    people.order(LYON)
    people.hand_on(people.link(INES), "Hanna Wolff")
    token = people.link(HANNA)
    assert 'name="to"' not in people.open(token)
    caron = next(one for one in people.approval(SUBJECT).delegates if one.name == "Inès Caron")
    answer = people.press(token, "delegate", to=person_key(caron))
    assert answer["statusCode"] == 409
    assert people.approval(SUBJECT).heard[-1].result is Result.NOT_ALLOWED
    assert people.messages("ines.caron@example.com") == []


def test_nobody_is_handed_a_decision_who_asked_for_it_is_asked_already_or_is_on_no_list(people: Approving) -> None:
    """The only delegate of the region asked for this order; Dana is asked; directors are none."""
    people.order(HOTEL)
    token = people.link(DANA)
    assert 'name="to"' not in people.open(token)
    approval = people.approval()
    assert approval.requester is not None
    for person in (approval.requester, approval.tickets[0].person, approval.last_resort[0]):
        assert people.press(token, "delegate", to=person_key(person))["statusCode"] == 409
    assert people.press(token, "delegate", to="")["statusCode"] == 422
    assert len(people.approval().tickets) == 1
    assert people.approve(DANA)["statusCode"] == 200


def test_a_note_with_anything_in_it_reaches_the_delegate_as_text(people: Approving) -> None:
    people.order(LYON)
    people.hand_on(people.link(INES), "Hanna Wolff", "<script>alert(1)</script> {{ 7 * 7 }}")
    told = people.messages(HANNA)[-1]
    assert "{{ 7 * 7 }}" in told
    html = told[told.index("<!DOCTYPE") :]
    assert "<script" not in html
    assert re.search(r"&lt;script&gt;", html)


def test_who_looks_into_it_may_say_so_twice(people: Approving) -> None:
    people.order(LYON)
    token = people.link(INES)
    answers = [people.press(token, "acknowledge")["statusCode"] for _ in range(MOST_ACKNOWLEDGEMENTS + 1)]
    assert answers == [200] * MOST_ACKNOWLEDGEMENTS + [409]
    assert people.approval(SUBJECT).state is State.OPEN
    assert people.told().count(("request", INES)) == 1


def test_one_who_looks_into_it_leaves_the_others_reminded(people: Approving) -> None:
    people.order(LYON)
    people.house.wait(1.5 * HOUR)
    people.press(people.link(INES), "acknowledge")
    people.house.wait(2 * HOUR)
    reminded = {address for kind, address in people.told() if kind == "reminder"}
    assert LUC in reminded
    assert INES not in reminded


def test_what_is_over_takes_no_question_and_no_delegate(people: Approving) -> None:
    people.order(ids.ORDER_LONDON_ROSEWOOD_NEW)
    subject = f"order/{ids.ORDER_LONDON_ROSEWOOD_NEW}"
    token = people.link(LUC)
    once = people.once(token)
    people.reject(INES, "no permit")
    for do, fields in (("question", {"text": "Why?"}), ("delegate", {"to": "per_x"}), ("acknowledge", {})):
        assert people.press_again(token, once, do, **fields)["statusCode"] == 409, do
    approval = people.approval(subject)
    assert (approval.state, approval.questions) == (State.REJECTED, ())
    assert ENGINEERING not in {address for _, address in people.told()}
