"""Decisions by SMS and WhatsApp, with the code of the one request, from the phone that was asked."""

import pytest
from tests.integration.approvals.approving import DANA, HOTEL, HOUR, PAUL, Approving
from tests.integration.house_resources import APPROVAL_KEY

from herald.domain.approval.approval import State
from herald.domain.approval.links import code_of
from herald.usecases.approvals.decision_replies import MOST_UNCLEAR
from simulators.threekit.seed import ids

SMALL = ids.ORDER_LYON_TABLE_NEW
INES = "ines.falk@example.com"
INES_PHONE = "+493023125101"
DANA_PHONE = "+16175550101"


def small(people: Approving) -> str:
    people.order(SMALL)
    return people.code(INES)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_a_reply_with_the_code_approves(people: Approving, channel: str) -> None:
    people.text(INES_PHONE, f" approve {small(people).lower()}. ", channel)
    approval = people.approval(f"order/{SMALL}")
    assert (approval.state, approval.answers[0].channel) == (State.APPROVED, channel)
    assert people.noted(SMALL)["state"] == "approved"


def test_a_reply_rejects_only_with_a_reason(people: Approving) -> None:
    code = small(people)
    people.text(INES_PHONE, f"REJECT {code}")
    assert people.approval(f"order/{SMALL}").state is State.OPEN
    assert "reason" in people.messages(INES_PHONE)[-1].lower() or "grund" in people.messages(INES_PHONE)[-1].lower()
    people.text(INES_PHONE, f"REJECT {code} the table is sold out")
    approval = people.approval(f"order/{SMALL}")
    assert (approval.state, approval.answers[-1].reason) == (State.REJECTED, "the table is sold out")


def test_the_code_of_somebody_else_decides_nothing(people: Approving) -> None:
    code = small(people)
    people.order(HOTEL)
    people.text(DANA_PHONE, f"APPROVE {code}")
    assert people.approval(f"order/{SMALL}").state is State.OPEN


def test_above_the_value_only_the_page_counts(people: Approving) -> None:
    people.order(HOTEL)
    ticket = people.approval().open_tickets()[0]
    assert not any("APPROVE" in text for text in people.messages(DANA))
    people.text(DANA_PHONE, f"APPROVE {code_of(people.approval().id, ticket.number, APPROVAL_KEY)}")
    assert people.approval().answers == ()
    assert people.messages(DANA_PHONE)


def test_the_first_valid_decision_wins_and_the_other_is_told(people: Approving) -> None:
    code = small(people)
    people.press(people.link("luc.perrin@example.com"), "reject", reason="sold out")
    people.text(INES_PHONE, f"APPROVE {code}")
    approval = people.approval(f"order/{SMALL}")
    assert approval.state is State.REJECTED
    assert [(one.verdict, one.counted) for one in approval.answers] == [("reject", True), ("approve", False)]
    assert people.messages(INES_PHONE)


def test_a_phone_that_guesses_codes_is_soon_not_listened_to(people: Approving) -> None:
    code = small(people)
    for guess in ("AAAAAA", "BBBBBB", "CCCCCC", "DDDDDD", "EEEEEE"):
        people.text(INES_PHONE, f"APPROVE {guess}")
    told = len(people.messages(INES_PHONE))
    assert told == MOST_UNCLEAR
    people.text(INES_PHONE, f"APPROVE {code}")
    assert people.approval(f"order/{SMALL}").state is State.OPEN
    assert len(people.messages(INES_PHONE)) == told
    people.house.clock.now += 2 * HOUR
    people.text(INES_PHONE, f"APPROVE {code} ")
    assert people.approval(f"order/{SMALL}").state is State.APPROVED


def test_a_stranger_gets_no_answer_and_a_stop_is_still_a_stop(people: Approving) -> None:
    small(people)
    people.text("+15005550006", "APPROVE AAAAAA")
    assert people.messages("+15005550006") == []
    people.text(INES_PHONE, "STOP")
    assert people.house.counts["OptOuts"] == 1


def test_a_reply_after_the_order_changed_is_told_so(people: Approving) -> None:
    code = small(people)
    people.change_cart(SMALL, count=1)
    people.text(INES_PHONE, f"APPROVE {code}")
    approval = people.approval(f"order/{SMALL}")
    assert (approval.state, approval.answers, approval.round) == (State.OPEN, (), 2)
    assert people.messages(INES_PHONE)


def test_paul_is_asked_by_sms_first(people: Approving) -> None:
    people.order(HOTEL)
    for person in (DANA, "engineering@example.com", "finance@example.com"):
        people.approve(person)
    assert "https://herald.example.com/approvals/" in people.messages(PAUL)[-1]
