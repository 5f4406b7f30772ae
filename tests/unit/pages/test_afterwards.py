"""The pages beside the one that asks: recorded, over, changed, noted, waiting, the requester's own, and what failed."""

import pytest
from tests.unit.pages.documents import Element, read
from tests.unit.pages.page_samples import (
    CASES,
    CLOSED,
    EARLIER,
    PROBLEMS,
    REASON,
    a_decision,
    a_requesters_page,
    around,
    mine,
    rendered,
    some_waiting,
)

from herald.adapters.approval_pages.pages import PAGES, ApprovalPages


def words(element: Element) -> str:
    return " ".join(element.text.split())


def said(case: str, locale: str = "en") -> str:
    return words(read(rendered(case, locale)))


def test_what_was_recorded_is_said_with_who_when_how_and_why() -> None:
    text = said("recorded-reject")
    for part in ("You have rejected", "Decision Rejected", "By Anna Berg", "Recorded Mon, Mar 2, 2026, 10:12",
                 "Received on the page", " ".join(REASON.split()), "Rejected. The order does not go on."):  # fmt: skip
        assert part in text
    assert "Open the receipt" not in text


def test_a_receipt_is_linked_when_there_is_one() -> None:
    document = read(rendered("recorded-approve"))
    assert [words(one) for one in document.all("a") if one.attributes["href"].endswith("/receipt")] == [
        "Open the receipt"
    ]


def test_a_second_press_says_that_nothing_was_recorded_twice() -> None:
    assert "Nothing was recorded a second time." in said("recorded-again")
    assert "Nothing was recorded a second time." not in said("recorded-approve")


def test_who_was_too_late_is_told_which_decision_came_first() -> None:
    text = said("recorded-dissent")
    assert "Another decision came first" in text
    assert "Paul Adam rejected · Finance" in text
    assert "does not change the outcome" in text


@pytest.mark.parametrize("why", CLOSED)
def test_what_is_over_tells_no_price_and_no_customer(why: str) -> None:
    text = said(f"closed-{why}")
    assert "There is nothing left to decide here" in text
    for kept in ("12,480", "Königshof", "Lounge", "Alder", "Vogt"):
        assert kept not in text


@pytest.mark.parametrize(
    ("why", "outcome"),
    [
        ("approved", "The request was approved."),
        ("recalled", "The request was withdrawn."),
        ("settled", "Somebody else has already decided this step."),
        ("changed", "This step is over."),
        ("delegated", "You have handed this decision to Paul Adam."),
    ],
)
def test_what_is_over_says_how_it_ended(why: str, outcome: str) -> None:
    assert outcome in said(f"closed-{why}")


def test_how_all_of_it_ended_says_more_than_how_a_step_did() -> None:
    html = ApprovalPages().render("closed", "en", {"closed": "settled", "state": "rejected"})
    assert "The request was rejected." in html


def test_who_answers_to_what_has_changed_sees_how_and_waits_for_a_message() -> None:
    text = said("changed")
    assert "nothing was recorded" in text
    assert "a new message with a new link is on its way to you" in text
    assert "Alder Sofa, three seats · Fabric Bouclé Sand Velvet Navy" in text


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("acknowledge", "Until Thu, Mar 5, 2026, 5:00"),
        ("question", "You get a message as soon as it is answered."),
        ("delegate", "Tom Weiss is asked now."),
    ],
)
def test_what_is_noted_says_what_comes_next(case: str, text: str) -> None:
    assert text in said(f"noted-{case}")


def test_who_handed_it_on_is_not_led_back() -> None:
    assert "Back to the request" in said("noted-question")
    assert "Back to the request" not in said("noted-delegate")


def test_all_that_waits_is_listed_with_price_deadline_and_link() -> None:
    document = read(rendered("waiting"))
    assert words(document.one("h1")) == "3 approvals wait for you"
    cards = document.one("ul", **{"class": "cards"}).all("li")
    assert [words(card.one("h2")) for card in cards] == ["Finance: TK-10482", "Finance: TK-10483", "Finance: TK-10484"]
    assert "Total €24,961.00" in words(cards[1])
    assert cards[1].one("a").attributes["href"].endswith("/token-1")


@pytest.mark.parametrize(
    ("count", "language", "heading"),
    [
        (0, "en", "Nothing waits for you"), (1, "en", "One approval waits for you"),
        (1, "de", "Eine Freigabe wartet auf Sie"), (2, "de", "2 Freigaben warten auf Sie"),
        (1, "fr", "1 approbation vous attend"), (2, "fr", "2 approbations vous attendent"),
    ],
)  # fmt: skip
def test_one_is_not_many(count: int, language: str, heading: str) -> None:
    html = ApprovalPages().render("waiting", language, {"ask": {"waiting": some_waiting(count)}})
    assert words(read(html).one("h1")) == heading


def test_the_requester_sees_each_step_and_answers_what_is_open() -> None:
    document = read(rendered("requester"))
    steps = [words(one.children[0]) for one in document.one("ol").children]
    assert steps == ["Sales approved", "Finance waiting for a decision", "Management not asked yet"]
    answers = [one for one in document.all("form") if one.one("input", name="do").attributes["value"] == "answer"]
    assert [one.one("input", name="question").attributes["value"] for one in answers] == ["q2"]
    assert "required" in answers[0].one("textarea").attributes


@pytest.mark.parametrize(("done", "said_of_it"), [("answer", "Your answer is sent"), ("recall", "is withdrawn")])
def test_the_requester_is_told_what_was_taken(done: str, said_of_it: str) -> None:
    assert said_of_it in words(read(rendered(f"requester-{done}")).one("div", role="status"))


def test_the_requester_reads_what_was_decided_and_why() -> None:
    values = a_requesters_page(ask={"decisions": [a_decision(verdict="reject", reason=REASON)]}, state="rejected")
    assert " ".join(REASON.split()) in words(read(ApprovalPages().render("requester", "en", values)))


@pytest.mark.parametrize("state", ["rejected", "recalled", "parked"])
def test_nothing_waits_for_a_decision_any_more_when_all_has_ended(state: str) -> None:
    steps = [words(one.children[0]) for one in read(rendered(f"requester-{state}")).one("ol").children]
    assert steps == ["Sales approved", "Finance", "Management"]


def test_withdrawing_is_folded_away_behind_a_tick() -> None:
    folded = read(rendered("requester")).one("details")
    assert "open" not in folded.attributes
    assert "required" in folded.one("input", type="checkbox").attributes
    assert "required" not in folded.one("textarea").attributes


@pytest.mark.parametrize("state", ["approved", "rejected", "recalled"])
def test_what_has_ended_is_neither_answered_nor_withdrawn(state: str) -> None:
    assert read(rendered(f"requester-{state}")).all("form") == []


def test_an_answer_that_was_too_long_comes_back_to_its_own_question() -> None:
    asked = [{"id": "a", "text": "One?"}, {"id": "b", "text": "Two?"}]
    values = a_requesters_page(questions=asked, error={"field": "text-b", "code": "too_long"}, given={"text": "So"})
    document = read(ApprovalPages().render("requester", "en", values))
    assert document.one("main").children[0].one("a").attributes["href"] == "#answer-b"
    typed = {one.attributes["id"]: one.text.strip() for one in document.all("textarea")}
    assert (typed["answer-a"], typed["answer-b"]) == ("", "So")


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_tells_nothing_but_what_to_do(problem: str) -> None:
    values = around(problem=problem, mine=mine(reason=REASON), dissent=a_decision(), questions=[{"text": REASON}])
    document = read(ApprovalPages().render("problem", "en", values))
    assert document.all("form") == document.one("main").all("a") == []
    for kept in ("TK-10482", "Anna", "Lena", "12,480", "discount", "Paul"):
        assert kept not in document.text
    headings = {words(read(rendered(f"problem-{one}")).one("h1")) for one in PROBLEMS}
    assert len(headings) == len(PROBLEMS)


@pytest.mark.parametrize(("seconds", "text"), [(20, "in one minute"), (61, "in 2 minutes"), (900, "in 15 minutes")])
def test_who_tried_too_often_is_told_when_to_try_again(seconds: int, text: str) -> None:
    html = ApprovalPages().render("problem", "en", {"problem": "limited", "retry_after": seconds})
    assert text in html


def test_every_page_has_a_case_here() -> None:
    assert {page for page, _ in CASES.values()} == set(PAGES)


def test_every_state_of_a_page_has_a_title_of_its_own() -> None:
    titles = [words(read(rendered(case)).one("title")) for case in CASES if case.startswith(("recorded", "noted"))]
    assert len(set(titles)) == len(titles) - 1, "only a second press has the title of the first"


def test_a_time_is_understood_as_text_too() -> None:
    end = {"at": EARLIER.isoformat()}
    assert "Mon, Mar 2, 2026, 10:12" in ApprovalPages().render(
        "closed", "en", around(closed="ended", state="approved", end=end)
    )
