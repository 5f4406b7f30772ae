"""The order changes while somebody looks at it: nothing is decided about what they did not see."""

import pytest
from playwright.sync_api import Browser
from tests.e2e.approvals.asked import DANA, ask
from tests.e2e.approvals.browsing import inspect, press, reading, said
from tests.e2e.whole_stack import WholeStack

pytestmark = pytest.mark.e2e


def test_a_page_that_shows_what_has_changed_decides_nothing_and_a_new_link_comes(
    stack: WholeStack, browser: Browser
) -> None:
    request = ask(stack)
    old = request.link(DANA)
    with reading(browser) as page:
        page.goto(old)
        request.change_cart(price=100)
        assert press(page, "approve", sure="yes") == 409
        assert "The order has changed in the meantime" in said(page)
        inspect(page, "changed")
        assert not request.approval.answers

        new = request.link(DANA, other_than=old)
        request.wait_told(DANA, "has changed")
        page.goto(old)
        assert "The order has changed in the meantime" in said(page)
        page.goto(new)
        assert "What is different" in said(page)
        inspect(page, "ask-changed")
        assert press(page, "approve", sure="yes") == 200
    approval = request.approval
    assert [one.person.email for one in approval.answers] == [DANA]
    assert approval.round == 2
