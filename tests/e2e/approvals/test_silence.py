"""Time goes by for real: a reminder, the ladder and the end come by themselves, and silence approves nothing."""

import pytest
from playwright.sync_api import Browser
from tests.e2e.approvals.asked import DANA, MARCUS, Request
from tests.e2e.approvals.browsing import inspect, reading, said
from tests.e2e.whole_stack import WholeStack, wait_until

from herald.domain.approval.approval import By, State

pytestmark = pytest.mark.e2e

PAUL_MAIL = "paul.okafor@example.com"
PATIENCE_SECONDS = 300.0


def test_who_is_silent_is_reminded_then_others_are_asked_then_it_ends(
    stack: WholeStack, silence: Request, browser: Browser
) -> None:
    wait_until(lambda: "" if silence.approval.state is not State.OPEN else "still open", PATIENCE_SECONDS)
    approval = silence.approval
    assert (approval.state, approval.end.by if approval.end else None) == (State.REJECTED, By.DEADLINE)
    assert approval.answers == ()
    asked = [(ticket.person.email, ticket.kind, ticket.reminded) for ticket in approval.tickets]
    assert [(email, kind) for email, kind, _ in asked] == [(DANA, "request"), (PAUL_MAIL, "escalated")]
    assert asked[0][2] >= 1
    silence.wait_told(MARCUS, "rejected")
    wait_until(lambda: "" if silence.noted().get("state") == "rejected" else f"noted is {silence.noted()}")
    # All that waits for one person is one reminder.
    reminders = ("reminder", "what waits for your decision")
    assert any(words in text.lower() for text in silence.messages(DANA) for words in reminders)
    with reading(browser) as page:
        page.goto(silence.link(PAUL_MAIL))
        assert "Nobody decided in time" in said(page)
        inspect(page, "closed-deadline")
