"""Several approvals wait for one person: one list, one reminder in an hour, and nothing on it that is over."""

import re
from datetime import timedelta

from tests.integration.approvals.approving import DANA, HOTEL, HOUR, LINK, Approving, text_of

from herald.domain.approval.approval import State
from herald.usecases.approvals.waiting_list import WaitingList

ANY_LINK = re.compile(r'href="(?:[^"]*/)?([A-Za-z0-9_-]{60,})"')


def three(people: Approving) -> list[str]:
    """Three orders that all wait for Dana; their ids."""
    metadata = people.house.threekit.orders[HOTEL]["metadata"]
    cart = people.house.threekit.orders[HOTEL]["cart"]
    others = [
        str(people.house.threekit.add_order(metadata={**metadata, "note": note}, cart=cart)["id"]) for note in "23"
    ]
    for order in (HOTEL, *others):
        people.order(order)
    return [HOTEL, *others]


def page_of_all(people: Approving) -> str:
    """The token of the page with all that waits for Dana."""
    for token in reversed([match for text in people.messages(DANA) for match in LINK.findall(text)]):
        answer = people.house.visit(token)
        if "approvals wait for you" in text_of(answer["body"]):
            return str(token)
    raise AssertionError("no message leads to the list")


def lines_of(people: Approving, token: str) -> list[str]:
    return list(dict.fromkeys(ANY_LINK.findall(people.open(token))))


def test_the_page_shows_all_and_its_links_decide(people: Approving) -> None:
    orders = three(people)
    token = page_of_all(people)
    lines = lines_of(people, token)
    assert len(lines) == len(orders)
    for line in lines:
        assert people.press(line, "approve", sure="yes")["statusCode"] == 200
    assert [people.approval(f"order/{order}").steps[0].state for order in orders] == ["approved"] * 3
    assert "nothing waits for you" in text_of(people.open(token)).lower()


def test_the_list_decides_nothing_itself(people: Approving) -> None:
    three(people)
    token = page_of_all(people)
    answer = people.house.visit(token, {"do": "approve", "sure": "yes", "once": "x"})
    assert answer["statusCode"] == 404
    assert people.house.visit(token, tail="/receipt")["statusCode"] == 404
    assert people.house.visit(token, tail="/picture")["statusCode"] == 404


def test_what_is_over_is_on_no_list(people: Approving) -> None:
    first, second, third = three(people)
    token = page_of_all(people)
    people.operate("approval.overridden", f"order/{first}", verdict="reject", name="Ada", reason="no")
    people.press(lines_of(people, token)[0], "approve", sure="yes")
    left = [one for one in (second, third) if people.approval(f"order/{one}").open_tickets("desk")]
    assert len(left) == 1
    assert len(lines_of(people, token)) == 1
    reference = people.house.threekit.orders[left[0]]["shortId"]
    assert reference in text_of(people.open(token))
    ticket = people.approval(f"order/{left[0]}").open_tickets()[0]
    assert [one.subject for one, _ in WaitingList(people.house.state).of(ticket.person)] == [f"order/{left[0]}"]


def test_the_list_is_right_even_before_it_is_brought_up_to_date(people: Approving) -> None:
    three(people)
    token = page_of_all(people)
    one = lines_of(people, token)[0]
    people.submit(one, people.once(one), "approve", sure="yes")
    assert len(lines_of(people, token)) == 2


def test_all_reminders_of_an_hour_are_one_message_with_links_that_work(people: Approving) -> None:
    three(people)
    sent = len(people.messages(DANA))
    due = people.approval().next_due
    assert due is not None
    people.house.wait(due - people.house.clock() + timedelta(minutes=30))
    news = people.messages(DANA)[sent:]
    assert len(news) == 1
    assert [kind for kind, address in people.told() if kind in ("waiting", "reminder") and address == DANA] == [
        "waiting"
    ]
    tokens = set(LINK.findall(news[0]))
    pages = [text_of(people.open(token)) for token in tokens]
    assert sum("your approval is needed" in page.lower() for page in pages) == 3

    people.house.wait(3.5 * HOUR)
    assert len(people.messages(DANA)[sent:]) == 2


def test_who_has_nothing_else_is_reminded_of_the_one(people: Approving) -> None:
    first, second, third = three(people)
    for order in (second, third):
        people.operate("approval.overridden", f"order/{order}", verdict="reject", name="Ada", reason="no")
    sent = len(people.messages(DANA))
    people.house.wait(8 * HOUR)
    kinds = [kind for kind, address in people.told() if address == DANA][-1:]
    assert len(people.messages(DANA)) > sent
    assert kinds == ["reminder"]
    assert people.approval(f"order/{first}").state is State.OPEN
