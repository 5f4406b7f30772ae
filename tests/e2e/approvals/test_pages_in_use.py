"""Every page in every state: usable for all, on desk and phone, in light and dark, by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.approvals.asked import DANA, ENGINEERING, FINANCE, INES, LUC, MARCUS, ask
from tests.e2e.approvals.browsing import PHONE, form, inspect, press, reading, said
from tests.e2e.whole_stack import WholeStack

from herald.domain.approval.links import Role
from simulators.threekit.seed import ids

pytestmark = pytest.mark.e2e

FOCUS_IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
FOCUSED = "() => (document.activeElement.name || document.activeElement.className || document.activeElement.id)"


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the element of that name or class has the focus, which has to be seen at every stop."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED) == wanted:
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def test_the_keyboard_is_enough(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser) as page:
        page.goto(request.link(DANA))
        tab_to(page, "skip")
        assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        tab_to(page, "sure")
        page.keyboard.press("Space")
        tab_to(page, "approve")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "You have approved" in said(page)


@pytest.mark.parametrize(("who", "language", "heading"), [
    (INES, "de", "Ihre Freigabe wird gebraucht"), (LUC, "fr", "Votre approbation est demandée"),
])  # fmt: skip
def test_each_reads_it_in_their_language(
    stack: WholeStack, browser: Browser, who: str, language: str, heading: str
) -> None:
    request = ask(stack, ids.ORDER_LYON_TABLE_NEW)
    with reading(browser) as page:
        page.goto(request.link(who))
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").inner_text() == heading
        inspect(page, f"ask-{language}")
        assert press(page, "approve", sure="yes") == 200
        inspect(page, f"recorded-{language}")


def test_what_an_approver_meets(stack: WholeStack, browser: Browser) -> None:
    ask(stack)
    request = ask(stack)
    with reading(browser) as page:
        page.goto(request.link(DANA))
        shown = page.locator("figure img")
        assert shown.evaluate("one => one.naturalWidth") > 0
        inspect(page, "ask")
        page.goto(request.link(DANA, Role.PERSON))
        assert request.reference in said(page)
        inspect(page, "waiting")
        page.get_by_role("link", name=request.reference).click()
        assert press(page, "question", text="Who pays the freight?") == 200
        inspect(page, "noted-question")

        page.goto(request.link(MARCUS, Role.REQUESTER))
        inspect(page, "requester")
        assert press(page, "answer", text="The hotel does") == 200
        assert "Your answer is sent" in said(page)
        inspect(page, "requester-answered")

        page.goto(request.link(DANA))
        assert "The hotel does" in said(page)
        form(page, "delegate")
        inspect(page, "ask-answered")
        assert press(page, "approve", sure="yes") == 200
        inspect(page, "recorded")
        page.goto(request.link(FINANCE))
        assert press(page, "acknowledge") == 200
        inspect(page, "noted-acknowledge")

        page.goto(request.link(MARCUS, Role.REQUESTER))
        assert press(page, "recall", sure="yes", reason="Ordered twice") == 200
        assert "Withdrawn." in said(page)
        inspect(page, "requester-recalled")
        page.goto(request.link(ENGINEERING))
        assert "The request was withdrawn." in said(page)
        assert "$" not in said(page)
        inspect(page, "closed")


def test_a_rejection_without_a_reason_stops_in_the_browser_and_behind_it(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser, PHONE) as page:
        page.goto(request.link(DANA))
        rejecting = form(page, "reject")
        rejecting.locator("button").click()
        assert rejecting.locator("textarea").evaluate("one => one.validity.valueMissing")
        assert "Your approval is needed" in said(page)
        page.evaluate("document.querySelectorAll('form').forEach(one => { one.noValidate = true })")
        assert press(page, "reject") == 422
        assert page.title().startswith("Error:")
        summary = page.locator("#errors")
        assert summary.evaluate("one => one === document.activeElement")
        inspect(page, "ask-error")
        summary.get_by_role("link").click()
        assert page.evaluate("document.activeElement.id") == "reject-reason"
        assert press(page, "reject", reason="Too dear") == 200
    assert [one.reason for one in request.approval.answers] == ["Too dear"]


def test_an_approval_without_the_tick_stops_in_the_browser_and_behind_it(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser) as page:
        page.goto(request.link(DANA))
        approving = form(page, "approve")
        approving.locator("button").click()
        assert approving.locator('[name="sure"]').evaluate("one => one.validity.valueMissing")
        page.evaluate("document.querySelectorAll('form').forEach(one => { one.noValidate = true })")
        assert press(page, "approve", comment="Fine") == 422
        assert "Confirm that you have looked at the configuration and the price." in said(page)
        assert page.locator('[name="comment"]').input_value() == "Fine"
        inspect(page, "ask-error-tick")
    assert request.approval.answers == ()


def test_who_hands_it_on_need_not_do_anything_more(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack, requester={"name": "Sam Lee", "email": "sam.lee@example.com"})
    with reading(browser) as page:
        page.goto(request.link(DANA))
        assert press(page, "delegate", to="Marcus Hale", note="Yours, I think") == 200
        assert "The decision is handed over" in said(page)
        inspect(page, "noted-delegate")
        page.goto(request.link(DANA))
        assert "You have handed this decision to Marcus Hale." in said(page)
        inspect(page, "closed-delegated")
        page.goto(request.link(MARCUS))
        assert "Yours, I think" in request.wait_told(MARCUS, "Yours, I think")
        assert press(page, "approve", sure="yes") == 200
    assert request.approval.answers[0].person.email == MARCUS
