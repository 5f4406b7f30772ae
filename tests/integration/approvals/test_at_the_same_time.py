"""Several people, or one on several ways, decide at the same moment: one decision counts, and everybody knows which."""

import pytest
from tests.integration.approvals.approving import HOTEL, LYON, Approving, text_of

from herald.domain.approval.approval import State

SUBJECT = f"order/{LYON}"
INES, INES_PHONE, LUC = "ines.falk@example.com", "+493023125101", "luc.perrin@example.com"


@pytest.mark.parametrize("settled_between", [False, True])
def test_of_two_who_contradict_each_other_the_first_counts(people: Approving, settled_between: bool) -> None:
    people.order(LYON)
    ines, luc = people.link(INES), people.link(LUC)
    of_ines, of_luc = people.once(ines), people.once(luc)
    first = people.submit(ines, of_ines, "approve", sure="yes")
    if settled_between:
        people.house.settle()
    second = people.submit(luc, of_luc, "reject", reason="sold out")
    people.house.settle()
    assert (first["statusCode"], second["statusCode"]) == (200, 409)
    assert "autre décision" in text_of(second["body"]).lower()
    approval = people.approval(SUBJECT)
    assert approval.state is State.APPROVED
    assert [(one.person.email, one.counted) for one in approval.answers] == [(INES, True), (LUC, False)]
    assert people.noted(LYON)["state"] == "approved"


def test_two_who_agree_are_one_decision_and_the_second_is_told_so(people: Approving) -> None:
    people.order(LYON)
    ines, luc = people.link(INES), people.link(LUC)
    of_ines, of_luc = people.once(ines), people.once(luc)
    people.submit(ines, of_ines, "approve", sure="yes")
    second = people.submit(luc, of_luc, "approve", sure="yes")
    people.house.settle()
    assert second["statusCode"] == 409
    assert [one.counted for one in people.approval(SUBJECT).answers] == [True, False]
    assert "autre décision" in text_of(second["body"]).lower()


def test_somebody_decides_while_the_page_of_another_reads_the_order(people: Approving) -> None:
    people.order(LYON)
    ines, luc = people.link(INES), people.link(LUC)
    of_ines, of_luc = people.once(ines), people.once(luc)
    pressed = []

    def press() -> None:
        pressed.append(people.submit(luc, of_luc, "reject", reason="sold out")["statusCode"])

    people.house.threekit.interlude(f"GET /api/orders/{LYON}", press)
    late = people.submit(ines, of_ines, "approve", sure="yes")
    people.house.settle()
    assert (pressed, late["statusCode"]) == ([200], 409)
    approval = people.approval(SUBJECT)
    assert approval.state is State.REJECTED
    assert [(one.person.email, one.counted) for one in approval.answers] == [(LUC, True), (INES, False)]


def test_the_order_changes_while_the_page_reads_it(people: Approving) -> None:
    people.order(LYON)
    token = people.link(INES)
    once = people.once(token)
    people.house.threekit.interlude(f"GET /api/orders/{LYON}", lambda: people.change_cart(LYON, price=100))
    answer = people.press_again(token, once, "approve", sure="yes")
    assert answer["statusCode"] == 409
    approval = people.approval(SUBJECT)
    assert (approval.answers, approval.round, approval.state) == ((), 2, State.OPEN)


@pytest.mark.parametrize("page_first", [True, False])
def test_one_person_by_page_and_by_sms_has_one_voice(people: Approving, page_first: bool) -> None:
    people.order(LYON)
    token, code = people.link(INES), people.code(INES)
    once = people.once(token)
    reply = {"from": INES_PHONE, "text": f"APPROVE {code}"}
    if page_first:
        people.submit(token, once, "approve", sure="yes")
        people.house.call_back(reply, source="sms")
    else:
        people.house.call_back(reply, source="sms")
        people.submit(token, once, "approve", sure="yes")
    people.house.settle()
    approval = people.approval(SUBJECT)
    assert approval.state is State.APPROVED
    assert [(one.channel, one.counted) for one in approval.answers] == [("page", True)]
    results = sorted(one.result for one in approval.heard if one.kind == "answered")
    assert results == ["counted", "repeated"]
    assert len(people.messages(INES_PHONE)) == 1


def test_one_person_who_says_yes_by_page_and_no_by_sms_has_said_yes(people: Approving) -> None:
    people.order(LYON)
    token, code = people.link(INES), people.code(INES)
    people.submit(token, people.once(token), "approve", sure="yes")
    people.house.call_back({"from": INES_PHONE, "text": f"REJECT {code} sold out"}, source="sms")
    people.house.settle()
    approval = people.approval(SUBJECT)
    assert approval.state is State.APPROVED
    assert [(one.channel, one.counted) for one in approval.answers] == [("page", True), ("sms", False)]
    assert [kind for kind, address in people.told() if address.endswith(INES_PHONE[1:])] == ["dissent"]


def test_two_who_are_asked_side_by_side_do_not_get_in_each_others_way(people: Approving) -> None:
    people.order(HOTEL)
    people.approve("dana.whitmore@example.com")
    tokens = [people.link("engineering@example.com"), people.link("finance@example.com")]
    forms = [people.once(token) for token in tokens]
    answers = [people.submit(token, once, "approve", sure="yes") for token, once in zip(tokens, forms, strict=True)]
    people.house.settle()
    assert [one["statusCode"] for one in answers] == [200, 200]
    assert [run.state for run in people.approval().steps] == ["approved", "approved", "approved", "open"]
    assert [kind for kind, address in people.told() if address.endswith("6175550102")] == ["request"]
