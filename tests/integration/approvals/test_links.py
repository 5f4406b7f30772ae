"""Links: whoever has one sees a page; nothing is decided by looking, and only one form decides, once."""

import pytest
from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, HOUR, Approving, text_of

from herald.domain.approval.approval import State
from herald.usecases.approvals.visitors import MOST


def test_a_scanner_that_opens_everything_in_a_message_decides_nothing(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    before = people.approval()
    for method in ("GET", "HEAD", "GET"):
        answer = people.house.visit(token, method=method)
        assert answer["statusCode"] == 200
        assert bool(answer["body"]) == (method == "GET")
    people.house.visit(token, tail="/receipt")
    people.house.settle()
    assert people.approval() == before


def test_pages_are_told_not_to_be_kept_framed_or_found(people: Approving) -> None:
    people.order()
    headers = people.house.visit(people.link(DANA))["headers"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "noindex" in headers["x-robots-tag"]


def test_approving_needs_the_tick_and_rejecting_a_reason(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    assert people.press(token, "approve")["statusCode"] == 422
    assert people.press(token, "reject", reason="  ")["statusCode"] == 422
    assert people.press(token, "dance")["statusCode"] == 400
    assert people.approval().answers == ()


def test_the_second_press_shows_what_was_recorded(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    people.submit(token, once, "approve", sure="yes")
    people.house.settle()

    again = people.submit(token, once, "reject", reason="I changed my mind")
    people.house.settle()
    assert "you have approved" in text_of(again["body"]).lower()
    assert [one.verdict for one in people.approval().answers] == ["approve"]
    assert "you have approved" in text_of(people.open(token)).lower()


def test_one_form_pressed_twice_at_once_is_one_decision(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    answers = [people.submit(token, once, "approve", sure="yes")["statusCode"] for _ in range(3)]
    people.house.settle()
    assert answers == [200, 200, 200]
    assert len(people.approval().answers) == 1


def test_a_link_that_was_tampered_with_guessed_or_is_for_another_is_refused(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    forged = [
        "x" * 83,
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        ("A" if token[0] != "A" else "B") + token[1:],
        token[:40],
        "..%2f",
    ]
    for other in forged:
        answer = people.house.visit(other, address="198.51.100.1")
        assert (answer["statusCode"], "does not work" in text_of(answer["body"]).lower()) == (404, True), other


def test_who_guesses_is_stopped_and_nobody_else(people: Approving) -> None:
    people.order()
    answers = [people.house.visit(f"guess-{number}")["statusCode"] for number in range(MOST + 2)]
    assert answers == [404] * MOST + [429, 429]
    assert people.house.visit("another", address="198.51.100.9")["statusCode"] == 404
    assert people.house.visit(people.link(DANA))["statusCode"] == 200
    people.house.clock.now += HOUR
    assert people.house.visit("guess-later")["statusCode"] == 404


def test_a_form_of_another_link_does_not_decide(people: Approving) -> None:
    people.order()
    first = people.link(DANA)
    people.approve(DANA)
    others = people.once(people.link(ENGINEERING))
    answer = people.submit(people.link(FINANCE), others, "approve", sure="yes")
    assert answer["statusCode"] == 400
    assert people.submit(first, others, "approve", sure="yes")["statusCode"] == 400
    assert people.submit(people.link(FINANCE), "", "approve", sure="yes")["statusCode"] == 400


def test_a_form_that_lay_open_too_long_has_to_be_opened_again(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    once = people.once(token)
    people.house.clock.now += 13 * HOUR
    assert people.submit(token, once, "approve", sure="yes")["statusCode"] == 400
    assert people.approval().answers == ()


def test_an_expired_link_says_so(people: Approving) -> None:
    people.order()
    token = people.link(DANA)
    people.house.clock.now += 15 * 24 * HOUR
    answer = people.house.visit(token)
    assert (answer["statusCode"], "time of this link is over" in text_of(answer["body"]).lower()) == (410, True)


def test_the_link_of_a_step_that_is_over_shows_no_price_and_no_form(people: Approving) -> None:
    people.order()
    people.approve(DANA)
    engineering = people.link(ENGINEERING)
    assert "$" in people.open(engineering)
    people.reject(FINANCE, "No margin left")
    page = people.open(engineering)
    assert people.approval().state is State.REJECTED
    assert "<form" not in page
    assert "$" not in text_of(page)


@pytest.mark.parametrize("content", ["application/json", "multipart/form-data", ""])
def test_only_a_form_of_a_page_is_taken(people: Approving, content: str) -> None:
    people.order()
    token = people.link(DANA)
    answer = people.house.page(
        {
            "headers": {"content-type": content}, "pathParameters": {"token": token}, "rawPath": f"/approvals/{token}",
            "body": f"once={people.once(token)}&do=approve&sure=yes", "isBase64Encoded": False,
            "requestContext": {"http": {"method": "POST", "sourceIp": "203.0.113.7"}},
        }
    )  # fmt: skip
    assert answer["statusCode"] == 400
    assert people.approval().answers == ()


def test_the_picture_is_shown_by_a_link_of_its_own_that_shows_nothing_else(people: Approving) -> None:
    people.order(HOTEL)
    page = people.open(people.link(DANA))
    assert '/picture"' in page
    token = page.partition('src="')[2].partition("/picture")[0]
    answer = people.house.visit(token, tail="/picture")
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "image/png")
    assert people.house.visit(token)["statusCode"] == 404
    assert people.house.visit(people.link(DANA), tail="/picture")["statusCode"] == 404
