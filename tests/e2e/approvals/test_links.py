"""Links: looking decides nothing, whoever looks; a wrong, old or used link is a clear page and no decision."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser
from tests.e2e.approvals.asked import DANA, ENGINEERING, FINANCE, INES, LUC, ask, forget_refused_links, once, pages
from tests.e2e.approvals.browsing import inspect, press, reading, said
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.approval.approval import State
from herald.usecases.approvals.visitors import MOST
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

SCANNERS = (
    "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0) SafeLinks",
    "Mozilla/5.0 (compatible; proofpoint-urldefense)",
    "Barracuda Sentinel (EE)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
)


def test_scanners_that_open_and_follow_everything_decide_nothing(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    link = request.link(DANA)
    before = request.approval
    with reading(browser, user_agent=SCANNERS[0]) as page:
        page.goto(link, wait_until="networkidle")
        followed = {urljoin(page.url, str(one.get_attribute("href"))) for one in page.locator("a").all()}
        pictures = {urljoin(page.url, str(one.get_attribute("src"))) for one in page.locator("img").all()}
        for summary in page.locator("summary").all():
            summary.click()
        for address in followed:
            page.goto(address, wait_until="networkidle")
    for agent in SCANNERS:
        headers = {"user-agent": agent, "purpose": "prefetch", "sec-purpose": "prefetch;prerender"}
        for address in {link, f"{link}/receipt", *pictures, *followed}:
            for method in ("HEAD", "GET"):
                stack.http.request(method, address.partition("#")[0], headers=headers)
    wait_until(stack.at_rest)
    assert request.approval == before
    with reading(browser) as page:
        page.goto(link)
        assert press(page, "approve", sure="yes") == 200


def test_every_answer_forbids_to_keep_frame_guess_or_run_anything(stack: WholeStack) -> None:
    request = ask(stack)
    for address, status in ((request.link(DANA), 200), (f"{pages(stack)}/never-given", 404)):
        answer = stack.http.get(address)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert {"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert stack.http.head(address).content == b""


def test_a_used_link_shows_what_was_decided_and_a_form_sent_again_decides_nothing_more(
    stack: WholeStack, browser: Browser
) -> None:
    request = ask(stack)
    link = request.link(DANA)
    form = {"once": once(stack.http.get(link).text), "do": "approve", "sure": "yes"}
    assert stack.http.post(link, data=form).status_code == 200
    assert stack.http.post(link, data=form).status_code == 200
    changed = {**form, "do": "reject", "reason": "Changed my mind"}
    assert "You have approved" in stack.http.post(link, data=changed).text
    with reading(browser) as page:
        page.goto(link)
        assert "You have approved" in said(page)
        assert page.locator("form").count() == 0
    wait_until(stack.at_rest)
    assert [str(one.verdict) for one in request.approval.answers] == ["approve"]


def test_a_form_of_another_link_decides_nothing(stack: WholeStack, browser: Browser) -> None:
    first, second = ask(stack), ask(stack)
    with reading(browser) as page:
        page.goto(first.link(DANA))
        other = once(stack.http.get(second.link(DANA)).text)
        page.evaluate("other => document.getElementsByName('once').forEach(one => { one.value = other })", other)
        assert press(page, "approve", sure="yes") == 400
        assert "Nothing was recorded" in said(page)
        inspect(page, "problem-form")
    for bare in ({"do": "approve", "sure": "yes"}, {"once": "", "do": "approve", "sure": "yes"}):
        assert stack.http.post(second.link(DANA), data=bare).status_code == 400
    assert first.approval.answers == second.approval.answers == ()


def test_a_link_that_was_cut_or_tampered_with_is_no_link(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    link = request.link(DANA)
    letter = "A" if link[-9] != "A" else "B"
    with reading(browser) as page:
        for wrong in (link[:-1], f"{link[:-9]}{letter}{link[-8:]}", f"{link}A", f"{pages(stack)}/never-given"):
            response = page.goto(wrong)
            assert response is not None
            assert (response.status, "This link does not work" in said(page)) == (404, True), wrong
            assert request.reference not in page.content()
        inspect(page, "problem-link")


def test_a_link_whose_time_is_over_says_so(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    request.link(DANA)
    expired = request.sealed_link(until=datetime.now(UTC) - timedelta(seconds=1))
    with reading(browser) as page:
        response = page.goto(expired)
        assert response is not None
        assert response.status == 410
        assert "The time of this link is over" in said(page)
        inspect(page, "problem-expired")
    form = {"once": once(stack.http.get(request.link(DANA)).text), "do": "approve", "sure": "yes"}
    assert stack.http.post(expired, data=form).status_code == 410
    assert request.approval.answers == ()


def test_the_link_of_a_step_that_is_over_shows_neither_price_nor_form(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack, ids.ORDER_LYON_TABLE_NEW)
    links = {who: request.link(who) for who in (INES, LUC)}
    with reading(browser) as page:
        page.goto(links[LUC])
        assert press(page, "approve", sure="yes") == 200
        page.goto(links[INES])
        assert page.locator("h1").inner_text() == "Hier ist nichts mehr zu entscheiden"
        assert page.locator("form").count() == 0
        assert "€" not in said(page)
        inspect(page, "closed-de")
    assert request.approval.state is State.APPROVED


def test_who_decided_otherwise_too_late_is_told_on_the_page(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    assert request.link(DANA)
    with reading(browser) as page, reading(browser) as other:
        press_first = request.link(DANA)
        page.goto(press_first)
        assert press(page, "approve", sure="yes") == 200
        page.goto(request.link(ENGINEERING))
        other.goto(request.link(FINANCE))
        assert press(page, "reject", reason="Cannot be built") == 200
        assert press(other, "approve", sure="yes") == 409
        assert "Another decision came first" in said(other)
        inspect(other, "recorded-dissent")
    assert request.approval.state is State.REJECTED


def test_who_guesses_is_stopped_while_good_links_go_on(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    link = request.link(DANA)
    forget_refused_links(stack)
    answers = [stack.http.get(f"{pages(stack)}/guess-{number}").status_code for number in range(MOST + 1)]
    assert answers == [404] * MOST + [429]
    with reading(browser) as page:
        response = page.goto(f"{pages(stack)}/guess-again")
        assert response is not None
        assert response.status == 429
        assert response.headers["retry-after"] == "300"
        inspect(page, "problem-limited")
        page.goto(link)
        assert "Your approval is needed" in said(page)
