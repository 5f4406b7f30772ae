"""The hotel's order is approved in three stages by people with browsers, and Threekit bears the outcome."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser
from tests.e2e.approvals.asked import DANA, ENGINEERING, FINANCE, MARCUS, PAUL, ROSA, ask
from tests.e2e.approvals.browsing import DESKTOP, PHONE, inspect, picture, press, reading, said
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.approval.approval import State

pytestmark = pytest.mark.e2e


def test_each_approves_by_the_link_of_their_message_and_threekit_bears_the_outcome(
    stack: WholeStack, browser: Browser
) -> None:
    request = ask(stack)
    for place, who in enumerate((DANA, ENGINEERING, FINANCE, PAUL)):
        with reading(browser, PHONE if place == 0 else DESKTOP) as page:
            page.goto(request.link(who))
            assert f"Order {request.reference}" in said(page)
            picture(page, f"stage-{place}-asked")
            assert press(page, "approve", sure="yes", comment="Looks right") == 200
            assert "You have approved" in said(page)
            picture(page, f"stage-{place}-recorded")

    wait_until(lambda: "" if request.noted().get("state") == "approved" else f"noted is {request.noted()}")
    order = stack.house.threekit.orders[request.order_id]
    assert order["status"] == "In Progress"
    noted, approval = request.noted(), request.approval
    assert noted["fingerprint"] == approval.fingerprint
    assert {step["id"]: step["state"] for step in noted["steps"]} == dict.fromkeys(
        ("desk", "engineering", "finance", "leadership"), "approved"
    )
    assert [one.channel for one in approval.answers] == ["page"] * 4
    request.wait_told(MARCUS, "approved")
    request.wait_told(ROSA, "approved")


def test_all_works_without_scripts(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser, java_script_enabled=False) as page:
        page.goto(request.link(DANA))
        assert press(page, "question", text="Who pays the freight?") == 200
        assert "Your question is sent" in said(page)
        page.get_by_role("link", name="Back to the request").click()
        assert "Who pays the freight?" in said(page)
        assert press(page, "acknowledge") == 200
        page.goto(request.link(DANA))
        assert press(page, "approve", sure="yes") == 200
        assert "You have approved" in said(page)
    request.wait(lambda it: it.step("desk").state == "approved", "approved")  # type: ignore[union-attr]


def test_a_rejection_ends_it_and_the_requester_reads_why(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser) as page:
        page.goto(request.link(DANA))
        assert press(page, "reject", reason="The discount is above what we allow") == 200
        assert "You have rejected" in said(page)
        inspect(page, "recorded-reject")
        assert request.approval.state is State.REJECTED
        page.reload()
        receipt = page.get_by_role("link", name="Open the receipt")
        with page.expect_download() as download:
            receipt.click()
        assert download.value.suggested_filename == f"{request.id}-1.json"
    assert "above what we allow" in request.wait_told(MARCUS, "rejected")
    wait_until(lambda: "" if request.noted().get("state") == "rejected" else f"noted is {request.noted()}")
    assert stack.house.threekit.orders[request.order_id]["status"] == "New"


def test_a_link_says_until_when_in_the_zone_of_its_reader(stack: WholeStack, browser: Browser) -> None:
    request = ask(stack)
    with reading(browser) as page:
        page.goto(request.link(DANA))
        shown = page.locator("time").first
        at = datetime.fromisoformat(str(shown.get_attribute("datetime")))
        assert at > datetime.now(UTC)
        assert "(America/New_York)" in said(page)
